"""What a rule says of its answer is read with it, and a mistake in it is named."""

from datetime import timedelta

import pytest

from core.rules.rule import Consequence, Ticket
from core.text import Text
from tests.unit.core.rules.test_load import loaded

RULE = "- {rule: r, when: roi < 1, owner: ads, %s}"


def test_a_consequence_and_a_ticket_are_read_whole() -> None:
    said = "consequence: {say: {en: cut 10%, zh: 扣减10%}, approve: role:director, after: 2, webhook: true}"
    (rule,), mistakes = loaded(RULE % f"{said}, ticket: {{within: 2d, webhook: true}}")
    assert mistakes == []
    assert rule.consequence == Consequence(Text("cut 10%", "扣减10%"), "role:director", 2, webhook=True)
    assert rule.ticket == Ticket(timedelta(days=2), webhook=True)


def test_they_need_little() -> None:
    (rule,), mistakes = loaded(RULE % "consequence: {say: cut it, approve: person:bob}, ticket: {}")
    assert mistakes == []
    assert rule.consequence == Consequence(Text.same("cut it"), "person:bob")
    assert rule.ticket == Ticket(timedelta(days=1))


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("consequence: {approve: role:director}", "missing-key"),
        ("consequence: {say: cut}", "missing-key"),
        ("consequence: {say: cut, approve: bob}", "wanted-somebody"),
        ("consequence: {say: cut, approve: role:director, after: 0}", "rule-consequence-after"),
        ("ticket: {within: soon}", "wanted-duration"),
        (f"sop: [{', '.join(['look'] * 21)}]", "rule-sop-long"),
    ],
)
def test_what_is_wrong_is_named(said: str, code: str) -> None:
    assert [mistake.code for mistake in loaded(RULE % said)[1]] == [code]
