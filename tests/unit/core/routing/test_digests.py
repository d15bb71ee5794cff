"""Who reads which digest: as the files say, as somebody chose, and as it is where nobody said anything."""

from __future__ import annotations

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from core import document
from core.labels import Matcher
from core.notices.notice import Place
from core.people.person import Duty
from core.routing.digests import Choice, Every, House, Level, Plan, level_of, plans, slices_of
from core.routing.load_digests import load_digests
from core.routing.route import Route
from tests.builders import BOARD, NOW, a_person, a_team
from tests.unit.core.routing.test_load import slices

SHANGHAI = ZoneInfo("Asia/Shanghai")
GOOD = """
- digest: slack:C123
  level: 老板
  every: [weekly, monthly]
  at: "08:30"
  on: friday
  day: 3
  zone: Europe/London
  tongue: en
  over: {channel: [wechat]}
  holidays: true
- digest: alice
- digest: "@bob"
  meeting: true
"""


def load(text):
    mistakes = []
    found = load_digests([document.parse(text, "digests.yaml", mistakes)], mistakes, a_team(), slices, SHANGHAI)
    return found, mistakes


def test_a_digest_reads_as_it_is_written():
    (weekly, monthly, alice, bob), mistakes = load(GOOD)
    assert not mistakes
    assert weekly == Plan(
        Place("slack", "C123"), Level.EXECUTIVE, Every.WEEK, time(8, 30), ZoneInfo("Europe/London"), 4, "en",
        (Matcher("channel", ("wechat",)),), holidays=True,
    )  # fmt: skip
    assert (monthly.every, monthly.on) == (Every.MONTH, 3)
    assert (alice.to, alice.level, alice.every, alice.at) == ("alice", Level.OPERATOR, Every.DAY, time(9))
    assert (bob.level, bob.every, bob.pack) == (Level.EXECUTIVE, Every.WEEK, True)


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ("- {digest: alicia}", "unknown-person", 12),
        ("- {digest: 'slack:'}", "wanted-place", 12),
        ("- {digest: alice, level: bos}", "unknown-value", 26),
        ("- {digest: alice, at: 25:00}", "wanted-time", 23),
        ("- {digest: alice, every: hourly}", "unknown-value", 26),
        ("- {digest: alice, every: monthly, day: 31}", "wanted-month-day", 40),
        ("- {digest: alice}\n- {digest: alice, level: 主管}", "digest-twice", 12),
        ("- {digest: alice, every: daily, meeting: true}", "digest-pack-weekly", 42),
        ("- {digest: alice, hour: 9}", "unknown-key", 19),
    ],
)
def test_a_mistake_is_told_with_its_place(text, code, column):
    (mistake,) = load(text)[1]
    assert (mistake.code, mistake.where.column) == (code, column)


def test_without_a_file_the_chats_of_the_catch_all_read_the_teams_daily():
    assert load_digests([], [], a_team(), slices, SHANGHAI) is None
    house = House(a_team(), (Route("all", (), (BOARD,)),), SHANGHAI, None)
    assert plans(house) == (Plan(BOARD),)
    assert plans(House(a_team(), (Route("all", (), (BOARD,)),), SHANGHAI, ())) == ()


def test_what_a_reader_chose_lies_over_the_files():
    house = House(a_team(), (), SHANGHAI, (Plan("alice", Level.OPERATOR), Plan(BOARD)))
    later = Choice("alice", Every.DAY, "alice", NOW, level=Level.MANAGER, at=time(8))
    off = Choice(BOARD, Every.DAY, "bob", NOW, is_on=False)
    weekly = Choice("bob", Every.WEEK, "bob", NOW, on=4)
    gone = Choice("zoe", Every.DAY, "zoe", NOW)
    (alice, bob) = plans(house, [later, off, weekly, gone])
    assert (alice.level, alice.at, alice.since) == (Level.MANAGER, time(8), NOW)
    assert (bob.to, bob.level, bob.every, bob.on) == ("bob", Level.EXECUTIVE, Every.WEEK, 4)


def test_the_level_fits_where_somebody_stands():
    team = a_team() | {"eve": a_person("eve", lead="alice", duties=(Duty("ads_team"),))}
    levels = {name: level_of(person, team) for name, person in team.items()}
    assert levels == {
        "alice": Level.MANAGER,  # she leads and is led
        "bob": Level.EXECUTIVE,
        "charlie": Level.EXECUTIVE,  # answers for nothing
        "eve": Level.OPERATOR,
    }


def test_the_slices_of_somebody_are_those_in_which_all_their_duties_lie():
    def over(**values):
        return Duty("x", tuple(Matcher(name, each) for name, each in values.items()))

    both = a_person("a", duties=(over(channel=("wechat",), region=("east",)), over(channel=("douyin", "wechat"))))
    assert slices_of(both) == (Matcher("channel", ("wechat", "douyin")),)
    assert slices_of(a_person("b", duties=(over(channel=("wechat",)), Duty("y")))) == ()
    assert slices_of(a_person("c")) == ()


def test_a_person_who_left_keeps_no_digest():
    choice = Choice("zoe", Every.DAY, "zoe", NOW - timedelta(days=1))
    assert plans(House(a_team(), (), SHANGHAI, ()), [choice]) == ()
