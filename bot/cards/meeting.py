"""The weekly meeting's pack: its agenda, the pages that the agenda points to, and all of it as a workbook."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from bot.cards.digest import alert_words, decisions, pledge_words, saved_words
from bot.cards.digest_numbers import days_words, late_lines, moved_words, numbers_blocks, picture
from bot.cards.dress import loss_words, metric_title, person_name, rule_of, slice_words, usual_words
from bot.cards.review import adoption, because, change_words, rules_table, verdict_words
from bot.cards.sheet import FORMATS, safe
from bot.chat.card import Block, Button, Buttons, Card, Prose, Table, Tone
from bot.chat.reply import File
from bot.phrases import say
from core.charts import numerals
from core.quantity import Unit
from core.text import Tongue

if TYPE_CHECKING:
    from core.review.record import Record
    from core.usecases.meeting import Meeting
    from core.workspace import Workspace

MOST_LINES = 8
MOST_CHANGES = 3

Cell = str | float | None


def meeting_card(meeting: Meeting, workspace: Workspace, tongue: Tongue) -> Card:
    digest, review = meeting.digest, meeting.review
    title = say("meeting-title", tongue, name=workspace.name.to(tongue), days=days_words(digest.edition.window, tongue))
    items = list(agenda(meeting, workspace, tongue))
    lines = [f"{number}. {line}" for number, line in enumerate(items, 1)] or [say("meeting-nothing", tongue)]
    blocks: list[Block] = [Prose(say("meeting-agenda", tongue), "strong"), Prose("\n".join(lines))]
    blocks.append(Prose(say("meeting-targets", tongue), "strong"))
    blocks += numbers_blocks(digest, digest.numbers, workspace, tongue)
    blocks += picture(digest, workspace, tongue)
    blocks += _causes(meeting, workspace, tongue)
    blocks += _promises(meeting, workspace, tongue)
    blocks += [Prose(say("meeting-rules", tongue), "strong"), Prose(verdict_words(review.total, tongue))]
    if review.tallies:
        blocks.append(rules_table(review, workspace, tongue))
    changes = [one for one in review.advice if one.changes]
    for one in changes[:MOST_CHANGES]:
        blocks.append(Prose(change_words(one, workspace, tongue)))
        blocks.append(Buttons((Button(say("button-adopt", tongue), adoption(one, review), "primary"),)))
    blocks.append(Buttons((Button(say("meeting-excel", tongue), "digest meeting excel"),)))
    first = items[0] if items else say("meeting-nothing", tongue)
    return Card(title, tongue, Tone.WARNING if items else Tone.GOOD, tuple(blocks), f"{title}: {first}")


def agenda(meeting: Meeting, workspace: Workspace, tongue: Tongue) -> Iterator[str]:
    """Yield what to talk of, in the order of what it costs to leave it: decisions, moves, rules, data."""
    digest, review = meeting.digest, meeting.review
    if waiting := list(decisions(digest, workspace, tongue)):
        yield say("agenda-decide", tongue, count=len(waiting), first=waiting[0])
    for moved in digest.moved:
        yield moved_words(moved, workspace, tongue)
    if broken := digest.promised.broken:
        yield say("agenda-broken", tongue, count=len(broken))
    if open_ := [one for one in digest.overdue if one.owner is not None]:
        yield say("agenda-overdue", tongue, count=len(open_), first=alert_words(open_[0], workspace, tongue))
    if changes := [one for one in review.advice if one.changes]:
        titles = say("list-comma", tongue).join(one.rule.title.to(tongue) for one in changes[:MOST_CHANGES])
        yield say("agenda-rules", tongue, count=len(changes), rules=titles)
    if review.missed:
        yield say("agenda-missed", tongue, count=len(review.missed))
    yield from (block.text for block in late_lines(digest.numbers, workspace, tongue) if isinstance(block, Prose))


def _causes(meeting: Meeting, workspace: Workspace, tongue: Tongue) -> Iterator[Block]:
    """Yield a row for each cause: how many alerts, how they were closed, what is open, what was not lost."""
    yield Prose(say("meeting-causes", tongue), "strong")
    if not meeting.causes:
        yield Prose(say("review-none", tongue))
        return
    columns = ("review-column-cause", "review-column-alerts", "meeting-closed", "digest-open", "review-saved")
    rows = tuple(
        (
            cause_words(cause, tongue),
            str(len(some)),
            _closed(some, tongue),
            str(_open(some)),
            _saved(some, workspace, tongue),
        )
        for cause, some in meeting.causes
    )
    yield Table(tuple(say(code, tongue) for code in columns), rows, numeric=(1, 3))
    if saved := saved_words(meeting.digest, workspace, tongue):
        yield Prose(say("digest-saved", tongue, amount=saved))


def cause_words(cause: str, tongue: Tongue) -> str:
    return usual_words("cause", cause, tongue) if cause else say("meeting-no-cause", tongue)


def _promises(meeting: Meeting, workspace: Workspace, tongue: Tongue) -> Iterator[Block]:
    digest = meeting.digest
    yield Prose(say("meeting-promises", tongue), "strong")
    counts = {"kept": len(digest.promised.kept), "broken": len(digest.promised.broken)}
    lines = [say("digest-promises", tongue, **counts)]
    lines += [f"✗ {pledge_words(one, workspace, tongue, digest.now)}" for one in digest.promised.broken[:MOST_LINES]]
    lines += [f"✓ {pledge_words(one, workspace, tongue, digest.now)}" for one in digest.promised.kept[:MOST_LINES]]
    yield Prose("\n".join(lines))


def _closed(some: Sequence[Record], tongue: Tongue) -> str:
    reasons = Counter(one.alert.handling.reason for one in some if one.alert.handling.reason)
    told = (f"{say(f'reason-{reason}', tongue)} {count}" for reason, count in reasons.most_common())
    return say("list-comma", tongue).join(told) or numerals.NOTHING


def _open(some: Sequence[Record]) -> int:
    return sum(one.alert.is_open for one in some)


def _saved(some: Sequence[Record], workspace: Workspace, tongue: Tongue) -> str:
    losses = (loss_words(one.alert.loss, workspace, tongue) for one in some if one.alert.loss)
    return say("list-comma", tongue).join(losses) or numerals.NOTHING


# --- as a workbook -------------------------------------------------------------------------------------------------


def workbook(meeting: Meeting, workspace: Workspace, tongue: Tongue) -> File:
    """Return the pack as a file to be passed around: numbers as numbers, and whatever somebody typed as text."""
    import xlsxwriter

    written = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    book = xlsxwriter.Workbook(written, options)
    head = book.add_format({"bold": True, "bottom": 1})
    share = book.add_format({"num_format": "0.0%"})
    kinds = {unit: book.add_format({"num_format": form}) for unit, form in FORMATS.items()}
    for name, columns, rows in _pages(meeting, workspace, tongue):
        page = book.add_worksheet(say(f"meeting-sheet-{name}", tongue))
        for at, column in enumerate(columns):
            page.write_string(0, at, safe(column), head)
        for line, row in enumerate(rows, 1):
            unit = meeting.digest.numbers[line - 1].metric.unit if name == "targets" else None
            for at, cell in enumerate(row):
                if isinstance(cell, str):
                    page.write_string(line, at, safe(cell))
                elif cell is not None:
                    is_share = name == "targets" and at == _CHANGE
                    page.write_number(line, at, cell, share if is_share else kinds.get(unit) if unit else None)
        page.freeze_panes(1, 0)
        page.set_column(0, max(len(columns) - 1, 0), 22)
    book.close()
    window = meeting.digest.edition.window
    return File(f"meeting-{window.first_day}-{window.last_day}.xlsx", written.getvalue())


_CHANGE = 3


def _pages(
    meeting: Meeting, workspace: Workspace, tongue: Tongue
) -> Iterator[tuple[str, Sequence[str], Sequence[Sequence[Cell]]]]:
    def said(*codes: str) -> list[str]:
        return [say(code, tongue) for code in codes]

    digest = meeting.digest
    yield "agenda", said("meeting-agenda"), [[line] for line in agenda(meeting, workspace, tongue)]
    numbers: list[list[Cell]] = [
        [metric_title(one.metric.code, workspace, tongue), one.value, one.before, one.change, one.plan,
         one.so_far.value if one.so_far else None, one.so_far.plan if one.so_far else None]
        for one in digest.numbers
    ]  # fmt: skip
    columns = ("column-metric", "column-value", "answer-compared-to", "fact-change", "digest-plan", "meeting-so-far",
               "meeting-so-far-plan")  # fmt: skip
    yield "targets", said(*columns), numbers
    alerts: list[list[Cell]] = [
        [one.alert.handle, rule_title(one, workspace, tongue),
         slice_words(one.alert.fingerprint.labels, workspace, tongue),
         person_name(one.alert.owner, workspace, tongue), cause_words(cause, tongue),
         usual_words("action", one.alert.handling.action, tongue) if one.alert.handling.action else "",
         say(f"reason-{one.alert.handling.reason}", tongue) if one.alert.handling.reason else "",
         loss_words(one.alert.loss, workspace, tongue) if one.alert.loss else ""]
        for cause, some in meeting.causes
        for one in some
    ]  # fmt: skip
    names = [f"review-column-{name}" for name in ("alert", "rule", "where", "owner", "cause", "action")]
    yield "alerts", said(*names, "meeting-closed", "review-saved"), alerts
    promises = [
        [say(code, tongue), one.alert.handle, person_name(one.owner, workspace, tongue), one.promise.text]
        for code, some in (("digest-broken", digest.promised.broken), ("digest-kept", digest.promised.kept))
        for one in some
    ]
    yield "promises", said("column-state", "review-column-alert", "column-owner", "column-what"), promises
    advice = [
        [one.rule.title.to(tongue), str(one.tally.alerts), numerals.number(one.tally.precision, Unit.PERCENT, tongue),
         say(f"course-{one.course}", tongue), because(one, tongue),
         change_words(one, workspace, tongue) if one.changes else ""]
        for one in meeting.review.advice
    ]  # fmt: skip
    rule_names = [f"review-column-{name}" for name in ("rule", "alerts", "precision", "course", "why", "change")]
    yield "rules", said(*rule_names), advice


def rule_title(one: Record, workspace: Workspace, tongue: Tongue) -> str:
    rule = rule_of(one.rule, workspace)
    return rule.title.to(tongue) if rule else one.rule
