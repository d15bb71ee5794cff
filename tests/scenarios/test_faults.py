"""The real process against unkind platforms, killed at random: all is said, and twice only where nobody can know.

`STORM_KILLS` is how often, `STORM_ALERTS` how many fall at once; what it came to is printed. `make test` makes do with
few of both, and with one store; given `STORM_ALERTS`, it is both.
"""

import os

import pytest

from bot.bench.database import a_database
from bot.bench.storm import Plan, storm

KILLS = int(os.environ.get("STORM_KILLS", "6"))
ALERTS = int(os.environ.get("STORM_ALERTS", "120"))
STORES = ["sqlite", "postgresql"] if "STORM_ALERTS" in os.environ else ["sqlite"]


async def test_killed_again_and_again_on_a_bad_day_nothing_is_lost_and_slack_hears_nothing_twice():
    with a_database("sqlite") as store:
        measured = await storm(Plan(KILLS * 3, KILLS, store, waves=max(2, KILLS // 2), share=0.1))
    print(measured)  # noqa: T201 - for whoever runs it by hand
    assert measured.lost == 0
    assert measured.duplicates == measured.unsure_duplicates, "where one can ask, nothing is said twice"
    assert not measured.refused, "a platform refused what it should never be asked"
    assert measured.notices >= KILLS


@pytest.mark.parametrize("kind", STORES)
async def test_many_alerts_at_once_are_few_messages_and_no_owner_waits(kind, request):
    store = request.getfixturevalue("empty_postgres") if kind == "postgresql" else None
    with a_database(store or kind) as address:
        measured = await storm(Plan(ALERTS, 1, address))
    assert (measured.lost, measured.duplicates) == (0, measured.unsure_duplicates)
    assert measured.most_messages_in_a_chat <= 3
    assert measured.slowest_critical_seconds < 30
