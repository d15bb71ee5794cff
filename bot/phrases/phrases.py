"""Every sentence that is said to people, by its code, in the reader's tongue.

A missing phrase or blank is a warning: an error in every test, while in production the code and its facts are said
instead, as a plain answer is better than none.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from core.errors import Fact
from core.text import Tongue

if TYPE_CHECKING:
    from fluent.runtime import FluentBundle

_LOCALES: Mapping[Tongue, str] = {"en": "en", "zh": "zh-Hans"}


LONGEST = 900  # letters of one fact; Fluent refuses a blank of more than 1000


class UnsaidWarning(UserWarning):
    """A phrase is missing, or one of its blanks was not given."""


def say(code: str, tongue: Tongue, **facts: Fact) -> str:
    """Return the sentence of that code. A `suggestion` among the facts is said after it, whatever the sentence.

    >>> say("unknown-metric", "en", name="roii", suggestion="roi")
    'No metric “roii”. Did you mean “roi”?'
    """
    said = _say(code, tongue, facts)
    if "suggestion" in facts:
        return f"{said}{'' if tongue == 'zh' else ' '}{_say('did-you-mean', tongue, facts)}"
    return said


def has_phrase(code: str, tongue: Tongue = "en") -> bool:
    return _bundle(tongue).has_message(code)


def source(tongue: Tongue) -> str:
    """Return the phrase book of one tongue, as its authors wrote it."""
    return (files("bot.phrases") / f"{tongue}.ftl").read_text(encoding="utf-8")


def _say(code: str, tongue: Tongue, facts: Mapping[str, Fact]) -> str:
    bundle = _bundle(tongue)
    if not bundle.has_message(code):
        warnings.warn(f"no phrase {code!r} in {tongue}", UnsaidWarning, stacklevel=3)
        return _bare(code, facts)
    said, errors = _filled_in(code, tongue, tuple(facts), *map(_short, facts.values()))
    if errors:
        wrong = f"phrase {code!r} in {tongue} wants another blank than {sorted(facts)}"
        warnings.warn(wrong, UnsaidWarning, stacklevel=3)
        return _bare(code, facts)
    return said


@lru_cache(maxsize=4096, typed=True)  # typed: 1 and 1.0 are one key otherwise, and are not said alike
def _filled_in(code: str, tongue: Tongue, names: tuple[str, ...], *blanks: Fact) -> tuple[str, bool]:
    """Return the sentence with its blanks filled, and whether one could not be: many are asked for the same words."""
    bundle = _bundle(tongue)
    pattern = bundle.get_message(code).value
    assert pattern is not None  # noqa: S101 - only a message of attributes has none, and our books hold no such
    said, errors = bundle.format_pattern(pattern, dict(zip(names, blanks, strict=True)))
    return str(said), bool(errors)


def _short(fact: Fact) -> Fact:
    """Return what fits in a blank: of somebody's endless word the beginning tells enough."""
    return f"{fact[:LONGEST]}…" if isinstance(fact, str) and len(fact) > LONGEST else fact


def _bare(code: str, facts: Mapping[str, Fact]) -> str:
    written = ", ".join(f"{name}={fact}" for name, fact in facts.items())
    return f"{code} ({written})" if written else code


@lru_cache(maxsize=2)
def _bundle(tongue: Tongue) -> FluentBundle:
    from fluent.runtime import FluentBundle, FluentResource

    # Without isolating: the marks it puts round each blank are for mixing in Arabic, and show up in terminals.
    bundle = FluentBundle([_LOCALES[tongue]], use_isolating=False, functions={"FILLED": _filled})
    bundle.add_resource(FluentResource(source(tongue)))
    return bundle


def _filled(fact: Any) -> Any:
    """Say whether a blank has words: Fluent itself cannot ask."""
    return "yes" if str(fact) else "no"
