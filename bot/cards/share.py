"""Links with which others look at the board: one just made, those that still open, and one that was ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.cards.dress import person_name
from bot.chat.card import Button, Buttons, Card, Prose, Table, Tone, Way, Ways
from bot.phrases import say
from bot.phrases.numbers import moment

if TYPE_CHECKING:
    from core.people.share import Share
    from core.text import Tongue
    from core.workspace import Workspace


def share_card(made: Share, url: str, workspace: Workspace, tongue: Tongue) -> Card:
    until = moment(made.until, workspace.zone, tongue)
    title = say("share-made", tongue, until=until)
    blocks = (
        Ways((Way(say("way-shared", tongue), url),)),
        Prose(url),  # to be copied
        Prose(say("share-what", tongue), "quiet"),
        Buttons((Button(say("button-unshare", tongue), f"unshare {made.code}", "danger"),)),
    )
    return Card(title, tongue, Tone.PLAIN, blocks, title)


def shares_card(shares: Sequence[Share], workspace: Workspace, tongue: Tongue) -> Card:
    title = say("shares-title", tongue, count=len(shares))
    if not shares:
        return Card(title, tongue, Tone.PLAIN, (Prose(say("shares-how", tongue), "quiet"),), title)
    columns = tuple(say(f"shares-{name}", tongue) for name in ("code", "by", "until"))
    rows = tuple(
        (one.code, person_name(one.by, workspace, tongue), moment(one.until, workspace.zone, tongue)) for one in shares
    )
    return Card(title, tongue, Tone.PLAIN, (Table(columns, rows), Prose(say("shares-how", tongue), "quiet")), title)


def ended_card(ended: Share, tongue: Tongue) -> Card:
    title = say("share-is-ended", tongue, share=ended.code)
    return Card(title, tongue, Tone.GOOD, (), title)
