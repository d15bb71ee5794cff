"""Each pack's story: lived on a hand clock, held to what it must tell, and to its golden in both tongues.

`GOLDEN=write pytest tests/scenarios/test_packs.py` writes the goldens anew; then read what changed.
"""

from __future__ import annotations

import os
from datetime import date

import pytest

from bot.shell.packs import told
from bot.story import GOLDEN, TONGUES, live
from core.errors import Missing
from core.packs.load import pack_folder, pack_names, write_pack
from core.workspace import load_workspace

NAMES = ("b2b-leads", "consumer-3p", "ecom-618", "education-summer", "saas-landing")


def test_the_five_packs_are_there():
    assert pack_names() == NAMES


@pytest.mark.parametrize("name", NAMES)
async def test_each_story_comes_true_and_is_told_as_its_golden_has_it(name, tmp_path):
    write_pack(name, tmp_path)
    lived = await live(tmp_path)
    assert lived.is_fine, list(lived.verdict("en"))
    for tongue in TONGUES:
        path = pack_folder(name) / GOLDEN.format(tongue)
        if os.environ.get("GOLDEN") == "write":
            path.write_text(lived.log(tongue), encoding="utf-8")
        assert lived.log(tongue) == path.read_text(encoding="utf-8")


async def test_a_story_that_does_not_come_true_is_told_so(tmp_path):
    write_pack("education-summer", tmp_path)
    data = tmp_path / "story.yaml"
    text = data.read_text(encoding="utf-8")
    data.write_text(text.replace("recovered: 2026-07-15", "recovered: 2026-07-14"), encoding="utf-8")
    lived = await live(tmp_path)
    assert not lived.is_fine
    assert any("not over by the day" in line for line in lived.verdict("en"))


async def test_the_day_3_anomaly_is_told_on_day_3_while_its_day_still_runs(tmp_path):
    write_pack("ecom-618", tmp_path)
    story = tmp_path / "story.yaml"
    text = story.read_text(encoding="utf-8").replace("to: 2026-06-13\n", "to: 2026-06-03\n")
    head, _, rest = text.partition("  - incident: {en: Xiaohongshu")
    assert rest
    story.write_text(head, encoding="utf-8")
    lived = await live(tmp_path)
    assert lived.is_fine
    at = lived.steps[0].at.astimezone(lived.workspace.zone)
    assert (at.date(), at.hour) == (date(2026, 6, 3), 11)


@pytest.mark.parametrize("name", NAMES)
def test_each_pack_is_a_whole_workspace_with_goals_steps_and_owners(name):
    workspace = load_workspace(pack_folder(name))
    roles = {duty.role for person in workspace.people.values() for duty in person.duties}
    for rule in workspace.rules:
        assert rule.objective, rule.id
        assert rule.owner in roles, rule.id
        assert rule.sop or rule.severity.name != "CRITICAL", rule.id


def test_a_pack_that_is_not_there_names_the_others():
    with pytest.raises(Missing) as caught:
        told("ecom", "en")
    assert (caught.value.code, caught.value.facts["suggestion"]) == ("pack-unknown", "ecom-618")
