"""The scanner: a sentence in either tongue becomes the few tokens that the grammar knows.

Chinese has no spaces, so at each place the longest word or metric name wins (转化率 before 转化); where a word of the
language and a name are equally long, the word wins. Width and case do not count: `ＣＶＲ＜２％` is `cvr<2%`. What no
word fits is a mistake with a place, and all of them are reported.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any, Literal, Protocol

from core.calendar.events import builtin_events
from core.calendar.grain import Grain
from core.document import suggesting
from core.errors import Invalid, Mistake, Where
from core.quantity import Quantity, Unit
from core.rules.figures import ENGLISH, FRACTIONS, MULTIPLES, count_of, figure_at
from core.rules.occasions import code_of
from core.rules.tree import Comparison, FixedBase, Lag, LastTime, Usual
from core.rules.words import AGAINST, COMPARISONS, GRAINS, MOVES, NOISE, OTHERS, PARTS, SIZED, STILL, SUFFIXES


class Names(Protocol):
    """What is needed of the catalog here: every name of a metric and of a dimension, with its code."""

    def names(self) -> Mapping[str, str]: ...
    def dimension_names(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class Word:
    """One token: its kind, what it means, and where it stands in what was written."""

    kind: str
    value: Any
    start: int
    end: int
    said: str


@dataclass(frozen=True, slots=True)
class Often:
    """连续3天 is 3 of 3 days; 近5天中3天 is 3 of 5."""

    times: int
    of: int
    grain: Grain | None


def scan(written: str, names: Names, file: str = "") -> list[Word]:
    """Return the words of a sentence, without those that carry nothing; Invalid names all that are not known."""
    text, places = _folded(written)
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
    if unknown:
        raise Invalid(_unknown(written, start, end, names, file) for start, end in unknown)
    return _settled(found)


def is_clear(title: str, kind: str, code: str, names: Names) -> bool:
    """Return whether a title is read back as the one thing it names, and not as a word of the language."""
    words = scan(title, names)
    return len(words) == 1 and (words[0].kind, words[0].value) == (kind, code)


def mistake(code: str, written: str, start: int, end: int, file: str = "", **facts: str) -> Mistake:
    """Return a mistake that points into the sentence."""
    return Mistake(code, facts, Where(file, 1, start + 1, max(1, end - start), written))


# --- within ----------------------------------------------------------------------------------------------------

Found = tuple[str, Any, int]


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
        if match := _USUAL.match(text, at):
            yield "AGAINST", _usual(match), match.end()
        if match := _last_time().match(text, at):
            yield "AGAINST", _occasion(match), match.end()
        if (match := _BASE.match(text, at)) and (base := _base(match)):
            yield "AGAINST", base, match.end()
        if match := _AGO.match(text, at):
            yield "AGAINST", _ago(match), match.end()
        if match := _STREAK.match(text, at):
            yield "STREAK", _row(match), match.end()
        if match := _OFTEN.match(text, at):
            yield "STREAK", _often(match), match.end()
        if match := _AS_FAR_AS.match(text, at):
            yield "COMPARISON", Comparison.AT_MOST if match["down"] else Comparison.AT_LEAST, match.end()
        if match := _RUN.match(text, at):
            yield "RUN", _run(match), match.end()
        if match := _TOP.match(text, at):
            yield "TOP", count_of(match["zh_n"] or match["en_n"]), match.end()
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
        _squeezed(_folded(name + ending)[0]): ("DIMENSION", code)
        for name, code in dimensions
        for ending in (("", "s", "s'", "'s") if name.isascii() else ("",))
    }
    codes |= {_squeezed(_folded(name)[0]): ("METRIC", code) for name, code in metrics}
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


def _folded(written: str) -> tuple[str, list[int]]:
    """Return the sentence in one width and case, and for each of its letters where it stood."""
    text: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(written):
        plain = unicodedata.normalize("NFKC", letter).casefold().replace("−", "-")
        text.append(plain)
        places.extend([place] * len(plain))
    return "".join(text), places


_GRAIN = "|".join(sorted(GRAINS, key=len, reverse=True))
_COUNT = r"\d{1,4}|[一二两三四五六七八九十]"
_EN_COUNT = rf"\d{{1,4}}|{'|'.join(sorted(ENGLISH, key=len, reverse=True))}"
_USUAL = re.compile(
    rf"""
    (?:较|比)?(?:历史)?(?:(?:近|过去|最近)?(?P<zh_n>{_COUNT})(?P<zh_unit>{_GRAIN}))?
      (?P<zh_same>同星期[一二三四五六日天]?|同周几|同一?星期几|同周)?的?(?:历史)?
      (?:(?P<zh_median>中位数|中值)|均值|平均值|平均|同期均值)
    |(?:较|比|跟|和)?(?:平时|往常|平常|以往|平日|正常水平)
    |(?<![a-z0-9])(?:than\ |the\ )?usual(?![a-z0-9])
    |(?<![a-z0-9])(?:vs\ )?(?:the\ |its\ )?(?:historical\ |usual\ )?
      (?:(?P<en_n>\d{{1,4}})[\s-]+(?P<en_unit>{_GRAIN})\s+)?
      (?P<en_same>same[\s-]weekday\s+)?(?:(?P<en_median>median)|mean|average)
      (?:\ of\ the\ (?:last|past)\ (?P<of_n>\d{{1,4}})\ (?P<of_unit>{_GRAIN}))?(?![a-z0-9])
    """,
    re.VERBOSE,
)
_AGO = re.compile(
    rf"(?:较|比)?(?P<zh_n>{_COUNT})(?P<zh_unit>{_GRAIN})前|"
    rf"(?<![a-z0-9])(?:vs )?(?P<en_n>\d{{1,4}}) (?P<en_unit>{_GRAIN}) (?:ago|before|earlier)(?![a-z0-9])"
)
_BASE = re.compile(
    r"(?:较|比|定基比|(?<![a-z0-9])(?:vs\ |since\ |fixed\ base\ |the\ fixed\ base\ )?)\s*"
    r"(?P<year>\d{4})(?:-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?![\d-])|年(?P<zm>\d{1,2})月(?P<zd>\d{1,2})日)",
    re.VERBOSE,
)
_STREAK = re.compile(
    rf"(?:已?连续(?P<zh_n>{_COUNT})(?P<zh_unit>{_GRAIN})(?:都|均)?)|"
    rf"(?P<no_n>{_COUNT})(?P<no_unit>{_GRAIN})(?=无数据|没有数据|没数据|没有任何数据)|"
    rf"(?<![a-z0-9])(?:for )?(?:the last )?(?P<en_n>{_EN_COUNT}) "
    rf"(?:consecutive (?P<of_unit>{_GRAIN})|(?P<en_unit>{_GRAIN}) (?:in a row|running))(?![a-z0-9])|"
    rf"(?<![a-z0-9])for (?P<for_n>{_EN_COUNT}) (?P<for_unit>{_GRAIN})(?![a-z0-9])"
)
# 降至2%, and not 下降至少2%.
_AS_FAR_AS = re.compile(r"(?:(?P<down>跌|降|掉|下降|下跌|下滑|回落|滑落)|涨|升|上升|上涨|增长|增加)至(?![少多])")
_RUN = re.compile(
    rf"连(?P<verb>[涨升跌降])(?P<n>{_COUNT})(?P<unit>{_GRAIN})|(?P<before>{_COUNT})连(?P<other>[涨升跌降])"
)
_TOP = re.compile(
    rf"前(?P<zh_n>{_COUNT})(?:大|名|个|家)?|(?<![a-z0-9])(?:the )?top[ -](?P<en_n>{_EN_COUNT})(?:'s|s')?(?![a-z0-9])"
)
_OFTEN = re.compile(
    rf"(?:近|过去|最近)?(?P<zh_of>{_COUNT})(?P<zh_unit>{_GRAIN})(?:之?中|里|内)?有?(?:至少)?(?P<zh_n>{_COUNT})(?:{_GRAIN})(?:都|均)?|"
    rf"(?<![a-z0-9])(?:in |on )?(?:at least )?(?P<en_n>{_EN_COUNT}) (?:out )?of (?:the )?(?:last |past )?"
    rf"(?P<en_of>{_EN_COUNT}) (?P<en_unit>{_GRAIN})(?![a-z0-9])"
)


def _usual(match: re.Match[str]) -> Usual:
    count = match["zh_n"] or match["en_n"] or match["of_n"]
    unit = match["zh_unit"] or match["en_unit"] or match["of_unit"]
    return Usual(
        periods=count_of(count) if count else None,
        statistic="median" if match["zh_median"] or match["en_median"] else "mean",
        same_weekday=bool(match["zh_same"] or match["en_same"]),
        grain=GRAINS[unit] if unit else None,
    )


@cache
def _last_time() -> re.Pattern[str]:
    names = "|".join(re.escape(_folded(name)[0]) for name in _event_names())
    return re.compile(
        rf"(?:较|比)?(?:上次|上届|上一次|去年)?(?P<any>活动|大促)(?:同期|同日)|"
        rf"(?:较|比)?(?:上次|上届|上一次|去年|上年)(?P<own>[^\s，,。:：<>=≤≥]{{1,20}}?)(?:同期|同日|同一天)|"
        rf"(?:较|比)?(?P<zh>{names})(?:同期|同日|同一天|对齐)|"
        rf"(?<![a-z0-9])(?:vs )?(?:the )?same day of (?:the )?last (?:(?P<en_any>event|promotion|promo)|"
        rf"(?P<en>{names})|\"(?P<en_own>[^\"]{{1,40}})\")(?![a-z0-9])|"
        rf"(?<![a-z0-9])(?:vs )?(?:the )?last (?P<en_short>{names})(?![a-z0-9])"
    )


@cache
def _event_names() -> tuple[str, ...]:
    return tuple(sorted({name for event in builtin_events().values() for name in event.names}, key=len, reverse=True))


def _occasion(match: re.Match[str]) -> LastTime:
    name = next((match[each] for each in ("own", "zh", "en", "en_own", "en_short") if match[each]), None)
    return LastTime(None if name is None else code_of(name))


def _base(match: re.Match[str]) -> FixedBase | None:
    try:
        return FixedBase(date(int(match["year"]), int(match["m"] or match["zm"]), int(match["d"] or match["zd"])))
    except ValueError:
        return None


def _ago(match: re.Match[str]) -> Lag:
    return Lag(GRAINS[match["zh_unit"] or match["en_unit"]], count_of(match["zh_n"] or match["en_n"]))


def _row(match: re.Match[str]) -> Often:
    number = next(match[name] for name in ("zh_n", "no_n", "en_n", "for_n") if match[name])
    unit = next(match[name] for name in ("zh_unit", "no_unit", "en_unit", "of_unit", "for_unit") if match[name])
    return Often(count_of(number), count_of(number), GRAINS[unit])


def _often(match: re.Match[str]) -> Often:
    unit = match["zh_unit"] or match["en_unit"]
    return Often(count_of(match["zh_n"] or match["en_n"]), count_of(match["zh_of"] or match["en_of"]), GRAINS[unit])


def _run(match: re.Match[str]) -> tuple[Often, Literal["up", "down"]]:
    number = count_of(match["n"] or match["before"])
    grain = GRAINS[match["unit"]] if match["unit"] else None
    return Often(number, number, grain), "up" if (match["verb"] or match["other"]) in "涨升" else "down"


def _end_of_unknown(text: str, at: int, lexicon: _Lexicon) -> int:
    """Return where something known begins again; a Latin word is unknown as a whole."""
    if match := re.compile(r"[a-z0-9_]+").match(text, at):
        return match.end()
    at += 1
    while at < len(text) and not text[at].isspace() and lexicon.longest(text, at) is None:
        at += 1
    return at


def _unknown(written: str, start: int, end: int, names: Names, file: str) -> Mistake:
    word = written[start:end]
    if found := _value_in(word, getattr(names, "value_names", dict)()):
        return mistake("rule-value-named", written, start, end, file, value=found[0], dimension=found[1])
    facts = {"said": word} | suggesting(word, names.names())
    return mistake("rule-unknown-word", written, start, end, file, **{key: str(fact) for key, fact in facts.items()})


def _value_in(word: str, values: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the channel that a word names, with its dimension: a sentence is about all of them."""
    folded = _folded(word)[0]
    held = (name for name in sorted(values, key=len, reverse=True) if len(name) > 1 and _folded(name)[0] in folded)
    return next(((name, values[name]) for name in held), None)


