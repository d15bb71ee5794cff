"""People from YAML: whom they lead, what they answer for, and where they are reached."""

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from core import document
from core.document import Mistakes
from core.labels import Matcher
from core.people.load import House, load_people
from core.people.person import Deed, Duty, Leave, Person, Right
from core.text import Text

HOUSE = House("zh", ZoneInfo("Asia/Shanghai"))


def slices(node: document.Node, mistakes: Mistakes) -> tuple[Matcher, ...] | None:
    """Stand in for the dictionary's reader: the floor above knows dimensions, this one does not."""
    found = document.mapping(document.listing(document.words))(node, mistakes)
    return None if found is None else tuple(Matcher(*pair) for pair in found.items())


def loaded(text: str) -> tuple[dict[str, Person], Mistakes]:
    mistakes: Mistakes = []
    return load_people([document.parse(text, "people.yaml", mistakes)], mistakes, slices, HOUSE), mistakes


def test_a_person_is_read_whole():
    people, mistakes = loaded(
        """
- person: liwei
  name: {en: Li Wei, zh: 李伟}
  duties:
    - {role: channel_lead, over: {channel: [wechat, douyin]}}
    - role: ads_team
    - cs_team
  chats: {slack: U01, telegram: "123", web: liwei}
  tongue: en
  zone: Europe/Paris
  may: manage
  lead: wangfang
  workday: 09:30-18:00
  leave: [{from: 2026-06-10, to: 2026-06-12, backup: wangfang}]
- person: wangfang
"""
    )
    assert mistakes == []
    assert people["liwei"] == Person(
        id="liwei",
        name=Text("Li Wei", "李伟"),
        duties=(Duty("channel_lead", (Matcher("channel", ("wechat", "douyin")),)), Duty("ads_team"), Duty("cs_team")),
        chats={"slack": "U01", "telegram": "123", "web": "liwei"},
        tongue="en",
        zone=ZoneInfo("Europe/Paris"),
        right=Right.MANAGE,
        lead="wangfang",
        workday=(time(9, 30), time(18)),
        leave=(Leave(date(2026, 6, 10), date(2026, 6, 12), "wangfang"),),
    )


def test_somebody_who_says_little_has_what_the_house_has():
    assert loaded("- person: wangfang")[0]["wangfang"] == Person("wangfang", Text.same("wangfang"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("- {person: a, lead: bob}", "unknown-person"),
        ("- {person: a, lead: [a]}", "wanted-words"),
        ("- {person: a, leave: [{from: 2026-06-01, to: 2026-06-02, backup: bob}]}", "unknown-person"),
        ("- {person: a, leave: [{from: 2026-06-03, to: 2026-06-02}]}", "days-reversed"),
        ("- {person: a, lead: a}", "leads-themselves"),
        ("- {person: a}\n- {person: a}", "defined-twice"),
        ("- {person: a, zone: Asia/Shanghia}", "unknown-zone"),
        ("- {person: a, zone: Asia}", "unknown-zone"),
        ("- {person: a, zone: ../etc}", "unknown-zone"),
        ("- {person: a, zone: [x]}", "wanted-words"),
        ("- {person: a, workday: 9 to 6}", "wanted-workday"),
        ("- {person: a, workday: 18:00-09:00}", "wanted-workday"),
        ("- {person: a, workday: [x]}", "wanted-words"),
        ("- {person: a, may: everything}", "unknown-value"),
        ("- {person: a, tongue: fr}", "unknown-value"),
        ("- {person: a, duties: [{over: {}}]}", "missing-key"),
        ("- {person: a, duties: ['']}", "wanted-words"),
        ("- {person: a, chats: {web: a}}\n- {person: b, chats: {web: a}}", "address-taken"),
        ("- {person: ''}", "wanted-words"),
    ],
)
def test_a_wrong_person_is_pointed_at(text, code):
    (mistake,) = loaded(text)[1]
    assert mistake.code == code
    assert mistake.where is not None


def test_a_lead_nobody_knows_is_met_with_the_nearest_name():
    (mistake,) = loaded("- {person: wangfang}\n- {person: a, lead: wangfan}")[1]
    assert mistake.facts == {"name": "wangfan", "suggestion": "wangfang"}


def test_one_address_may_be_had_on_two_platforms_by_two_people():
    assert loaded("- {person: a, chats: {web: x}}\n- {person: b, chats: {slack: x}}")[1] == []


def test_what_somebody_may_is_a_level_or_said_deed_by_deed():
    people, mistakes = loaded("""
- person: alice
- person: tess
  may: [ack, assign]
- person: rita
  may: read
""")
    assert not mistakes
    assert people["alice"].may(Deed.CLOSE)
    assert (people["tess"].may(Deed.ASSIGN), people["tess"].may(Deed.CLOSE)) == (True, False)
    assert people["tess"].may(Deed.READ)
    assert not people["rita"].may(Deed.ACK)


def test_a_role_may_be_what_decides():
    people, mistakes = loaded("""
- role: analyst
  may: [define]
- person: ana
  duties: [analyst]
- person: ann
  duties: [analyst]
  may: read
- person: bob
""")
    assert not mistakes
    assert (people["ana"].may(Deed.DEFINE), people["ana"].may(Deed.ACK)) == (True, False)
    assert people["ana"].right is Right.MANAGE
    assert (people["ann"].may(Deed.DEFINE), people["ann"].may(Deed.READ)) == (True, True)
    assert people["bob"].may(Deed.ACK)
