"""A first workspace from one file: what its columns are, which rules are safe to start with, and what was left out.

Columns are known by the dictionary's names in either tongue. What cannot be right is left out and named, never
guessed at: a ratio already divided, a count of people already counted, a column nobody has a name for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal

import yaml

from core.calendar.grain import Grain
from core.document import fold
from core.errors import Missing
from core.metrics.catalog import Catalog
from core.metrics.metric import How, Metric
from core.text import Tongue

TIME_NAMES = frozenset(
    map(fold, ("日期", "时间", "统计日期", "数据日期", "date", "day", "time", "datetime", "dt", "created at"))
)
# A column of ids, unique in each row, says that its rows are what is counted.
COUNTED = (
    (re.compile(r"^(?:mql|lead|线索).{0,3}(?:id|编号|号)$|^线索(?:id|编号|号)$"), "leads"),
    (re.compile(r"^(?:order|订单).{0,3}(?:id|no|number|编号|号)$"), "orders"),
)
_BRACKET = re.compile(r"[(（\[【].*?[)）\]】]\s*$")  # 花费(元), Cost [CNY]
_TITLES_ZH = re.compile(r"[\u4e00-\u9fff]")

NOTHING = "-"  # what a column is said to mean that is to be left out

Why = Literal["ratio", "distinct", "unknown", "unwanted", "not-numbers", "twice", "empty"]


@dataclass(frozen=True, slots=True)
class Looked:
    """One column as it was found: `times` are some of its moments, `is_unique` whether no value comes twice.

    `word` is one of the cells of a column of words.
    """

    name: str
    kind: Literal["number", "time", "text", "empty"]
    times: tuple[datetime, ...] = ()
    is_unique: bool = False
    word: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    column: str
    why: Why
    metric: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What `beacon init` would write: `files` by name, and for its reader what each column became."""

    time: str
    grain: Grain
    dimensions: Mapping[str, str]
    measures: Mapping[str, str]
    left_out: tuple[LeftOut, ...]
    rules: tuple[str, ...]  # each as a sentence
    tongue: Tongue
    guessed: Mapping[str, str] = field(default_factory=dict)  # metrics that a column may stand for as well
    files: Mapping[str, str] = field(default_factory=dict)


def propose(
    columns: Sequence[Looked],
    file: str,
    name: str,
    catalog: Catalog,
    meant: Mapping[str, str] = MappingProxyType({}),
) -> Proposal:
    """Return a first workspace for that file; Missing when it has no dates or nothing we know.

    `meant` says of a column by which of the dictionary's names it goes, where its own name does not tell.
    """
    time = _time(columns, meant)
    dimensions: dict[str, str] = {}
    measures: dict[str, tuple[str, Any]] = {}
    left_out: list[LeftOut] = []
    for column in columns:
        if column is time:
            continue
        word = meant.get(column.name, column.name)
        if word == NOTHING:
            left_out.append(LeftOut(column.name, "unwanted"))
        elif dimension := _dimension(column, word, catalog, dimensions):
            dimensions[dimension] = column.name
        else:
            found = _measure(column, word, catalog, measures)
            if isinstance(found, LeftOut):
                left_out.append(found)
            else:
                measures[found[0]] = (column.name, found[1])
    guessed = {code: measures[like][0] for code, like in _LIKE.items() if like in measures and code not in measures}
    measures |= {code: measures[_LIKE[code]] for code in guessed}
    if not measures:
        if near := next((left.column for left in left_out if left.why == "not-numbers"), None):
            word = next(column.word for column in columns if column.name == near)
            raise Missing("init-not-numbers-yet", column=near, cell=word)
        raise Missing("init-no-metric", file=file, columns=", ".join(column.name for column in columns))
    tongue: Tongue = "zh" if any(_TITLES_ZH.search(column.name) for column in columns) else "en"
    rules = _rules(measures, dimensions, tongue)
    grain = _grain(time)
    source = {
        "source": "facts",
        "files": file,
        "grain": grain.value,
        "time": time.name,
        "dimensions": dimensions,
        "measures": {code: how for code, (_, how) in measures.items()},
    }
    return Proposal(
        time=time.name,
        grain=grain,
        dimensions=dimensions,
        measures={code: column for code, (column, _) in measures.items() if code not in guessed},
        left_out=tuple(left_out),
        guessed=guessed,
        rules=tuple(rule["when"] for rule in rules),
        tongue=tongue,
        files={
            "workspace.yaml": _yaml({"name": name, "zone": "Asia/Shanghai", "currency": "CNY", "tongue": tongue}),
            "sources.yaml": _yaml([{key: value for key, value in source.items() if value}]),
            "rules.yaml": _yaml(rules),
            "people.yaml": _yaml([_ME]),
            "routes.yaml": _yaml([{"route": "everything", "chats": ["web:board"], "owner": "person:me"}]),
        },
    )


# An export that says what was sold beside what was spent almost always means what those ads sold.
_LIKE = {"revenue": "gmv"}

_ME = {
    "person": "me",
    "name": {"en": "Me", "zh": "我"},
    "duties": [{"role": "marketing_team"}],
    "chats": {"web": "me"},
    "may": "manage",
}


# --- what a column is ------------------------------------------------------------------------------------------


