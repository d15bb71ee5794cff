"""What an envelope says of itself, in both tongues."""

from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.cards.envelope import envelope_words, expired
from core.calendar.events import builtin_events
from core.rules.rule import During, Severity
from core.text import Text
from core.workspace import Workspace
from tests.shop import a_catalog, a_rule_saying, a_sentence

RULE = a_rule_saying(
    "花费<100",
    sizes=((Severity.CRITICAL, a_sentence("花费<50")),),
    during=(During("618", a_sentence("花费<500"), Severity.INFO), During("周年庆", severity=Severity.WARNING)),
    recover=a_sentence("花费<120"),
    cooldown=timedelta(minutes=90),
    until=date(2026, 6, 30),
)
SHOP = Workspace(
    *(Path(), Text.same("shop"), ZoneInfo("Asia/Shanghai"), "CNY", "zh", None, a_catalog(), (RULE,)),
    events=builtin_events(),
)


def test_each_part_of_an_envelope_is_one_sentence() -> None:
    assert envelope_words(RULE, SHOP, "zh") == (
        "花费 < 50时为严重。",
        "618期间改为：花费 < 500。",
        "618期间的严重程度为提示。",
        "周年庆期间的严重程度为警告。",
        "直到以下不再成立才算恢复：花费 < 120。",
        "恢复后 1小时30分内不再打扰，除非更严重。",
        "有效期至 2026-06-30。",
    )
    assert envelope_words(RULE, SHOP, "en") == (
        "It is critical when spend < 50.",
        "During 618 it asks instead: spend < 500.",
        "During 618 it is for information.",
        "During 周年庆 it is a warning.",
        "It clears only when this no longer holds: spend < 120.",
        "After recovery it keeps quiet for 1 h 30 min, unless it is worse.",
        "Its last day is 2026-06-30.",
    )
    assert envelope_words(a_rule_saying("花费<100"), SHOP, "en") == ()


def test_a_rule_is_over_the_day_after_its_last() -> None:
    assert expired(SHOP, date(2026, 6, 30)) == ()
    assert expired(SHOP, date(2026, 7, 1)) == ("r",)
