"""Why a number moved, in one sentence that a director understands.

What is named stands behind the evidence, so no sentence hedges; where nothing does, that is what is said. Of a ratio
it is told first whether slices broke or weight moved between them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.phrases import say
from core.attribution.attribute import Attribution, Cause
from core.charts import numerals
from core.labels import Labels
from core.quantity import Unit
from core.text import Tongue

MOST_NAMED = 3
TELLING = 0.05  # of the change, for the mix to be told beside slices that broke
LITTLE = 0.005  # a share that would be written as 0%


@dataclass(frozen=True, slots=True)
class Names:
    """How this reader calls the metric and its slices, and how its numbers are written."""

    tongue: Tongue
    metric: str
    slice: Callable[[Labels], str]
    number: Callable[[float | None], str]
    against: str  # what it is held against, such as `what was expected`


def sentence(why: Attribution, names: Names, *, is_searched: bool = True) -> str:
    """Return what moved the number, how much of it, and what nobody can explain."""
    tongue = names.tongue
    if why.before is None or why.now is None:
        return say("why-no-ratio", tongue, metric=names.metric)
    if why.change == 0 and not why.causes:
        return say("why-unmoved", tongue, metric=names.metric, now=names.number(why.now))
    head = _head(why, names)
    if not is_searched:
        return head
    if why.is_mix and why.shift is not None:
        said = [_mix(why, names)]
        said += [say("why-besides", tongue, causes=_listed(why.causes, names))] if why.causes else []
    elif why.causes:
        said = [say("why-causes", tongue, causes=_listed(why.causes, names))]
        mixed = why.mix / why.change if why.mix and why.change else 0.0
        said += [say("why-mix-part", tongue, share=share_words(mixed))] if abs(mixed) >= TELLING else []
    elif abs(why.everywhere) > LITTLE:
        said = [say("why-everywhere", tongue, change=numerals.change(why.everywhere))]
    else:
        said = [say("why-nothing", tongue)]
    if why.causes and why.unexplained is not None and round(why.unexplained, 2) != 0:
        code = "why-unexplained" if why.unexplained > 0 else "why-beyond"
        said.append(say(code, tongue, share=share_words(abs(why.unexplained))))
    joint = "" if tongue == "zh" else " "
    return joint.join([head, *said])


def share_words(share: float | None) -> str:
    """Return a share as whole percent; nothing of nothing has none.

    >>> share_words(0.776), share_words(-0.04), share_words(None)
    ('78%', '−4%', '–')
    """
    if share is None:
        return numerals.NOTHING
    whole = round(share * 100)
    return f"{numerals.MINUS if whole < 0 else ''}{abs(whole)}%"


def move_words(cause: Cause, names: Names) -> str:
    """Return `−60.0%`, or from what to what where there is nothing to take a percentage of."""
    if cause.before and cause.now is not None:
        return numerals.change(cause.now / cause.before - 1)
    was, now = names.number(cause.before), names.number(cause.now)
    return say("why-from-to", names.tongue, before=was, now=now)


def _head(why: Attribution, names: Names) -> str:
    assert why.before is not None and why.now is not None  # noqa: S101, PT018 - asked above
    change = numerals.number(abs(why.now / why.before - 1), Unit.PERCENT, names.tongue) if why.before else ""
    facts = {"metric": names.metric, "before": names.number(why.before), "now": names.number(why.now), "change": change}
    code = "why-head-rose" if why.now > why.before else "why-head-fell" if why.now < why.before else "why-head-still"
    return say(code, names.tongue, against=names.against, **facts)


def _mix(why: Attribution, names: Names) -> str:
    """Say whose weight changed, and why that moves the whole."""
    shift, tongue = why.shift, names.tongue
    assert shift is not None and why.before is not None and why.now is not None  # noqa: S101, PT018 - asked above
    middle = (why.before + why.now) / 2
    grew = shift.share_now > shift.share_before
    is_high = shift.ratio > middle
    facts = {
        "slice": names.slice(shift.slice),
        "before": numerals.number(shift.share_before, Unit.PERCENT, tongue),
        "now": numerals.number(shift.share_now, Unit.PERCENT, tongue),
        "grew": "yes" if grew else "no",
        "high": "yes" if is_high else "no",
        "rose": "yes" if why.now < why.before else "no",
    }
    return say("why-mix-against" if shift.against else "why-mix", tongue, **facts)


def _listed(causes: tuple[Cause, ...], names: Names) -> str:
    tongue = names.tongue
    said = [
        say(
            "why-cause",
            tongue,
            slice=names.slice(cause.slice),
            move=move_words(cause, names),
            share=share_words(cause.contribution),
        )
        for cause in causes[:MOST_NAMED]
    ]
    if len(causes) > MOST_NAMED:
        said.append(say("why-more", tongue, count=len(causes) - MOST_NAMED))
    return ("、" if tongue == "zh" else ", ").join(said)
