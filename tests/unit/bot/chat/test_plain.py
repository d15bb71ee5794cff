"""Any card as words, in columns that line up under Chinese too."""

import pytest

from bot.chat.card import Button, Buttons, Card, Fact, Facts, Picture, Prose, Table
from bot.chat.plain import padded, plain, wrapped
from core.calendar.grain import Grain
from core.charts.figure import Lines
from core.document import display_width
from core.metrics.metric import Direction
from core.quantity import Unit

TABLE = Table(("渠道", "ROI"), (("微信", "1.85×"), ("Douyin", "0.9×")), numeric=(1,))
FIGURE = Lines("t", "zh", Unit.COUNT, Direction.UP, Grain.DAY, 0, ())


def said(*blocks, title="", width=100):
    return plain(Card(title, "zh", blocks=blocks), width)


def test_a_title_is_underlined_as_wide_as_it_is():
    assert said(title="转化率") == "转化率\n──────"


def test_a_table_lines_up_though_chinese_letters_are_two_wide():
    lines = said(TABLE).splitlines()
    assert lines == ["渠道      ROI", "──────  ─────", "微信    1.85×", "Douyin   0.9×"]
    assert len({display_width(line) for line in lines}) == 1


def test_facts_have_their_values_in_one_column():
    assert said(Facts((Fact("负责人", "李伟"), Fact("级别", "严重")))) == "负责人  李伟\n级别    严重"


def test_a_picture_is_told_by_its_words():
    assert said(Picture(FIGURE, "投产比为 1.85×。")) == "投产比为 1.85×。"


def test_a_button_is_the_command_that_it_types():
    assert said(Buttons((Button("确认", "ack 7f3k@12"),))) == "[确认] ack 7f3k@12"


def test_blocks_stand_apart_and_empty_ones_take_no_room():
    assert said(Prose("一"), Buttons(()), Facts(()), Prose("二"), title="题") == "题\n──\n\n一\n\n二"


def test_lines_of_prose_stay_lines():
    assert said(Prose("1. 看\n2. 查")) == "1. 看\n2. 查"


@pytest.mark.parametrize("width", [8, 12, 20, 40])
def test_no_line_is_wider_than_asked_for(width):
    text = "6月18日 周四：转化率 1.87%，比前一日（3.13%）下降 40.3%。"
    lines = said(Prose(text), width=width).splitlines()
    assert all(display_width(line) <= max(width, 10) for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_no_line_begins_with_a_closing_sign():
    assert wrapped("一二三四，五", 8) == ["一二三", "四，五"]


def test_an_english_line_breaks_at_spaces():
    assert wrapped("down from the day before", 10) == ["down from", "the day", "before"]


def test_padding_never_cuts():
    assert padded("渠道", 2) == "渠道"
