"""When a review is held by itself, and that it is held once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from core.alerts.event import Change, Event
from core.calendar import events
from core.notices.notice import Kind
from core.routing.route import Route
from core.text import Text
from core.usecases.post_reviews import Due, due_on, post_reviews
from tests.builders import BOARD, a_workspace, an_alert
from tests.fakes import a_world

SUMMER = events.Event("summer", Text.same("Summer"), days={2026: (date(2026, 6, 1), date(2026, 6, 20))}, kind="season")
ONE_DAY = events.Event("520", Text.same("520"), days={2026: (date(2026, 6, 1), date(2026, 6, 1))})
OUTAGE = events.Event("outage", Text.same("x"), days={2026: (date(2026, 6, 1), date(2026, 6, 9))}, kind="incident")
SHOP = a_workspace(events={one.code: one for one in (SUMMER, ONE_DAY, OUTAGE)})
JUNE = Due(date(2026, 6, 1), date(2026, 6, 30))


@pytest.mark.parametrize(
    ("today", "due"),
    [
        (date(2026, 6, 30), []),
        (date(2026, 7, 1), [JUNE]),
        (date(2026, 7, 7), [JUNE]),
        (date(2026, 7, 8), []),
        (date(2026, 8, 1), []),  # a Saturday
        (date(2026, 8, 3), [Due(date(2026, 7, 1), date(2026, 7, 31))]),
        (date(2026, 6, 22), []),
        (date(2026, 6, 23), [Due(date(2026, 6, 1), date(2026, 6, 20), "summer")]),
        (date(2026, 6, 29), [Due(date(2026, 6, 1), date(2026, 6, 20), "summer")]),
    ],
)
def test_a_month_is_reviewed_on_the_next_ones_first_workday_and_a_campaign_once_it_has_settled(today, due) -> None:
    assert list(due_on(today, SHOP)) == due


async def test_a_review_is_queued_once_for_whoever_gets_the_digest_and_never_of_a_quiet_month() -> None:
    shop = a_workspace(events=SHOP.events, routes=(Route("all", (), (BOARD,)),))
    async with a_world() as world:
        world.clock.moment = datetime(2026, 7, 1, 1, tzinfo=UTC)
        assert await post_reviews(shop, world) == ()
        fired = datetime(2026, 6, 28, tzinfo=UTC)
        alert = an_alert(fired_at=fired, opened_at=fired)
        async with world.store.begin() as tx:
            await tx.keep([Change(None, alert, (Event("a1", 1, fired, "fired"),))], now=fired)
        (notice,) = await post_reviews(shop, world)
        assert (notice.kind, notice.to) == (Kind.REVIEW, BOARD)
        assert dict(notice.facts) == {"first": "2026-06-01", "last": "2026-06-30", "campaign": ""}
        world.clock.moment += timedelta(days=1)
        await post_reviews(shop, world)
        async with world.store.begin() as tx:
            assert sum((await tx.waiting()).values()) == 1
