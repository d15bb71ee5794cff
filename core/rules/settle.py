"""What only a word's neighbours explain: which `of` means a part, which `and` joins places, which number comes first.

In goes every word of a sentence in its order, out come those that the grammar knows, in the order it wants.
"""

from __future__ import annotations

from core.rules.word import Word


def settled(words: list[Word]) -> list[Word]:
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
