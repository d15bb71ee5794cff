"""What an envelope says of itself, in both tongues."""

from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.cards.envelope import envelope_words, expired, whole_envelope
from bot.chat.card import Prose
from bot.chat.plain import plain
from bot.commands.rule import card_of, read_rule
from core.calendar.events import builtin_events
from core.calendar.grain import Grain
from core.rules.rule import During, Gating, Severity
from core.text import TONGUES, Text
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
ONE_DAY = "It is a warning, fires at once, and is over after one good day."


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


def test_a_bare_sentence_says_what_it_goes_by_unless_more_is_said() -> None:
    read = read_rule("花费<100", SHOP)
    said = [card_of(read, SHOP, tongue, {}).blocks[-1] for tongue in TONGUES]
    assert said == [
        Prose(line, "quiet")
        for line in (
            "严重程度为警告，出现即触发，一天正常即恢复。比率的变化须超出偶然波动（gate: auto）。",
            f"{ONE_DAY} Changes of ratios must be more than luck (gate: auto).",
        )
    ]


def test_what_is_no_rule_yet_has_no_envelope() -> None:
    read = read_rule("花费低于阈值", SHOP)
    assert read.mistakes
    assert "gate" not in plain(card_of(read, SHOP, "en", {}))


def test_what_the_envelope_says_stands_behind_what_it_goes_by() -> None:
    held = a_rule_saying(
        "花费较上一小时下降超过20%",
        severity=Severity.CRITICAL,
        hold=timedelta(hours=2),
        gate=Gating.OFF,
        grain=Grain.HOUR,
    )
    english = "It is critical, fires once it has held for 2 h, and is over after two good hours in a row."
    assert whole_envelope(held, SHOP, "en") == (f"{english} Luck may set it off (gate: off).",)
    assert whole_envelope(RULE, SHOP, "zh")[1:] == envelope_words(RULE, SHOP, "zh")