def _settled(words: list[Word]) -> list[Word]:
    """Drop what carries nothing, and settle the few words that only their neighbours explain."""
    kept = [word for word in words if word.kind != "NOISE"]
    found: list[Word] = []
    for place, word in enumerate(kept):
        before = found[-1] if found else None
        behind = kept[place + 1] if place + 1 < len(kept) else None
        after = kept[place + 2] if place + 2 < len(kept) else None
        match word.kind:
            case "EACH" if behind is None or behind.kind != "DIMENSION":
                continue  # `down by 20%`
            case "AND" | "COMMA" if (
                before
                and before.kind == "DIMENSION"
                and behind
                and behind.kind in ("DIMENSION", "EACH")
                and (after is None or after.kind != "METRIC" or _opens(found))
            ):
                continue  # `by channel and region`
            case "COMMA" if (
                behind is None or behind.kind in ("AND", "OR", "COMMA") or (before and before.kind == "DIMENSION")
            ):
                continue
            case "METRIC" if word.value in ("spend", "budget") and behind and behind.kind == "OVERSPENT":
                continue  # 花费超预算
            case "OVERSPENT" if behind and behind.kind == "COMPARISON" and not _is_amount(kept[place + 1 :]):
                found.append(Word("METRIC", "budget_use", word.start, word.end, word.said))
            case _:
                found.append(word)
    return _with_hours(_turned(found))


