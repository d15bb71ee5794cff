"""Writes the reference pages that the code already knows: `python -m tests.house.reference`.

What a page says of a metric or a verb is read from the dictionary and the register; only the sentence that tells
what a verb is for stands here, and a verb without one is a KeyError.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from bot.cli import cli
from bot.commands.command import Ask, Show
from bot.commands.dispatch import REGISTER
from bot.commands.verbs import MINE, REASONS, SPELLINGS, VERBS
from core.calendar.events import builtin_events
from core.calendar.phrase import read_period
from core.metrics.formula import show
from core.metrics.load import builtin
from core.metrics.metric import Metric

DOCS = Path(__file__).parents[2] / "docs"
MADE = "<!-- Made by `python -m tests.house.reference`; change the code it is read from, not this page. -->\n"

SAYS = {
    "metrics": ("metrics [LIKE]", "The metrics that have data here, or those whose names are like a word."),
    "define": ("define METRIC", "What a metric means: formula, unit, source, and the rules that watch it."),
    "rule": (
        "rule [add, change, retire, undo] NAME: SENTENCE [owner=… for=… severity=…]",
        "A rule made in chat: read back first, kept when its author presses so; alone, the rules in force.",
    ),
    "alerts": ("alerts [mine] [DIM=VALUE]", "The open alerts, all or some."),
    "why": (
        "why HANDLE [WHO]",
        "How an alert came about and who was told; with a name or `not me`: why not they.",
    ),
    "drivers": (
        "drivers METRIC or HANDLE",
        "What moved a number: `why METRIC [DIM=VALUE] [PERIOD] [vs PERIOD]` says the same.",
    ),
    "funnel": ("funnel [DIM=VALUE] [PERIOD]", "From exposure to pay, then and now: which step broke."),
    "lines": ("lines [PERIOD]", "Exposure, conversion of leads, retention: which line broke."),
    "route": ("route METRIC [DIM=VALUE]", "Who would hear of it, were it to go wrong now, and why they."),
    "board": (
        "board [by DIMENSION]",
        "Every core metric by the values of a dimension, as a picture: what is abnormal, what is wrong, how fresh.",
    ),
    "share": ("share board [7d]", "A link with which anybody may look at the board for so long, and do nothing."),
    "shared": ("shared", "The links to the board that still open, by whom, and until when."),
    "unshare": ("unshare LINK", "End a link at once."),
    "duty": ("duty", "Who is on duty by each rota, until when, and who is next."),
    "digest": (
        "digest [LEVEL] [weekly, monthly, meeting] [at TIME, off, settings] [here]",
        "What changed and matters, now, or when it is to come: of your own, or with `here` of the chat.",
    ),
    "health": ("health", "How Beacon itself is: processes, last looks and messages, what waits, what reached nobody."),
    "imports": ("imports", "What became of each file: rows taken in, rows set aside and why."),
    "import": (
        "import [SOURCE]",
        "With a file beside it: what would become of it, and a button to take it in. CSV, XLSX or Parquet, to 20 MB.",
    ),
    "put": ("put METRIC NUMBER DIM=VALUE [DAY]", "Note a number that no export holds: a competitor's price."),
    "help": ("help", "What one can say, with examples that work in this workspace."),
    "ack": ("ack HANDLE", "Take it. Saying it again keeps it."),
    "assign": ("assign HANDLE @WHO [DUE]", "Give it to somebody, perhaps with a day by which it is done."),
    "accept": ("accept HANDLE", "Say yes to what you were given."),
    "decline": ("decline HANDLE [NOTE]", "Say no: it goes back to whoever gave it."),
    "escalate": ("escalate HANDLE", "Tell the next level now."),
    "snooze": ("snooze HANDLE UNTIL", "Keep it quiet for a while: `2h`, `明天9点`, `next working day`, `worse 20%`."),
    "close": (
        "close HANDLE REASON CAUSE; ACTION",
        "Close it: why, what was behind it, what was done. It asks for what is missing.",
    ),
    "reopen": ("reopen HANDLE", "Take back a closing."),
    "handoff": ("handoff HANDLE ROLE [NOTE]", "Pass it to another role, with what happened so far."),
    "done": ("done HANDLE [STEP or pN]", "Tick off a step of the SOP, or say that a promise is kept."),
    "undo": ("undo HANDLE STEP", "Take a tick back."),
    "promise": ("promise HANDLE [@WHO] WHAT DUE", "Promise what will be done and by when: `明天下午3点`, `by friday`."),
    "drop": ("drop HANDLE pN [NOTE]", "Take a promise back."),
    "promises": ("promises", "All that is promised, the next due first, and what each number did since."),
    "mine": ("mine", "The alerts that you have, and what you promised."),
    "home": ("home", "Your own board: yours, your team's, overdue, promised. In Slack it is our Home tab."),
    "cause": ("cause HANDLE TEXT", "Write down what is behind it, before it is closed."),
    "judge": ("judge HANDLE VERDICT", "Was it useful, a false alarm, expected, or the new normal?"),
    "loss": ("loss HANDLE AMOUNT", "How much was not lost: keep the estimate, or say your own."),
    "approve": ("approve HANDLE [NOTE]", "Yes to the consequence that its rule proposes."),
    "reject": ("reject HANDLE [NOTE]", "No to it."),
    "more": ("more HANDLE", "All else that can be done with it, as buttons."),
    "mute": ("mute [METRIC] [DIM=VALUE] [from TIME] until TIME because WHY", "Keep a slice quiet, after a look at it."),
    "mutes": ("mutes", "What is muted, by whom, why, and how much it has hidden."),
    "unmute": ("unmute MUTE", "End a mute now; what is still bad is said."),
    "plead": ("plead CODE WHO", "Ask somebody who may to let you; the button of a refusal says it."),
    "allow": ("allow CODE", "Let them: it is done in their name, on your word."),
    "deny": ("deny CODE", "Do not let them."),
    "link": (
        "link [CODE]",
        "A code with which you become known in another chat; there, `link CODE`. Telegram takes it as `/start CODE`.",
    ),
    "iam": ("iam CODE WHO", "Say who you are, where you are not known yet; they, or who manages, are asked."),
    "audit": ("audit [HANDLE, WHO or RULE] [PERIOD]", "Who changed what, from where, before and after."),
    "chain": ("chain", "Goals, the rules that watch them, what is broken between, and five essentials as scores."),
    "review": (
        "review [PERIOD] [channel=wechat]",
        "How the alerts of some days did, and what to change in their rules; last month by itself.",
    ),
    "adopt": (
        "adopt DAYS CHANGE",
        "Adopt what a review proposed, as its button says; `rule undo RULE` takes it back.",
    ),
    "incident": (
        "incident WHERE WHEN: WHAT",
        "Write down what went wrong: reviews know it, no mean learns it (`list` shows all, `drop MARK` undoes one).",
    ),
    "check": ("check", "Which rules lack an objective, an owner, an SOP or a review date."),
    "storm": ("storm GROUP [ack, mine, snooze, list]", "Act on all alerts of one card; its buttons name it."),
}
PERIODS = [
    *("yesterday", "昨天", "last 7 days", "最近7天", "过去两周", "this week", "本周", "last week", "上周"),
    *("this month", "上个月", "q2", "第二季度", "june", "6月18日", "2026-06-01..2026-06-18", "618"),
]
NOW = datetime(2026, 6, 19, 12)  # noqa: DTZ001 - the wall clock of the business, as `read_period` wants it


def metrics_page() -> str:
    dictionary = builtin()
    lines = [
        *("# Metrics and dimensions", "", MADE),
        "The dictionary that comes with Beacon. A workspace names its columns by any of these names, and rules and",
        "questions may use any of them; `metrics.yaml` adds to it or changes it ([workspace](workspace.md)).",
        "",
        "A metric with a formula is worked out after its parts are added up: ROI over a week is the week's revenue by",
        "the week's spend. *distinct* is asked of the source for each slice and never added up; *last* is a level.",
        "",
    ]
    metrics = list(dictionary.metrics.values())
    for category in sorted({one.category for one in metrics}):
        lines += [f"## {category.capitalize()}", "", "| Code | Name | 名称 | How | Unit | Good is | Also called |"]
        lines += ["|---|---|---|---|---|---|---|", *(_metric(one) for one in metrics if one.category == category), ""]
    lines += [
        "## Dimensions",
        "",
        "| Code | Name | 名称 | Also called | Values known by name |",
        "|---|---|---|---|---|",
    ]
    for one in dictionary.dimensions.values():
        values = ", ".join(f"`{value.code}` {value.title.zh}" for value in one.values.values())
        lines.append(_row(f"`{one.code}`", one.title.en, one.title.zh, ", ".join(one.aliases), values))
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    lines = [
        *("# Commands", "", MADE),
        *("## In chat", ""),
        "Said to the bot after `/kpi` or a mention, in private, in an alert's thread, by a button, or as",
        'the text of `beacon ask`. In an alert\'s thread its handle may be left out. "May" is the right that',
        "`people.yaml` must give: `read`, `act` or `manage`; somebody who is not in it may read.",
        "",
        "| Say | May | What it does | Spellings |",
        "|---|---|---|---|",
    ]
    rights = {command.__name__.lower(): right.value for command, (right, _) in REGISTER.items()}
    for verb in VERBS:
        form, what = SAYS[verb]
        lines.append(_row(f"`{form}`", rights[verb], what, ", ".join(f"`{name}`" for name in SPELLINGS[verb])))
    ask, show_alert = rights[Ask.__name__.lower()], rights[Show.__name__.lower()]
    lines.append(_row("`#HANDLE`", show_alert, "The alert's card as it is now.", ""))
    lines.append(
        _row(
            "`METRIC [DIM=VALUE …] [by DIM] [top N] [PERIOD] [vs PERIOD] [chart, table, excel]`",
            ask,
            "The number, what it was, a chart. Without a metric it goes on from the question before.",
            "",
        )
    )
    lines += ["", f"`alerts` followed by {_names(MINE)} lists those of the speaker.", ""]
    lines += ["### Reasons to close", "", "| Reason | Spellings |", "|---|---|"]
    lines += [_row(f"`{reason}`", _names(names)) for reason, names in REASONS.items()]
    lines += ["", "### Periods", "", f"As read on {NOW:%A}, {NOW:%Y-%m-%d}:", "", "| Said | Read as |", "|---|---|"]
    lines += [_row(f"`{said}`", read_period(said, NOW, builtin_events()).echo) for said in PERIODS]
    lines += ["", "## On the command line", ""]
    for name, command in sorted(_commands().items()):
        lines += [f"### beacon {name}", "", command.help or "", "", "| | |", "|---|---|"]
        lines += [_row(_parameter(one), one.help or "") for one in command.params if one.name != "help"]
        lines.append("")
    lines += ["A mistake is told on standard error, with exit code 1."]
    return "\n".join(lines) + "\n"


PAGES = {"reference/metrics.md": metrics_page, "reference/commands.md": commands_page}


def _metric(one: Metric) -> str:
    how = f"`{show(one.formula)}`" if one.formula else str(one.how)
    return _row(f"`{one.code}`", one.title.en, one.title.zh, how, one.unit, one.direction, ", ".join(one.aliases))


def _commands() -> dict[str, Any]:
    from typer.main import get_command

    found: dict[str, Any] = {}
    for name, command in get_command(cli).commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        found |= {f"{name} {each}": one for each, one in inner.items()} if inner else {name: command}
    return found


def _parameter(one: Any) -> str:
    if one.param_type_name == "argument":
        return f"`{one.name.upper()}`"
    return f"`{one.opts[0]}`" if getattr(one, "is_flag", False) else f"`{one.opts[0]} …`"


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def write() -> None:
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write()
