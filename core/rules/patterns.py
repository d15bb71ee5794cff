"""Phrases that no list of words can hold, since numbers stand in them: 近7天均值, 3天前, 连续三天, top 3."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Literal

from core.calendar.events import builtin_events
from core.calendar.grain import Grain
from core.rules.figures import ENGLISH, count_of
from core.rules.occasions import code_of
from core.rules.tree import Comparison, FixedBase, Lag, LastTime, Usual
from core.rules.word import folded
from core.rules.words import GRAINS

Found = tuple[str, Any, int]  # a kind, what it means, and where it ends


@dataclass(frozen=True, slots=True)
class Often:
    """连续3天 is 3 of 3 days; 近5天中3天 is 3 of 5."""

    times: int
    of: int
    grain: Grain | None


def phrases_at(text: str, at: int) -> Iterator[Found]:
    """Yield every phrase that begins at a place."""
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
    if match := _during().match(text, at):
        yield "DURING", match["zh"] or match["en"] or "", match.end()
    if match := _WORKDAY.match(text, at):
        yield "WORKDAY", None, match.end()
    if match := _WEEKDAY.match(text, at):
        yield "WEEKDAY", match[0], match.end()
    if match := _TOP.match(text, at):
        yield "TOP", count_of(match["zh_n"] or match["en_n"]), match.end()


# --- the patterns ----------------------------------------------------------------------------------------------

_GRAIN = "|".join(sorted(GRAINS, key=len, reverse=True))
_COUNT = r"\d{1,4}|[一二两三四五六七八九十]"
_EN_COUNT = rf"\d{{1,4}}|{'|'.join(sorted(ENGLISH, key=len, reverse=True))}"
_USUAL = re.compile(
    rf"""
    (?:较|比)?(?:历史)?(?:(?:近|过去|最近|前)?(?P<zh_n>{_COUNT})(?P<zh_unit>{_GRAIN}))?
      (?P<zh_same>同星期[一二三四五六日天]?|同周几|同一?星期几|同周)?的?(?:历史)?
      (?:(?P<zh_median>中位数|中值)|均值|平均值|平均|同期均值)
    |(?:较|比|跟|和)?(?:平时|往常|平常|以往|平日|正常水平)
    |(?<![a-z0-9])(?:than\ |the\ )?usual(?![a-z0-9])
    |(?<![a-z0-9])(?:vs\ )?(?:the\ |its\ )?(?:historical\ |usual\ )?
      (?:(?P<en_n>\d{{1,4}})[\s-]+(?P<en_unit>{_GRAIN})\s+)?
      (?P<en_same>same[\s-]weekday\s+)?(?:trailing\s+|rolling\s+)?(?:(?P<en_median>median)|mean|average)
      (?:\ of\ the\ (?:last|past|previous)\ (?P<of_n>\d{{1,4}})\ (?P<of_unit>{_GRAIN}))?(?![a-z0-9])
    |(?<![a-z0-9])(?:vs\ |than\ )?(?:the\ )?(?:last|past|previous|trailing|rolling)\ (?P<last_n>\d{{1,4}})[\s-]+
      (?P<last_unit>{_GRAIN})(?:'s?)?\ (?:(?P<last_median>median)|mean|average)(?![a-z0-9])
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
    rf"(?P<late_n>{_COUNT})(?P<late_unit>{_GRAIN})连续(?:都|均)?|"
    rf"(?<![a-z0-9])(?:for )?(?:the last )?(?P<en_n>{_EN_COUNT}) "
    rf"(?:(?:consecutive|straight) (?P<of_unit>{_GRAIN})|"
    rf"(?P<en_unit>{_GRAIN}) (?:in a row|running|straight))(?![a-z0-9])|"
    rf"(?<![a-z0-9])for (?P<for_n>{_EN_COUNT}) (?P<for_unit>{_GRAIN})(?![a-z0-9])"
)
# 降至2%, and not 下降至少2%.
_AS_FAR_AS = re.compile(r"(?:(?P<down>跌|降|掉|下降|下跌|下滑|回落|滑落)|涨|升|上升|上涨|增长|增加)至(?![少多])")
_RUN = re.compile(
    rf"连(?P<verb>[涨升跌降])(?P<n>{_COUNT})(?P<unit>{_GRAIN})|(?P<before>{_COUNT})连(?P<other>[涨升跌降])|"
    rf"连续(?:(?P<rises>上升|上涨|增长|增加|走高|升高|提升)|下降|下滑|下跌|走低|降低|减少|回落)(?:了|达|超过)?"
    rf"(?P<long>{_COUNT})(?P<span>{_GRAIN})"
)
# Last Tuesday is one day, and a rule is about every day.
_WORKDAY = re.compile(r"(?:连续)?(?:\d{1,3}|[一二两三四五六七八九十])?个?工作日")
_WEEKDAY = re.compile(
    r"(?:较|比)?(?:上周|上个?星期|上个?礼拜|周|星期|礼拜)[一二三四五六日天]|"
    r"(?<![a-z0-9])(?:vs |than |from )?(?:last |on )?(?:mon|tues|wednes|thurs|fri|satur|sun)days?(?![a-z0-9])"
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
    count = match["zh_n"] or match["en_n"] or match["of_n"] or match["last_n"]
    unit = match["zh_unit"] or match["en_unit"] or match["of_unit"] or match["last_unit"]
    return Usual(
        periods=count_of(count) if count else None,
        statistic="median" if match["zh_median"] or match["en_median"] or match["last_median"] else "mean",
        same_weekday=bool(match["zh_same"] or match["en_same"]),
        grain=GRAINS[unit] if unit else None,
    )


@cache
def _last_time() -> re.Pattern[str]:
    names = "|".join(re.escape(folded(name)[0]) for name in _event_names())
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


@cache
def _during() -> re.Pattern[str]:
    """Match a span that an event lasts: when a rule is judged stands beside its sentence."""
    names = "|".join(re.escape(folded(name)[0]) for name in _event_names())
    return re.compile(
        rf"(?:在)?(?:(?P<zh>{names})|活动|大促|促销|推广)(?:期间|期内|当天|那天)|"
        rf"(?<![a-z0-9])during (?:the )?(?:(?P<en>{names})|events?|promotions?|promos?|sales?|campaigns?)(?![a-z0-9])"
    )


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


_ROW_UNITS = ("zh_unit", "no_unit", "late_unit", "en_unit", "of_unit", "for_unit")


def _row(match: re.Match[str]) -> Often:
    number = next(match[name] for name in ("zh_n", "no_n", "late_n", "en_n", "for_n") if match[name])
    unit = next(match[name] for name in _ROW_UNITS if match[name])
    return Often(count_of(number), count_of(number), GRAINS[unit])


def _often(match: re.Match[str]) -> Often:
    unit = match["zh_unit"] or match["en_unit"]
    return Often(count_of(match["zh_n"] or match["en_n"]), count_of(match["zh_of"] or match["en_of"]), GRAINS[unit])


def _run(match: re.Match[str]) -> tuple[Often, Literal["up", "down"]]:
    number = count_of(match["n"] or match["before"] or match["long"])
    unit, verb = match["unit"] or match["span"], match["verb"] or match["other"]
    rises = verb in "涨升" if verb else match["rises"] is not None
    return Often(number, number, GRAINS[unit] if unit else None), "up" if rises else "down"
