"""The dictionary, the rules and the targets as sheets, and a sheet's changes as a difference to approve.

A workbook holds words, as its reader sees them. What comes back is compared cell by cell with what would go out now, so
whatever somebody else changed meanwhile and nobody touched in the sheet stays as it is. A row that is gone is no order
to delete: people filter, and save.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.metrics.formula import show
from core.metrics.metric import Direction, Metric, Tier
from core.rules.rule import Severity
from core.text import Text
from core.workspace import Workspace

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Column:
    """`key` is where the value stands in YAML (`title.en`); `options` are the only words it may hold."""

    key: str
    title: Text
    options: tuple[str, ...] = ()
    is_fixed: bool = False  # shown, and not read back


@dataclass(frozen=True, slots=True)
class Sheet:
    """One kind of definition. `names` are the keys that tell rows apart."""

    name: str
    title: Text
    columns: tuple[Column, ...]
    names: tuple[str, ...]
    rows: tuple[Row, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Edit:
    """One cell that was changed, or a row that is new (`before` is None)."""

    sheet: str
    row: tuple[str, ...]
    key: str
    before: str | None
    after: str


def _both(key: str, en: str, zh: str) -> tuple[Column, Column]:
    return Column(f"{key}.en", Text(f"{en} (English)", f"{zh}（英文）")), Column(
        f"{key}.zh", Text(f"{en} (Chinese)", f"{zh}（中文）")
    )


METRICS = Sheet(
    "metrics",
    Text("Dictionary", "指标字典"),
    (
        Column("metric", Text("Code", "代码")),
        *_both("title", "Title", "名称"),
        Column("aliases", Text("Also called", "别名")),
        Column("formula", Text("Formula", "公式"), is_fixed=True),
        Column("unit", Text("Unit", "单位"), is_fixed=True),
        Column("direction", Text("Good is", "方向"), tuple(Direction)),
        Column("tier", Text("Tier", "层级"), tuple(Tier)),
        *_both("definition", "Definition", "口径"),
        Column("min_sample", Text("Least sample", "最小样本")),
        Column("owner", Text("Owner role", "负责角色")),
    ),
    ("metric",),
)
RULES = Sheet(
    "rules",
    Text("Rules", "规则"),
    (
        Column("rule", Text("Code", "代码")),
        *_both("title", "Title", "名称"),
        Column("when", Text("Sentence", "规则句子")),
        Column("owner", Text("Owner role", "负责角色")),
        Column("severity", Text("Severity", "级别"), tuple(one.name.lower() for one in Severity)),
        Column("for", Text("Held for", "持续")),
        *_both("objective", "Objective", "目标"),
        Column("review", Text("Review by", "复盘日期")),
        Column("until", Text("Last day", "失效日期")),
    ),
    ("rule",),
)
TARGETS = Sheet(
    "targets",
    Text("Targets", "目标值"),
    (
        Column("target", Text("Metric", "指标")),
        Column("slice", Text("Slice", "范围")),
        Column("from", Text("From", "开始")),
        Column("to", Text("To", "结束")),
        Column("value", Text("Value", "目标值")),
    ),
    ("target", "slice", "from", "to"),
)
SHEETS = (METRICS, RULES, TARGETS)


def metric_row(metric: Metric) -> Row:
    """Return a metric as the dictionary has it, ours or the team's own."""
    said = metric.definition
    return {
        "metric": metric.code,
        "title.en": metric.title.en,
        "title.zh": metric.title.zh,
        "aliases": ", ".join(metric.aliases),
        "formula": show(metric.formula) if metric.formula else str(metric.how),
        "unit": metric.unit.value,
        "direction": metric.direction.value,
        "tier": metric.tier.value,
        "definition.en": said.en if said else "",
        "definition.zh": said.zh if said else "",
        "min_sample": str(metric.min_sample) if metric.min_sample else "",
        "owner": metric.owner_role or "",
    }


def written_row(sheet: Sheet, record: Mapping[str, object]) -> Row:
    """Return a record of YAML as the words of its cells."""
    return {column.key: _cell(record, column.key) for column in sheet.columns}


def sheets(
    workspace: Workspace, rules: Sequence[Mapping[str, object]], targets: Sequence[Mapping[str, object]]
) -> tuple[Sheet, ...]:
    """Return the sheets as they go out; `rules` and `targets` are records as their YAML has them."""
    from dataclasses import replace

    metrics = tuple(metric_row(one) for one in workspace.catalog.available())
    return (
        replace(METRICS, rows=metrics),
        replace(RULES, rows=tuple(written_row(RULES, one) for one in rules)),
        replace(TARGETS, rows=tuple(written_row(TARGETS, one) for one in targets)),
    )


def edits(now: Sequence[Sheet], came: Mapping[str, Sequence[Row]]) -> tuple[tuple[Edit, ...], tuple[str, ...]]:
    """Return what was changed, in the order of the sheets, and the rows that are no longer there."""
    found: list[Edit] = []
    gone: list[str] = []
    for sheet in now:
        if sheet.name not in came:
            continue
        known = {_name(sheet, row): row for row in sheet.rows}
        seen = set()
        for row in came[sheet.name]:
            name = _name(sheet, row)
            if not any(name):
                continue
            seen.add(name)
            before = known.get(name)
            for column in sheet.columns:
                after = row.get(column.key, "").strip()
                was = before.get(column.key, "") if before is not None else None
                if column.key == "aliases" and was is not None:
                    after = _more_names(was, after)
                is_news = column.key in row and (after != was if was is not None else bool(after))
                if is_news and not (column.is_fixed or column.key in sheet.names):
                    found.append(Edit(sheet.name, name, column.key, was, after))
        gone += [f"{sheet.name}: {' '.join(filter(None, name))}" for name in known if name not in seen]
    return tuple(found), tuple(gone)


def _more_names(was: str, after: str) -> str:
    """Return the names with those that were added; one that the house gives a metric cannot be taken from it."""
    known = was.split(", ")
    more = [each for part in after.replace("，", ",").split(",") if (each := part.strip()) and each not in known]
    return ", ".join([*filter(None, known), *more]) if more else was


def _name(sheet: Sheet, row: Row) -> tuple[str, ...]:
    return tuple(row.get(key, "").strip() for key in sheet.names)


def _cell(record: Mapping[str, object], key: str) -> str:
    first, _, tongue = key.partition(".")
    value = record.get(first)
    if isinstance(value, Mapping):
        return str(value.get(tongue, "")) if tongue else ", ".join(f"{name}={_said(x)}" for name, x in value.items())
    return _said(value)


def _said(value: object) -> str:
    match value:
        case None:
            return ""
        case list() | tuple():
            return "|".join(map(str, value))
        case _:
            return str(value)
