"""What the morning's word counts as overdue, and who reads it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.alerts.alert import Condition, Escalation, Handling, Phase, Stage
from core.notices.notice import Kind, Place
from core.routing.route import Route
from core.usecases.digest import digest, is_overdue, post_digests
from tests.builders import BOARD, NOW, a_promise, a_workspace, an_alert
from tests.fakes import a_world

ACKED = Handling(Stage.ACKED, "alice", NOW)


@pytest.mark.parametrize(
    ("facts", "after", "overdue"),
    [
        ({}, timedelta(hours=24), False),
        ({}, timedelta(hours=24, minutes=1), True),
        ({"escalation": Escalation(level=1)}, timedelta(minutes=5), True),
        ({"handling": ACKED, "escalation": Escalation(level=1)}, timedelta(days=3), False),
        ({"handling": ACKED, "work": a_promise(NOW + timedelta(hours=1))}, timedelta(hours=1), True),
        ({"handling": ACKED, "work": a_promise(NOW + timedelta(hours=2))}, timedelta(hours=1), False),
        ({"condition": Condition(Phase.OK, NOW)}, timedelta(days=3), False),
        ({"fired_at": None}, timedelta(days=3), True),
    ],
)
def test_an_alert_is_overdue_when_somebody_should_have_answered(facts, after, overdue):
    assert is_overdue(an_alert(**facts), NOW + after) is overdue


async def test_the_digest_goes_to_the_chats_of_the_route_that_matches_everything_once_a_day():
    async with a_world() as world:
        workspace = a_workspace(routes=(Route("all", (), (BOARD, Place("slack", "C1"))),))
        first = await post_digests(workspace, world)
        assert [(notice.kind, notice.to) for notice in first] == [
            (Kind.DIGEST, BOARD),
            (Kind.DIGEST, Place("slack", "C1")),
        ]
        await post_digests(workspace, world)
        async with world.store.begin() as tx:
            assert sum((await tx.waiting()).values()) == 2


@pytest.mark.parametrize(
    ("routes", "readers"),
    [
        ((), []),
        ((Route("all", (), (), owner="person:charlie"),), ["charlie"]),
        ((Route("all", (), (), owner="role:director"),), []),
        ((Route("all"),), []),
    ],
)
async def test_where_it_names_no_chat_its_person_is_told(routes, readers):
    async with a_world() as world:
        assert [notice.to for notice in await post_digests(a_workspace(routes=routes), world)] == readers


async def test_the_digest_of_a_house_without_facts_is_of_its_own_day():
    async with a_world() as world:
        found = await digest(a_workspace(), world)
        assert found.day == world.clock.now().astimezone(a_workspace().zone).date()
        assert (found.tiles, found.alerts, found.overdue) == ((), (), ())
