"""Moments on the reader's wall, and signs of money."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.phrases.numbers import moment, sign_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
THEN = datetime(2026, 6, 18, 6, 5, tzinfo=UTC)


def test_a_moment_is_told_on_the_readers_wall():
    assert moment(THEN, SHANGHAI, "zh") == "6月18日 14:05"
    assert moment(THEN, ZoneInfo("Europe/Berlin"), "en") == "Jun 18, 08:05"


def test_today_needs_no_date_and_another_year_needs_its_own():
    assert moment(THEN, SHANGHAI, "en", now=THEN) == "14:05"
    assert moment(THEN, SHANGHAI, "en", now=THEN.replace(day=20)) == "Jun 18, 14:05"
    assert moment(THEN, SHANGHAI, "zh", now=THEN.replace(year=2027)) == "2026年6月18日 14:05"


def test_today_is_the_readers_and_not_utcs():
    late = datetime(2026, 6, 18, 17, tzinfo=UTC)  # the 19th in Shanghai
    assert moment(late, SHANGHAI, "en", now=THEN) == "Jun 19, 01:00"


def test_a_common_currency_has_its_sign_and_a_rare_one_its_letters():
    assert [sign_of(code) for code in ("CNY", "BRL", "ZAR")] == ["¥", "R$", "ZAR "]