def _turned(words: list[Word]) -> list[Word]:
    """Put the metric first where the number was: more than 30% of comments are negative."""
    found = list(words)
    for place in range(len(words) - 2):
        opens = place == 0 or words[place - 1].kind in ("AND", "OR", "COMMA", "OPEN", "NOT")
        if opens and [word.kind for word in words[place : place + 3]] == ["COMPARISON", "NUMBER", "METRIC"]:
            found[place : place + 3] = [words[place + 2], words[place], words[place + 1]]
    return found


def _is_amount(words: list[Word]) -> bool:
    """Return whether so much *more* follows: 超支超过10%, and not 超支大于110%, where the word is the metric's."""
    return len(words) > 1 and words[1].kind == "NUMBER" and words[1].value is not None and words[1].value.value < 1


def _with_hours(words: list[Word]) -> list[Word]:
    """Put 截至当前 before what it is held against, wherever in its clause it was said."""
    found, placed = list(words), set[int]()
    for place, word in enumerate(words):
        if word.kind != "SOFAR":
            continue
        end = next(
            (at for at in range(place, len(words)) if words[at].kind in ("AND", "OR", "COMMA", "CLOSE")), len(words)
        )
        held = next((at for at in range(place + 1, end) if words[at].kind == "AGAINST"), None)
        if held is None and place and words[place - 1].kind == "AGAINST":
            held = place - 1
        if held is not None:
            found.remove(word)
            if held not in placed:  # 今天到现在比昨天同时段 says it twice
                found.insert(found.index(words[held]), word)
            placed.add(held)
    return found


def _opens(words: list[Word]) -> bool:
    """Return whether nothing but places has been said so far."""
    return all(word.kind in ("EACH", "DIMENSION") for word in words)