def _time(columns: Sequence[Looked], meant: Mapping[str, str]) -> Looked:
    said = {column.name: fold(meant.get(column.name, column.name)) for column in columns}
    times = [column for column in columns if column.kind == "time" and said[column.name] != NOTHING]
    named = [column for column in times if said[column.name] in TIME_NAMES]
    chosen = [column for column in named if column.name in meant]
    if found := next(iter(chosen or named or times), None):
        return found
    unread = next((one for one in columns if one.kind == "text" and said[one.name] in TIME_NAMES), None)
    if unread:
        raise Missing("init-time-unread", column=unread.name, cell=unread.word)
    raise Missing("init-no-time", columns=", ".join(column.name for column in columns))


def _grain(time: Looked) -> Grain:
    """Whole hours, some of them not midnight, are facts by the hour; any other moments are kept by day."""
    is_whole = all(moment.minute == moment.second == 0 for moment in time.times)
    return Grain.HOUR if is_whole and any(moment.hour for moment in time.times) else Grain.DAY


def _dimension(column: Looked, word: str, catalog: Catalog, taken: Mapping[str, str]) -> str | None:
    if column.kind != "text":
        return None
    try:
        code = catalog.dimension(_bare(word)).code
    except Missing:
        return None
    return None if code in taken else code


def _measure(
    column: Looked, word: str, catalog: Catalog, taken: Mapping[str, tuple[str, Any]]
) -> tuple[str, Any] | LeftOut:
    """Return the base metric that a column holds and how it is counted, or why it is left out."""
    if column.kind == "empty":
        return LeftOut(column.name, "empty")
    counted = next((code for pattern, code in COUNTED if pattern.match(fold(column.name))), None)
    if counted and column.is_unique and counted not in taken:
        return counted, {"count": "rows"}
    try:
        metric = catalog.metric(_bare(word))
    except Missing:
        return LeftOut(column.name, "unknown")
    why = _unfit(metric, column, taken)
    if why:
        return LeftOut(column.name, why, metric.code)
    if metric.how is How.DISTINCT:
        return metric.code, {"distinct": column.name}
    return metric.code, {"last": column.name} if metric.how is How.LAST else column.name


def _unfit(metric: Metric, column: Looked, taken: Mapping[str, tuple[str, Any]]) -> Why | None:
    if metric.formula is not None:
        return "ratio"
    if metric.how is How.DISTINCT and column.kind == "number":
        return "distinct"
    if metric.how is not How.DISTINCT and column.kind != "number":
        return "not-numbers"
    return "twice" if metric.code in taken else None


def _bare(name: str) -> str:
    return _BRACKET.sub("", name).strip()


# --- rules that are safe to begin with -------------------------------------------------------------------------

_SAFE: tuple[tuple[str, tuple[str, ...], dict[Tongue, str], dict[str, str], bool], ...] = (
    # its id, the base metrics it needs, how it is said, its title, and whether it is for each channel by itself
    (
        "roi_low",
        ("revenue", "spend"),
        {"zh": "ROI<1", "en": "roi < 1"},
        {"en": "ROI below 1", "zh": "投产比低于 1"},
        True,
    ),
    (
        "impressions_drop",
        ("impressions",),
        {"zh": "曝光量周同比下滑>30%", "en": "impressions down more than 30% vs same weekday last week"},
        {"en": "Impressions well below last week", "zh": "曝光量比上周同日大幅下滑"},
        False,
    ),
    (
        "cvr_low",
        ("conversions", "clicks"),
        {"zh": "转化率低于历史均值30%", "en": "cvr 30% below the historical mean"},
        {"en": "Conversion rate well below its mean", "zh": "转化率明显低于均值"},
        False,
    ),
    (
        "orders_low",
        ("orders",),
        {"zh": "订单数低于历史均值30%", "en": "orders 30% below the historical mean"},
        {"en": "Orders well below their mean", "zh": "订单数明显低于均值"},
        False,
    ),
    (
        "leads_low",
        ("leads",),
        {"zh": "线索数量低于历史均值30%", "en": "leads 30% below the historical mean"},
        {"en": "Leads well below their mean", "zh": "线索数量明显低于均值"},
        False,
    ),
    (
        "overspent",
        ("spend", "budget"),
        {"zh": "预算超支", "en": "budget overspent"},
        {"en": "Budget overspent", "zh": "预算超支"},
        False,
    ),
)


def _rules(measures: Mapping[str, Any], dimensions: Mapping[str, str], tongue: Tongue) -> list[dict[str, Any]]:
    rules = []
    for code, needs, said, title, is_sliced in _SAFE:
        if not all(need in measures for need in needs):
            continue
        when = said[tongue]
        if is_sliced and "channel" in dimensions:
            when = f"渠道{when}" if tongue == "zh" else f"by channel {when}"
        rules.append(
            {"rule": code, "title": dict(title), "when": when, "owner": "marketing_team", "severity": "warning"}
        )
    return rules


def wanting(proposal: Proposal, tongue: Tongue) -> dict[str, tuple[str, ...]]:
    """Return by their titles the rules that the file is too poor for, and the base metrics that each lacks."""
    held = {*proposal.measures, *proposal.guessed}
    missing = {title[tongue]: tuple(need for need in needs if need not in held) for _, needs, _, title, _ in _SAFE}
    return {title: needs for title, needs in missing.items() if needs}


def _yaml(content: Any) -> str:
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, default_flow_style=None, width=118)
