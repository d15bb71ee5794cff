"""The questions of setting up, as cards: what is asked, the answer that each has already, and what would come of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from bot.chat.card import Block, Button, Buttons, Card, Fact, Facts, Prose, Table, Tone
from bot.phrases import say
from core.usecases.begin import Proposal, wanting
from core.usecases.setup import SAFE_RULES, Setup, Step

if TYPE_CHECKING:
    from core.metrics.catalog import Catalog
    from core.text import Tongue

MOST_COLUMNS = 40  # in one table


def asked_card(
    setup: Setup, blocks: Iterable[Block], tongue: Tongue, *, choices: Sequence[tuple[str, str]] = ()
) -> Card:
    """Return the question that is open; a choice is its label and the answer that it stands for."""
    step = setup.step
    number, usual = list(Step).index(step) + 1, setup.usual(step)
    title = say(f"setup-{step}", tongue)
    shown = [*blocks]
    if usual and not choices:
        shown.append(Prose(say("setup-usual", tongue, usual=usual), "quiet"))
    buttons = [Button(label, f"setup {step} {said}") for label, said in choices]
    if step is not Step.FILE:
        if not choices:
            buttons.append(Button(say("setup-yes", tongue), f"setup {step} yes", "primary"))
        buttons.append(Button(say("setup-back", tongue), f"setup back {step}"))
        shown.append(Buttons(tuple(buttons)))
    heading = say("setup-step", tongue, number=number, of=len(Step), title=title)
    return Card(heading, tongue, Tone.PLAIN, tuple(shown), heading)


def column_blocks(proposal: Proposal, catalog: Catalog, tongue: Tongue) -> list[Block]:
    """Return what each column was taken for, what was left out and why, and what the file is too poor for."""

    def title(code: str) -> str:
        return catalog.metrics[code].title.to(tongue)

    rows = [(proposal.time, say("setup-is-time", tongue, grain=say(f"grain-{proposal.grain}", tongue)))]
    rows += [(column, catalog.dimensions[code].title.to(tongue)) for code, column in proposal.dimensions.items()]
    guesses = {column: title(code) for code, column in proposal.guessed.items()}
    for code, column in proposal.measures.items():
        guess = say("setup-guessed", tongue, title=guesses[column]) if column in guesses else ""
        rows.append((column, f"{title(code)} {guess}".strip()))
    for left in proposal.left_out:
        why = say(f"init-{left.why}", tongue, title=title(left.metric) if left.metric else "")
        rows.append((left.column, say("setup-left-out", tongue, why=why)))
    heads = say("setup-column", tongue), say("setup-taken-for", tongue)
    blocks: list[Block] = [Table(heads, tuple(rows[:MOST_COLUMNS]))]
    if poor := wanting(proposal, tongue):
        lines = [
            say("setup-lacking", tongue, rule=rule, wants=", ".join(map(title, needs))) for rule, needs in poor.items()
        ]
        blocks.append(Prose("\n".join(lines), "quiet"))
    return [*blocks, Prose(say("setup-correct", tongue))]


def confirm_card(told: Mapping[str, str], lines: Sequence[str], folder: str, tongue: Tongue) -> Card:
    """Return all that was answered, what the rules would have done, and the button that writes it."""
    facts = tuple(Fact(label, value) for label, value in told.items() if value)
    again = [
        Button(say("setup-change", tongue, what=say(f"setup-{step}-short", tongue)), f"setup again {step}")
        for step in (Step.COLUMNS, Step.PACK, Step.YOU, Step.TEAM)
    ]
    write = Button(say("setup-write", tongue), "setup confirm yes", "primary")
    heading = say("setup-step", tongue, number=len(Step), of=len(Step), title=say("setup-confirm", tongue))
    said = Prose("\n".join(lines))
    where = Prose(say("setup-where", tongue, folder=folder), "quiet")
    return Card(heading, tongue, Tone.PLAIN, (Facts(facts), said, where, Buttons((write, *again))), heading)


def written_card(tongue: Tongue) -> Card:
    title = say("setup-written", tongue)
    return Card(title, tongue, Tone.GOOD, (Prose(say("setup-begins", tongue)),), title)


def pack_choices(packs: Sequence[str], tongue: Tongue) -> list[tuple[str, str]]:
    return [(say("setup-safe-rules", tongue), SAFE_RULES), *((pack, pack) for pack in packs)]
