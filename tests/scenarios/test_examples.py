"""The workspaces that come with the house are without a mistake, and a rule of theirs always finds somebody."""

from pathlib import Path

import pytest

from core.rules.needs import batches
from core.workspace import load_workspace

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("name", ["shop", "olist"])
def test_an_example_holds_together(name):
    workspace = load_workspace(EXAMPLES / name)
    roles = {duty.role for person in workspace.people.values() for duty in person.duties}
    assert workspace.rules
    assert {rule.owner for rule in workspace.rules} <= roles
    assert sum(len(batch.rules) for batch in batches(workspace.rules, workspace.catalog)) == len(workspace.rules)
    assert not workspace.routes[-1].match


def test_the_shop_has_people_of_both_tongues_and_one_who_may_only_read():
    people = load_workspace(EXAMPLES / "shop").people.values()
    assert {person.tongue for person in people} == {"zh", "en"}
    assert {str(person.zone) for person in people} == {"Asia/Shanghai", "Europe/Berlin"}
    assert {str(person.right) for person in people} == {"read", "act", "manage"}
