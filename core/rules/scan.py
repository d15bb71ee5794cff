"""The scanner: a sentence in either tongue becomes the few tokens that the grammar knows.

Chinese has no spaces, so at each place the longest word or metric name wins (转化率 before 转化); where a word of the
language and a name are equally long, the word wins. Width and case do not count: `ＣＶＲ＜２％` is `cvr<2%`. What no
word fits is a mistake with a place, and all of them are reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Protocol

from core.document import suggesting
from core.errors import Invalid, Mistake
from core.quantity import Quantity, Unit
from core.rules.figures import FRACTIONS, MULTIPLES, figure_at
from core.rules.particles import NOISE, OTHERS
from core.rules.patterns import Found, phrases_at
from core.rules.settle import elsewhere, settled
from core.rules.verbs import MOVES, SIZED, STILL
from core.rules.word import Word, at_place, folded, mistake
from core.rules.words import AGAINST, COMPARISONS, PARTS, SUFFIXES


class Names(Protocol):
    """What is needed of the catalog here: every name of a metric and of a dimension, with its code."""

    def names(self) -> Mapping[str, str]: ...
    def dimension_names(self) -> Mapping[str, str]: ...


def scan(written: str, names: Names, file: str = "") -> list[Word]:
    """Return the words of a sentence, without those that carry nothing; Invalid names all that are not known."""
    text, places = folded(written)
    lexicon = _lexicon(tuple(names.names().items()), tuple(names.dimension_names().items()))
    found: list[Word] = []
    unknown: list[tuple[int, int]] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        best = lexicon.longest(text, at)
        start = places[at]
        if best is None:
            end = _end_of_unknown(text, at, lexicon)
            unknown.append((start, places[end - 1] + 1))
            at = end
            continue
        kind, value, end = best
        found.append(Word(kind, value, start, places[end - 1] + 1, text[at:end]))
        at = end
    wrong = [_unknown(written, *each, names, file, found) for each in _joined(unknown, written, names)]
    if not wrong:
        wrong = [Mistake(code, facts, at_place(file, written, *place)) for code, place, facts in elsewhere(found)]
    if wrong:
        raise Invalid(wrong)
    return settled(found, names)


def is_clear(title: str, kind: str, code: str, names: Names) -> bool:
    """Return whether a title is read back as the one thing it names, and not as a word of the language."""
    words = scan(title, names)
    return len(words) == 1 and (words[0].kind, words[0].value) == (kind, code)


# --- within ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Lexicon:
    names: re.Pattern[str]
    codes: Mapping[str, tuple[str, str]]

    def longest(self, text: str, at: int) -> Found | None:
        """Return the longest word at a place; of equally long ones, the language's own comes before a name."""
        best: Found | None = None
        for each in self.candidates(text, at):
            if best is None or each[2] > best[2]:
                best = each
        return best

    def candidates(self, text: str, at: int) -> Iterator[Found]:
        if match := _fixed().pattern.match(text, at):
            kind, value = _fixed().words[_squeezed(match[0])]
            yield kind, value, match.end()
        yield from phrases_at(text, at)
        if match := self.names.match(text, at):
            kind, code = self.codes[_squeezed(match[0])]
            yield kind, code, match.end()
        if figure := figure_at(text, at):
            yield "NUMBER", *figure


@dataclass(frozen=True, slots=True)
class _Fixed:
    pattern: re.Pattern[str]
    words: Mapping[str, tuple[str, Any]]


@cache
def _fixed() -> _Fixed:
    words: dict[str, tuple[str, Any]] = {}
    for kind, table in (
        *(("AGAINST", AGAINST), ("COMPARISON", COMPARISONS), ("MOVE", MOVES), ("SUFFIX", SUFFIXES)),
        *(("PART", PARTS), ("SIZED", SIZED), ("STILL", STILL)),
    ):
        for value, spellings in table.items():
            words.update({_squeezed(each): (kind, value) for each in spellings})
    words.update({_squeezed(each): ("NUMBER", Quantity(part, Unit.PERCENT)) for each, part in FRACTIONS.items()})
    words.update({_squeezed(each): ("NUMBER", Quantity(times, Unit.TIMES)) for each, times in MULTIPLES.items()})
    for kind, spellings in OTHERS.items():
        words.update({_squeezed(each): (kind, None) for each in spellings})
    for each in NOISE:
        words.setdefault(_squeezed(each), ("NOISE", None))
    return _Fixed(_any_of(words), words)


