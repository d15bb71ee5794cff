"""A line as small as a word: the path of an SVG, for the tiles of the web console."""

from __future__ import annotations

import math
from collections.abc import Sequence


def spark(values: Sequence[float | None], width: float, height: float) -> str:
    """Return the `d` of a path through the values, inset by a pixel; it is lifted where one is missing.

    >>> spark([1, 2, None, 1], 32, 12)
    'M1 11L11 1M31 11h0'
    """
    known = [value for value in values if value is not None and math.isfinite(value)]
    if not known:
        return ""
    low, high = min(known), max(known)
    across = (width - 2) / max(len(values) - 1, 1)
    path, is_down, is_lone = "", False, False
    for at, value in enumerate(values):
        if value is None or not math.isfinite(value):
            path += "h0" if is_lone else ""  # with round caps, a line of no length is a dot
            is_down = is_lone = False
            continue
        level = (value - low) / (high - low) if high > low else 0.5
        path += f"{'L' if is_down else 'M'}{1 + across * at:.4g} {1 + (height - 2) * (1 - level):.4g}"
        is_down, is_lone = True, not is_down
    return path + ("h0" if is_lone else "")
