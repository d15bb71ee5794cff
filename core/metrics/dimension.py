"""A way to slice numbers, with the names its values go by (wechat, 微信, 公众号)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.text import Text


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a dimension, and every name it goes by in files and in chat."""

    code: str
    title: Text
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dimension:
    code: str
    title: Text
    aliases: tuple[str, ...] = ()
    values: Mapping[str, Value] = field(default_factory=dict)
