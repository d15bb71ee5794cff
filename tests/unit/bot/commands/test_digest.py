"""What is said of a digest, in both tongues and any order."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.command import Digest
from bot.commands.digest import read_digest
from core.errors import Missing
from core.routing.digests import Every, Level

EXECUTIVE, MANAGER, OPERATOR = Level.EXECUTIVE, Level.MANAGER, Level.OPERATOR


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("digest", Digest()),
        ("日报", Digest(every=Every.DAY)),
        ("周报", Digest(every=Every.WEEK)),
        ("月报", Digest(every=Every.MONTH)),
        ("weekly digest", Digest(every=Every.WEEK)),
        ("digest manager weekly", Digest(level=MANAGER, every=Every.WEEK)),
        ("digest boss", Digest(level=EXECUTIVE)),
        ("老板日报", Digest(level=EXECUTIVE, every=Every.DAY)),
        ("周报 老板", Digest(level=EXECUTIVE, every=Every.WEEK)),
        ("digest mine", Digest(level=OPERATOR)),
        ("digest meeting", Digest(pack=True)),
        ("例会", Digest(pack=True)),
        ("digest meeting excel", Digest(pack=True, excel=True)),
        ("例会材料 表格", Digest(pack=True, excel=True)),
        ("digest settings", Digest(deed="settings")),
        ("日报 设置", Digest(deed="settings", every=Every.DAY)),
        ("digest at 9:00", Digest(deed="set", at="9:00")),
        ("digest at 9am", Digest(deed="set", at="9am")),
        ("日报 改到9点", Digest(deed="set", every=Every.DAY, at="9点")),
        ("日报改到上午8点半", Digest(deed="set", every=Every.DAY, at="上午8点半")),
        ("日报 级别 老板", Digest(deed="set", every=Every.DAY, level=EXECUTIVE)),
        ("digest level manager", Digest(deed="set", level=MANAGER)),
        ("weekly digest on monday at 10:00", Digest(deed="set", every=Every.WEEK, at="10:00", on=0)),
        ("周报 周五 18:00", Digest(deed="set", every=Every.WEEK, at="18:00", on=4)),
        ("月报 3号 9:30", Digest(deed="set", every=Every.MONTH, at="9:30", on=3)),
        ("digest off", Digest(deed="off")),
        ("monthly digest off", Digest(deed="off", every=Every.MONTH)),
        ("月报 关闭", Digest(deed="off", every=Every.MONTH)),
        ("digest weekly subscribe", Digest(deed="set", every=Every.WEEK)),
        ("digest here at 8:30", Digest(deed="set", here=True, at="8:30")),
        ("日报 本群 关闭", Digest(deed="off", every=Every.DAY, here=True)),
        ("digest daily level executive at 9:15 off", Digest(deed="off", every=Every.DAY, level=EXECUTIVE, at="9:15")),
    ],
)
def test_the_words_of_a_digest_are_read_in_any_order(said, meant):
    assert read_digest(said) == meant


@pytest.mark.parametrize("said", ["digest roi", "日报 投产比", "digest at noon-ish", "weekly digest please blue"])
def test_what_is_no_word_of_a_digest_is_said_so(said):
    with pytest.raises(Missing, match="digest-how"):
        read_digest(said)


WORDS = (
    *("digest", "日报", "周五", "at", "9:00", "31号", "off", "level", "老板", "here", "meeting", "-1", "25:99"),
    *("每", "3rd", "点", "on", "the", "monday"),
)


@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=4), max_size=8).map(" ".join))
def test_whatever_is_said_is_read_or_refused(said):
    with suppress(Missing):  # anything else would be a mistake of ours
        found = read_digest(said)
        assert found.on is None or found.every in (Every.WEEK, Every.MONTH)
