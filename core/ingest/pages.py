"""Where the next page of an answer is: behind a link in it, behind a cursor in it, or at the next number.

A link is followed only on the address that was asked, since the secret in our headers is for nobody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from core.errors import Problem

if TYPE_CHECKING:
    from core.metrics.source import Pull

MOST_PAGES = 500


def next_page(url: str, answer: Any, asked: Pull, number: int, rows: int) -> str | None:
    """Return the address of what follows page `number` of that many rows, None behind the last one."""
    if asked.next:
        told = _at(answer, asked.next)
        if told in (None, "", False):
            return None
        if asked.page:
            return _with(url, {asked.page: str(told)})
        following = urljoin(url, str(told))
        if urlsplit(following)[:2] != urlsplit(url)[:2]:
            raise Problem("pull-elsewhere", host=urlsplit(url).hostname or "", other=urlsplit(following).hostname or "")
        return following
    return _with(url, {asked.page: str(number + 1)}) if asked.page and rows else None


def _at(answer: Any, path: str) -> Any:
    for step in path.split("."):
        answer = answer.get(step) if isinstance(answer, Mapping) else None
    return answer


def _with(url: str, changed: Mapping[str, str]) -> str:
    parts = urlsplit(url)
    query = {**dict(parse_qsl(parts.query, keep_blank_values=True)), **changed}
    return str(urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), parts.fragment)))
