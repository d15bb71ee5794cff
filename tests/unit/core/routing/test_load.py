"""Routes as a team writes them, and what is said when they are wrong."""

from datetime import timedelta

import pytest

from core import document
from core.alerts.alert import Step
from core.document import Mapped
from core.labels import Matcher
from core.notices.notice import Place
from core.routing.load import load_routes
from core.rules.rule import Severity
from tests.builders import a_team

GOOD = """
- route: critical
  match: {severity: [critical, warning], rule: roi_drop, owner: channel_lead, channel: [wechat]}
  chats: [slack:C123, "telegram:-100123"]
  escalate: [{after: 30m, to: lead}, {after: 1h, to: "role:director"}]
  owner: person:bob
  continue: true
- route: everything
  chats: web:board
"""


def slices(node, mistakes):
    """Read dimensions as they are written; the dictionary's reader knows their other names too."""
    read = document.mapping(document.listing(document.words))(node, mistakes)
    return None if read is None else tuple(Matcher(name, values) for name, values in read.items())


def load(text, rules=("roi_drop",)):
    mistakes = []
    routes = load_routes([document.parse(text, "routes.yaml", mistakes)], mistakes, a_team(), slices, rules)
    return routes, mistakes


def codes(text, **more):
    return [mistake.code for mistake in load(text, **more)[1]]


def test_a_route_reads_as_it_is_written():
    (critical, everything), mistakes = load(GOOD)
    assert not mistakes
    assert critical.match == (
        Matcher("severity", ("critical", "warning")),
        Matcher("rule", ("roi_drop",)),
        Matcher("owner", ("channel_lead",)),
        Matcher("channel", ("wechat",)),
    )
    assert critical.chats == (Place("slack", "C123"), Place("telegram", "-100123"))
    assert critical.steps == (Step(timedelta(minutes=30), "lead"), Step(timedelta(hours=1), "role:director"))
    assert (critical.owner, critical.follows) == ("person:bob", True)
    assert (everything.match, everything.follows) == ((), False)


LAST = "\n- route: all\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["no-routes"]),
        ("- route: some\n  match: {channel: wechat}", ["no-catch-all"]),
        ("- route: all\n- route: more", ["route-hides-rest"]),
        ("- route: one\n  continue: true\n- route: one", ["defined-twice"]),
        ("- route: all\n  chats: nowhere", ["wanted-place"]),
        ("- route: all\n  chats: [{a: b}]", ["wanted-words"]),
        ("- route: all\n  owner: bob", ["wanted-somebody"]),
        ("- route: all\n  owner: 'person:'", ["wanted-somebody"]),
        ("- route: all\n  owner: person:bobb", ["unknown-person"]),
        ("- route: all\n  owner: [x]", ["wanted-words"]),
        ("- route: all\n  escalate: [{after: 1h, to: 'role:ghost'}]", ["unknown-role"]),
        ("- route: all\n  escalate: [{to: lead}]", ["missing-key"]),
        ("- route: x\n  match: {severity: dire}" + LAST, ["unknown-value"]),
        ("- route: x\n  match: wechat" + LAST, ["wanted-mapping"]),
        ("- route: all\n  chat: web:board", ["unknown-key"]),
    ],
)
def test_what_is_wrong_is_said(text, expected):
    assert codes(text) == expected


def test_a_mistyped_person_is_guessed():
    _, (mistake,) = load("- route: all\n  owner: person:bobb")
    assert mistake.facts == {"name": "bobb", "suggestion": "bob"}
    assert mistake.where.line == 2


def test_a_rule_that_does_not_exist_is_found_once_the_rules_are_known():
    text = "- route: x\n  match: {rule: roi_dorp}" + LAST
    assert codes(text) == ["unknown-value"]
    assert codes(text, rules=None) == []


def test_a_mapping_keeps_the_places_of_what_is_left():
    mistakes = []
    places = []

    def seen(node, mistakes):
        assert isinstance(node, Mapped)
        places.extend(key.where.line for key in node.keys.values())
        return ()

    node = document.parse("- route: x\n  match:\n    severity: info\n    channel: a" + LAST, "routes.yaml", mistakes)
    load_routes([node], mistakes, a_team(), seen)
    assert places == [4]


def test_a_route_says_what_may_call_people_outside_their_hours():
    (route,), mistakes = load("- {route: all, chats: [web:board], passes: critical}")
    assert (route.passes, mistakes) == (Severity.CRITICAL, [])
    assert codes("- {route: all, passes: loud}") == ["unknown-value"]