@lru_cache(maxsize=16)
def _lexicon(metrics: tuple[tuple[str, str], ...], dimensions: tuple[tuple[str, str], ...]) -> _Lexicon:
    codes = {
        _squeezed(folded(name + ending)[0]): ("DIMENSION", code)
        for name, code in dimensions
        for ending in (("", "s", "s'", "'s") if name.isascii() else ("",))
    }
    codes |= {_squeezed(folded(name)[0]): ("METRIC", code) for name, code in metrics}
    return _Lexicon(_any_of(codes), codes)


def _any_of(spellings: Mapping[str, object]) -> re.Pattern[str]:
    """Match the longest; a Latin word only as a whole, its parts apart by a space, a hyphen or an underscore."""
    longest_first = sorted((each for each in spellings if each), key=len, reverse=True)
    return re.compile("|".join(_bounded(each) for each in longest_first) or r"(?!)")


def _bounded(spelling: str) -> str:
    inner = r"[\s_-]+".join(re.escape(part) for part in spelling.split(" "))
    before = r"(?<![a-z0-9_])" if re.match(r"[a-z0-9]", spelling) else ""
    behind = r"(?![a-z0-9_])" if re.search(r"[a-z0-9]$", spelling) else ""
    return before + inner + behind


def _squeezed(spelling: str) -> str:
    return re.sub(r"[\s_-]+", " ", spelling.casefold()).strip() or spelling


def _end_of_unknown(text: str, at: int, lexicon: _Lexicon) -> int:
    """Return where something known begins again; a Latin word is unknown as a whole."""
    if match := re.compile(r"[a-z0-9_]+").match(text, at):
        return match.end()
    at += 1
    while at < len(text) and not text[at].isspace() and lexicon.longest(text, at) is None:
        at += 1
    return at


def _unknown(written: str, start: int, end: int, names: Names, file: str, known: list[Word]) -> Mistake:
    word = written[start:end]
    if found := _value_in(word, getattr(names, "value_names", dict)()):
        is_without = any(each.kind == "EXCEPT" for each in known)
        code = "rule-value-excluded" if is_without else "rule-value-named"
        return mistake(code, written, start, end, file, value=found[0], dimension=found[1])
    # 转化律 is read as 转化 and a letter too many: what stands beside it may be part of the slip.
    beside = [each for each in known if start in (each.end, each.end + 1) or end in (each.start, each.start - 1)]
    tried = [written[min(start, each.start) : max(end, each.end)] for each in beside]
    near = (_nearest(each, names) for each in (*sorted(tried, key=len, reverse=True), word))
    facts = {"said": word} | next((each for each in near if each), {})
    return mistake("rule-unknown-word", written, start, end, file, **facts)


def _nearest(said: str, names: Names) -> dict[str, str]:
    """Return the name that was perhaps meant; a slip in Chinese is a letter of the same sound, and none too many."""
    every = names.names()
    if (sounded := said.translate(_SOUNDS)) in every:
        return {"suggestion": sounded}
    alike = [] if said.isascii() else [each for each in every if len(each) == len(said)]
    facts = suggesting(said, alike) or suggesting(said, every)
    return {key: str(fact) for key, fact in facts.items()}


_SOUNDS = str.maketrans({**dict.fromkeys("律绿滤虑", "率"), **dict.fromkeys("亮辆两", "量"), "报": "曝"})


def _joined(unknown: list[tuple[int, int]], written: str, names: Names) -> list[tuple[int, int]]:
    """Return what is unknown, two words as one where a name is near them."""
    found: list[tuple[int, int]] = []
    for start, end in unknown:
        first = found[-1][0] if found and not written[found[-1][1] : start].strip() else None
        if first is not None and _nearest(written[first:end], names):
            found[-1] = first, end
        else:
            found.append((start, end))
    return found


def _value_in(word: str, values: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the channel that a word names, with its dimension: a sentence is about all of them."""
    said = folded(word)[0]
    held = (name for name in sorted(values, key=len, reverse=True) if len(name) > 1 and folded(name)[0] in said)
    return next(((name, values[name]) for name in held), None)
