"""Definitions live in files: the audit says what they were when Beacon last went by them, and what they are."""

from dataclasses import replace

import pytest

from core.audit import Wanted
from core.people.person import Right
from core.usecases.audit import audit, note_definitions
from tests.builders import a_rule, a_team, a_workspace
from tests.fakes import a_world


@pytest.fixture
async def world():
    async with a_world() as world:
        await note_definitions(a_workspace(), world)
        yield world


async def test_what_is_as_it_was_adds_no_line(world):
    assert await note_definitions(a_workspace(), world) == ()


async def test_a_changed_rule_says_what_it_was(world):
    other = replace(a_rule(), said="channel ROI < 2", owner="ads_team")
    (entry,) = await note_definitions(a_workspace(rules=(other,)), world)
    assert (entry.subject, entry.deed, entry.origin.platform) == ("roi_drop", "changed", "files")
    assert entry.before == {"when": "channel ROI < 1", "owner": "channel_lead"}
    assert (entry.after["when"], entry.after["owner"]) == ("channel ROI < 2", "ads_team")
    assert await note_definitions(a_workspace(rules=(other,)), world) == ()


async def test_a_rule_that_goes_and_comes_back_leaves_a_line_each_time(world):
    (gone,) = await note_definitions(a_workspace(rules=()), world)
    assert gone.deed == "removed"
    assert await note_definitions(a_workspace(rules=()), world) == ()
    (back,) = await note_definitions(a_workspace(), world)
    assert back.deed == "defined"


async def test_who_may_do_what_is_a_setting(world):
    people = a_team()
    people["alice"] = replace(people["alice"], right=Right.MANAGE)
    (entry,) = await note_definitions(a_workspace(people=people), world)
    assert entry.subject == "person:alice"
    assert "define" not in str(entry.before["may"])
    assert "define" in str(entry.after["may"])
    found = await audit(Wanted("person:alice"), world)
    assert [one.deed for one in found] == ["changed", "defined"]
