"""What only a word's neighbours explain: which `of` means a part, which `and` joins places, which number comes first.

In goes every word of a sentence in its order, out come those that the grammar knows, in the order it wants.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from core.metrics.metric import Direction
from core.quantity import Quantity, Unit
from core.rules.tree import Comparison
from core.rules.verbs import Move
from core.rules.word import Word

_CLAUSE = ("AND", "OR", "COMMA", "OPEN", "NOT", "COLON")
_BUDGETS = ("budget", "budget_to_date")
_MONEY = ("spend", "spend_to_date", *_BUDGETS)
_SETS_OFF = ("AGAINST", "MOVE", "SIZED", "CHANGE")  # with these, a day so far is held against another
_ELSEWHERE = {"DURING": "rule-during-said", "WORKDAY": "rule-workday-said", "WEEKDAY": "rule-weekday-said"}


def elsewhere(words: list[Word]) -> Iterator[tuple[str, tuple[int, int], dict[str, str]]]:
    """Yield what a sentence does not hold, and where that is said in its place: a code, a place and facts."""
    said = [word for word in words if word.kind != "NOISE"]
    for at, word in enumerate(said):
        place, facts = (word.start, word.end), {"found": word.said}
        before = next((each for each in reversed(said[:at]) if each.kind in _CLAUSE), None)
        clause = said[said.index(before) + 1 if before else 0 :]
        clause = clause[
            : next((i for i, each in enumerate(clause) if each.kind in ("AND", "OR", "CLOSE")), len(clause))
        ]
        if code := _ELSEWHERE.get(word.kind):
            yield code, place, facts | ({"event": word.value or "618"} if word.kind == "DURING" else {})
        elif word.kind == "EXCEPT":
            yield "rule-except-said", place, facts
        elif word.kind == "SOFAR" and not any(each.kind in _SETS_OFF for each in clause):
            yield "rule-so-far-alone", place, facts
        elif word.kind == "TODATE" and not any(_is_money(each) or each.kind == "OVERSPENT" for each in clause):
            yield "rule-to-date-said", place, facts


def settled(words: list[Word], names: Any = None) -> list[Word]:
    """Drop what carries nothing, and settle the few words that only their neighbours explain."""
    words = _to_date([word for word in _parted(words) if word.kind != "NOISE"], names)
    kept = [_by_metric(word, words, at, names) for at, word in enumerate(words)]
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
            case "METRIC" if _is_money(word) and behind and behind.kind == "OVERSPENT":
                continue  # 花费超预算
            case "OVERSPENT" if behind and behind.kind == "COMPARISON" and not _is_amount(kept[place + 1 :]):
                found.append(Word("METRIC", "budget_use", word.start, word.end, word.said))
            case _:
                found.append(word)
    return _with_hours(_turned(found))


def _turned(words: list[Word]) -> list[Word]:
    """Put the metric first where something else was: more than 30% of comments are negative, a 20% drop in orders."""
    found = list(words)
    for place in range(len(words)):
        opens = place == 0 or words[place - 1].kind in ("AND", "OR", "COMMA", "OPEN", "NOT")
        for kinds, order in _TURNS if opens else ():
            if [word.kind for word in words[place : place + len(kinds)]] == list(kinds):
                found[place : place + len(kinds)] = [words[place + at] for at in order]
                break
    return found


_TURNS: tuple[tuple[tuple[str, ...], tuple[int, ...]], ...] = (
    (("COMPARISON", "NUMBER", "MOVE", "METRIC"), (3, 2, 0, 1)),
    (("COMPARISON", "NUMBER", "METRIC"), (2, 0, 1)),
    (("NUMBER", "MOVE", "METRIC"), (2, 1, 0)),
    (("MOVE", "METRIC", "COMPARISON", "NUMBER"), (1, 0, 2, 3)),
    (("MOVE", "METRIC", "NUMBER"), (1, 0, 2)),
)


def _parted(words: list[Word]) -> list[Word]:
    """Tell the `of` of a part from one that says nothing: 低于昨天的80% is part of it, 低于昨天80% below by that."""
    found = list(words)
    for at in range(len(words)):
        before, word, behind = (words[i] if 0 <= i < len(words) else None for i in (at - 1, at, at + 1))
        if behind and behind.kind == "NOISE" and at + 2 < len(words):
            behind = words[at + 2]  # of the budget
        if word is None or before is None or behind is None:
            continue
        kinds, is_of = (before.kind, behind.kind), word.said in ("的", "of")
        if is_of and kinds in (("AGAINST", "NUMBER"), ("NUMBER", "AGAINST")):
            found[at] = replace(word, kind="OF")
        elif is_of and kinds == ("METRIC", "NUMBER") and before.value in _BUDGETS:  # 预算的90% is 90% of budget
            found[at - 1 : at + 2] = [words[at + 1], replace(word, kind="OF"), before]
        elif kinds[1] == "METRIC" and behind.value in _BUDGETS:
            if is_of and kinds[0] == "NUMBER":
                found[at] = replace(word, kind="OF")
            elif word.kind == "NUMBER" and word.value and word.value.unit is Unit.TIMES:  # 1.1x budget
                found[at] = word
                found.insert(at + 1 + len(found) - len(words), replace(word, kind="OF", value=None))
    return found


def _to_date(words: list[Word], names: Any) -> list[Word]:
    """Let 本月累计 make the spend that of the month so far, and the budget that it is held against."""
    code = {"spend": "spend_to_date", "budget": "budget_to_date"}
    if (
        not any(word.kind == "TODATE" for word in words)
        or not set(code.values()) <= getattr(names, "metrics", {}).keys()
    ):
        return words
    return [
        replace(word, value=code.get(word.value, word.value)) if word.kind == "METRIC" else word
        for word in words
        if word.kind != "TODATE"
    ]


def _by_metric(word: Word, words: list[Word], at: int, names: Any) -> Word:
    """Settle what depends on the metric that is meant: what is worse for it, and what its points are."""
    is_points = word.kind == "NUMBER" and word.said.endswith(("point", "points"))
    if word.kind not in ("WORSE", "BETTER") and not is_points:
        return word
    before = [each for each in words[:at] if each.kind == "METRIC"]
    code = next((each.value for each in (*reversed(before), *words[at:]) if each.kind == "METRIC"), None)
    metric = getattr(names, "metrics", {}).get(code)
    if is_points:
        is_rate = metric is not None and metric.unit is Unit.PERCENT and word.value.unit is Unit.SCORE
        return replace(word, value=Quantity(word.value.value.scaleb(-2), Unit.POINTS)) if is_rate else word
    good = None if metric is None else {Direction.UP: True, Direction.DOWN: False}.get(metric.direction)
    if good is None:
        return word  # the grammar has no place for it, and says so
    falls = good is (word.kind == "WORSE")
    if word.said.endswith(("than", "于")):
        return replace(word, kind="COMPARISON", value=Comparison.LESS if falls else Comparison.MORE)
    return replace(word, kind="MOVE", value=Move("down" if falls else "up", "drift"))


def _is_money(word: Word) -> bool:
    return word.kind == "METRIC" and word.value in _MONEY


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
