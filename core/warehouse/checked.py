"""Whether a question can be answered at all, said before any engine is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from core.document import suggesting
from core.errors import Missing, Problem
from core.metrics.source import Source

if TYPE_CHECKING:
    from core.cube.query import Query


def checked(query: Query, sources: Mapping[str, Source]) -> Source:
    """Return the source that is asked; Missing or Problem says what it does not hold."""
    source = sources.get(query.source)
    if source is None:
        raise Missing("unknown-source", **suggesting(query.source, sources, name=query.source))
    for kind, asked, held in (
        ("dimension", query.dimensions, source.dimensions),
        ("measure", query.measures, source.measures),
    ):
        if lacking := [each for each in asked if each not in held]:
            raise Missing(f"source-no-{kind}", source=source.name, name=lacking[0])
    if query.grain is not None and query.grain.rank < source.grain.rank:
        raise Problem("source-grain-too-fine", source=source.name, wanted=query.grain.value, held=source.grain.value)
    return source
