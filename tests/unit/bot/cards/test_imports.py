from pathlib import Path

from bot.cards.imports import imports_card
from bot.chat.plain import plain
from core.ports import Intake, Reject

FILE = Intake(
    "ads",
    Path("data/ads.csv"),
    1200,
    {"summary": 9, "number": 1},
    (*(Reject(row, "summary") for row in range(1, 9)), Reject(40, "number", "花费", "abc")),
)


def test_what_cannot_be_read_is_said_before_totals():
    said = plain(imports_card([FILE, Intake("leads", Path("leads.csv"), 3, {})], "en"))
    assert "1 with a cell that is no number, 9 of totals" in said
    assert said.index("“abc” in 花费 is no number") < said.index("Row 1 is a total")
    assert "1,200" in said


def test_without_files_it_says_what_to_do():
    assert "数据源" in plain(imports_card([], "zh"))
