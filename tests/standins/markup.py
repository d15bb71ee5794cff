"""Telegram's HTML as its page describes it: https://core.telegram.org/bots/api#html-style"""

from __future__ import annotations

import re
from html import unescape

TAGS = {"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "span", "tg-spoiler", "a", "code", "pre",
        "blockquote", "tg-emoji"}  # fmt: skip
# What a tag may, and of these a link must, be told; others take nothing.
ATTRIBUTES = {
    "a": r' href="[^"]+"',
    "span": r' class="tg-spoiler"',
    "tg-emoji": r' emoji-id="\d+"',
    "code": r'( class="language-[^"]+")?',
    "blockquote": r"( expandable)?",
}
_TOKEN = re.compile(r"<(?P<close>/?)(?P<tag>[^\s<>]*)(?P<rest>[^<>]*)>|(?P<lone>[<>])|(?P<entity>&[^;\s]*;?)")


class CannotParseError(ValueError):
    """Its message is Telegram's."""


def read(html: str) -> tuple[str, int]:
    """Return the letters a reader sees, and how many tags they wear."""
    seen, open_tags, count, at = "", [], 0, 0
    for token in _TOKEN.finditer(html):
        seen += html[at : token.start()]
        at = token.end()
        where = len(html[: token.start()].encode())
        if token["lone"]:
            raise CannotParseError(f"Bad Request: can't parse entities: Unsupported start tag at byte offset {where}")
        if token["entity"]:
            if not re.fullmatch(r"&(lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);", token["entity"]):
                raise CannotParseError(f"Bad Request: can't parse entities: unknown entity at byte offset {where}")
            seen += unescape(token["entity"])
        elif token["tag"] not in TAGS:
            what = f'Unsupported start tag "{token["tag"]}" at byte offset {where}'
            raise CannotParseError(f"Bad Request: can't parse entities: {what}")
        elif not token["close"]:
            if not re.fullmatch(ATTRIBUTES.get(token["tag"], ""), token["rest"]):
                raise CannotParseError(
                    f"Bad Request: can't parse entities: Unexpected attribute at byte offset {where}"
                )
            open_tags.append(token["tag"])
            count += 1
        elif not open_tags or open_tags.pop() != token["tag"]:
            raise CannotParseError(f"Bad Request: can't parse entities: Unmatched end tag at byte offset {where}")
    if open_tags:
        raise CannotParseError(
            f"Bad Request: can't parse entities: Can't find end tag corresponding to {open_tags[-1]}"
        )
    return seen + html[at:], count


def units(text: str) -> int:
    """Return the length that Telegram counts: UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2
