"""When somebody gets which digest, and the form by which they change it; each of its buttons can be typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from bot.chat.card import Block, Button, Buttons, Card, Prose, Tone
from bot.chat.form import Choice, Form, Line
from bot.phrases import say
from core.notices.notice import Place
from core.routing.digests import Every, Level, Plan, Reader
from core.text import Tongue

if TYPE_CHECKING:
    from core.workspace import Workspace

HOURS = ("08:00", "09:00", "10:00", "18:00")


def plan_words(plan: Plan, tongue: Tongue) -> str:
    """Return `Team weekly · on Mondays at 09:00 (Asia/Shanghai)`."""
    facts = {
        "level": str(plan.level),
        "every": str(plan.every),
        "at": f"{plan.at:%H:%M}",
        "zone": plan.zone.key,
        "day": say(f"weekday-{plan.on}", tongue) if plan.every is Every.WEEK else str(max(plan.on, 1)),
        "pack": "yes" if plan.pack else "no",
        "holidays": "yes" if plan.holidays else "no",
    }
    return say("digest-plan-words", tongue, **facts)


def chosen_card(plan: Plan | None, to: Reader, every: Every, workspace: Workspace, tongue: Tongue) -> Card:
    """Return the word that it is so from now on."""
    name = reader_words(to, workspace, tongue)
    if plan is None:
        title = say("digest-off", tongue, every=str(every), who=name)
        back = Button(say("digest-back-on", tongue), f"digest {every} subscribe{_here(to)}")
        return Card(title, tongue, Tone.PLAIN, (Buttons((back,)),), title)
    title = say("digest-chosen", tongue, who=name)
    words = plan_words(plan, tongue)
    buttons = Buttons((Button(say("digest-see", tongue), f"digest {every} {plan.level}"),))
    return Card(title, tongue, Tone.GOOD, (Prose(words, "strong"), buttons), f"{title} {words}")


def settings_card(known: Sequence[Plan], to: Reader, workspace: Workspace, tongue: Tongue) -> Card:
    """Return what somebody gets, and buttons for what most would change."""
    title = say("digest-settings", tongue, who=reader_words(to, workspace, tongue))
    lines = "\n".join(f"· {plan_words(plan, tongue)}" for plan in known) or say("digest-none", tongue)
    blocks: list[Block] = [Prose(lines), Prose(say("digest-settings-how", tongue), "quiet")]
    here, has = _here(to), {plan.every for plan in known}
    hours = tuple(Button(hour, f"digest daily at {hour}{here}") for hour in HOURS)
    levels = tuple(Button(say(f"level-{level}", tongue), f"digest daily level {level}{here}") for level in Level)
    rhythms = tuple(
        Button(
            say("digest-turn-off" if every in has else "digest-turn-on", tongue, every=str(every)),
            f"digest {every} {'off' if every in has else 'subscribe'}{here}",
        )
        for every in Every
    )
    blocks += [Buttons(some) for some in (hours, levels, rhythms)]
    return Card(title, tongue, Tone.PLAIN, tuple(blocks), title)


def settings_form(known: Sequence[Plan], to: Reader, tongue: Tongue) -> Form:
    """Ask for rhythm, level and hour at once; what is so now is filled in."""
    now = known[0] if known else Plan(to)
    fields = (
        _choice("digest-form-every", Every, "every", str(now.every), tongue),
        _choice("digest-form-level", Level, "level", str(now.level), tongue, before="level "),
        Line(say("digest-form-at", tongue), "at ", example=f"{now.at:%H:%M}"),
        Choice(say("digest-form-off", tongue), ((say("digest-form-yes", tongue), "off"),)),
    )
    title = say("digest-settings-button", tongue)
    words = (say("form-submit", tongue), say("form-cancel", tongue))
    return Form(title, f"digest{_here(to)}", fields, *words, tongue)


def reader_words(to: Reader, workspace: Workspace, tongue: Tongue) -> str:
    if isinstance(to, Place):
        return say("digest-this-chat", tongue)
    person = workspace.people.get(to)
    return person.name.to(tongue) if person else to


def _choice(
    code: str, kinds: Iterable[Every | Level], name: str, chosen: str, tongue: Tongue, before: str = ""
) -> Choice:
    options = tuple((say(f"{name}-{one}", tongue), str(one)) for one in kinds)
    return Choice(say(code, tongue), options, before, is_needed=True, chosen=chosen)


def _here(to: Reader) -> str:
    return " here" if isinstance(to, Place) else ""
