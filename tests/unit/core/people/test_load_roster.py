"""Teams, rotas and the owners' table, as teams write them, and what is said of their mistakes."""

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from core import document
from core.errors import Invalid
from core.labels import Labels, Matcher
from core.metrics.catalog import Catalog
from core.metrics.load import builtin, matchers
from core.people.load import House
from core.people.load_roster import load_roster, rows_of_csv
from core.people.roster import Owned, Team
from core.people.rota import Override, Turn
from core.workspace import load_workspace
from tests.builders import a_team

DICTIONARY = builtin()
CATALOG = Catalog(DICTIONARY.metrics, DICTIONARY.dimensions)
HOUSE = House("zh", ZoneInfo("Asia/Shanghai"))


def loaded(teams="", rotas="", owners="", table=None):
    mistakes = []
    read = [document.parse(text, "it.yaml", mistakes) for text in (teams, rotas, owners)]
    rows = [] if table is None else [rows_of_csv(table, "owners.csv", mistakes)]
    roster = load_roster(a_team(), read[:1], read[1:2], [read[2], *rows], mistakes, matchers(CATALOG), HOUSE)
    return roster, [(one.code, one.where.line if one.where else 0) for one in mistakes]


def test_teams_and_rotas_are_read_whole():
    roster, mistakes = loaded(
        teams="- {team: growth, lead: bob, members: [Alice, bob], roles: channel_lead, rota: nights}",
        rotas="""
- rota: nights
  people: [alice, bob]
  turn: day
  from: 2026-06-01
  hours: 21:00-09:00
  days: [sat, sun]
  overrides: [{from: 2026-06-06, person: charlie}]
  swaps: [[2026-06-13, 2026-06-14]]
""",
    )
    assert mistakes == []
    assert roster.teams["growth"] == Team(
        "growth", roster.teams["growth"].title, ("alice", "bob"), "bob", ("channel_lead",), "nights"
    )
    assert roster.teams["growth"].people == ("bob", "alice")
    nights = roster.rotas["nights"]
    assert (nights.turn, nights.handover, nights.days) == (Turn.DAY, time(21), (5, 6))
    assert nights.overrides == (Override(date(2026, 6, 6), date(2026, 6, 6), "charlie"),)
    assert nights.swaps == ((date(2026, 6, 13), date(2026, 6, 14)),)


def test_a_table_as_excel_saves_it_is_read_by_its_chinese_names():
    table = "渠道,计划,负责人,备份\n微信,618-*,Alice,bob\n抖音|快手,,role:director,\n*,,,\n,,,\n".encode("gb18030")
    roster, mistakes = loaded(table=table.replace(b"*,,,\n", b""))
    assert mistakes == []
    assert roster.owned == (
        Owned((Matcher("channel", ("wechat",)), Matcher("campaign", ("618-*",))), "person:alice", "bob"),
        Owned((Matcher("channel", ("douyin", "kuaishou")),), "role:director"),
    )


def test_the_row_that_says_most_of_a_slice_goes_first():
    roster, _ = loaded(
        owners="""
- {owner: charlie, over: {channel: wechat}}
- {owner: bob, over: {channel: wechat, campaign: 618-*}}
- {owner: alice, over: {channel: wechat, campaign: 618-hero}}
"""
    )

    def owner(**labels):
        return [row.to.removeprefix("person:") for row in roster.rows_of(Labels.of(labels))]

    assert owner(channel="wechat", campaign="618-hero") == ["alice", "bob", "charlie"]
    assert owner(channel="wechat", campaign="618-late") == ["bob", "charlie"]
    assert owner(channel="wechat") == ["charlie"]
    assert owner(channel="douyin") == []


@pytest.mark.parametrize(
    ("files", "code", "line"),
    [
        ({"teams": "- {team: t}"}, "team-nobody", 1),
        ({"teams": "- {team: t, lead: bbo}"}, "unknown-person", 1),
        ({"teams": "- {team: t, lead: bob, rota: x}"}, "unknown-rota", 1),
        ({"teams": "- {team: t, lead: bob}\n- {team: t, lead: bob}"}, "defined-twice", 2),
        ({"rotas": "- {rota: r, from: 2026-06-01}"}, "missing-key", 1),
        ({"rotas": "- {rota: r, people: [], from: 2026-06-01}"}, "rota-nobody", 1),
        ({"rotas": "- {rota: r, people: bob, from: 2026-06-01, hours: 9-9}"}, "wanted-workday", 1),
        ({"rotas": "- {rota: r, people: bob, from: 2026-06-01, swaps: [[2026-06-01]]}"}, "wanted-days", 1),
        (
            {
                "rotas": "- {rota: r, people: bob, from: 2026-06-01, overrides: {from: 2026-06-02, to: 2026-06-01,"
                " person: bob}}"
            },
            "days-reversed",
            1,
        ),
        ({"owners": "- {owner: bob}"}, "owners-row-open", 1),
        ({"owners": "- {owner: team:x, over: {channel: wechat}}"}, "unknown-team", 1),
        ({"owners": "- {owner: role:duty, over: {channel: wechat}}"}, "unknown-role", 1),
        ({"table": b"channel,who\nwechat,bob\n"}, "owners-no-owner", 1),
        ({"table": b"channel,owner\nwechat,bob\nwechat,nobody\n"}, "unknown-person", 3),
        ({"table": b"chanel,owner\nwechat,bob\n"}, "unknown-dimension", 1),
        ({"table": b"channel,owner\nwechat,bob,x\n"}, "owners-row-long", 2),
        ({"table": b"channel,owner\nwechat,\n"}, "wanted-words", 2),
        ({"table": b"channel,owner\n,bob\n"}, "owners-row-open", 2),
        ({"table": b"channel,owner\nwechat," + b"x" * 200_000}, "owners-no-table", 1),
    ],
)
def test_each_mistake_names_its_line(files, code, line):
    assert loaded(**files)[1] == [(code, line)]


def test_an_empty_table_owns_nothing():
    assert loaded(table=b"\xef\xbb\xbf\n")[0].owned == ()


def test_role_duty_is_known_as_soon_as_somebody_takes_turns(tmp_path):
    files = {
        "workspace": "name: Shop\nbudget: 20\nmutes: {longest: 2w, idle: 3d}\n",
        "people": "- {person: ann, chats: {web: ann}}\n- {person: ben, chats: {web: ben}, budget: 5}\n",
        "rota": "- {rota: house, people: [ann, ben], from: 2026-06-01}\n",
        "routes": "- {route: all, owner: role:duty, escalate: [{after: 1h, to: rota:house}, {after: 2h, to: team:t}]}",
        "teams": "- {team: t, members: ann}\n",
    }
    for kind, text in files.items():
        (tmp_path / f"{kind}.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "owners.csv").write_text("channel,owner\nwechat,ben\n", encoding="utf-8")
    found = load_workspace(tmp_path)
    assert found.routes[0].owner == "role:duty"
    assert [row.to for row in found.people.owned] == ["person:ben"]
    assert (found.people["ann"].budget, found.people["ben"].budget) == (20, 5)
    assert found.mutes.longest.days == 14
    (tmp_path / "rota.yaml").unlink()
    with pytest.raises(Invalid) as caught:
        load_workspace(tmp_path)
    assert [one.code for one in caught.value.mistakes] == ["unknown-role", "unknown-rota"]
