"""`beacon why`: a file of slices in, the few that moved the number out, with a sentence.

`seconds` is what the search took; reading the file is not counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from bot.cards.why import Names, move_words, sentence, share_words
from bot.phrases import say
from bot.sliced import Sliced, read_sliced
from core.attribution.attribute import MEASURES, Attribution, Kind, attribute
from core.attribution.leaves import Leaves
from core.charts import numerals
from core.errors import Problem
from core.labels import Labels
from core.quantity import Unit
from core.text import Tongue

UNITS = {Kind.SUM: Unit.BARE, Kind.RATIO: Unit.BARE, Kind.RATE: Unit.PERCENT}
MOST_DIMENSIONS = 20


@dataclass(frozen=True, slots=True)
class Answer:
    why: Attribution
    seconds: float


def kind_of(said: str) -> Kind:
    """Return the kind of that name."""
    if said not in set(Kind):
        raise Problem("why-kind", said=said, kinds=", ".join(Kind))
    return Kind(said)


def look(file: Path, kind: Kind) -> Answer:
    """Search a file; a Problem says why it cannot be."""
    table = read_sliced(file, MEASURES[kind])
    _refuse(table, kind, file)
    start = perf_counter()
    # A column of one value tells slices from nothing.
    kept = [at for at, values in enumerate(table.values) if len(values) > 1]
    leaves = Leaves.of(
        [table.dimensions[at] for at in kept],
        [table.values[at] for at in kept],
        [table.codes[at] for at in kept],
        table.measures,
    )
    why = attribute(leaves, kind)
    return Answer(why, perf_counter() - start)


def answer_json(found: Answer, tongue: Tongue) -> dict[str, Any]:
    """Return what `beacon why --json` promises."""
    why = found.why
    return {
        "causes": [
            {
                "slice": dict(cause.slice.pairs),
                "delta": cause.delta,
                "contribution": cause.contribution,
                "purity": cause.purity,
                "equivalent_to": [dict(other.pairs) for other in cause.equivalent_to],
            }
            for cause in why.causes
        ],
        "mix": why.mix,
        "rate": why.rate,
        "unexplained": why.unexplained,
        "sentence": sentence(why, names_of(why.kind, tongue)),
        "seconds": found.seconds,
    }


def answer_lines(found: Answer, tongue: Tongue) -> Iterator[str]:
    """Yield the sentence, each cause with its evidence, and the parts that add up to the change."""
    why, names = found.why, names_of(found.why.kind, tongue)
    yield sentence(why, names)
    for place, cause in enumerate(why.causes, 1):
        yield say(
            "why-line",
            tongue,
            place=place,
            slice=names.slice(cause.slice),
            move=move_words(cause, names),
            share=share_words(cause.contribution),
            purity=share_words(cause.purity),
        )
        if cause.equivalent_to:
            others = (" / ").join(names.slice(other) for other in cause.equivalent_to)
            yield say("why-equivalent", tongue, slices=others)
    if why.mix is not None and why.rate is not None and why.change is not None:
        parts = {name: numerals.number(each, Unit.POINTS, tongue) if why.kind is Kind.RATE else f"{each:+.6g}"
                 for name, each in (("rate", why.rate), ("mix", why.mix), ("change", why.change))}  # fmt: skip
        yield say("why-split", tongue, **parts)
    yield say("why-seconds", tongue, seconds=f"{found.seconds:.3f}")


def names_of(kind: Kind, tongue: Tongue) -> Names:
    """Return how a file's numbers are called: nobody has said what they are."""

    def number(value: float | None) -> str:
        return numerals.number(value, UNITS[kind], tongue)

    def words(one: Labels) -> str:
        return " & ".join(f"{dimension}={value}" for dimension, value in one)

    against = say("why-against-expected" if kind is Kind.SUM else "why-against-before", tongue)
    return Names(tongue, say(f"why-metric-{kind}", tongue), words, number, against)


def _refuse(table: Sliced, kind: Kind, file: Path) -> None:
    """Raise a Problem for a file in which there is nothing to compare."""
    if all(len(values) < 2 for values in table.values):  # noqa: PLR2004 - one slice is no slice
        raise Problem("why-one-slice", file=str(file), dimensions=", ".join(table.dimensions))
    if len(table.dimensions) > MOST_DIMENSIONS:
        raise Problem("why-many-dimensions", file=str(file), count=len(table.dimensions), most=MOST_DIMENSIONS)
    if kind is Kind.SUM:
        if not any(column.any() for column in table.measures.values()):
            raise Problem("why-all-zero", file=str(file), columns="actual, expected")
        return
    for name in ("den", "base_den"):
        if not table.measures[name].any():
            raise Problem("why-all-zero", file=str(file), columns=name)
