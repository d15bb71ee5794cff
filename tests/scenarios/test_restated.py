"""Facts corrected after newer days were judged: what was false is taken back, and what was missed is found late."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.cards.alert import state_words
from core.alerts.alert import Phase, Reason, Stage
from core.alerts.event import Event
from core.usecases.deliver import deliver
from core.usecases.replay import has_fired
from tests.scenarios.test_road import WORKSPACE, Shop, a_shop


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    for kind, text in WORKSPACE.items():
        (tmp_path / f"{kind}.yaml").write_text(text, encoding="utf-8")
    async with a_shop(tmp_path) as made:
        yield made


async def days(shop: Shop, moment: str, *numbers: int) -> list[str]:
    """Write the days from the 1st of June on, look, and return what fires."""
    shop.write(*((f"2026-06-{day:02}", number) for day, number in enumerate(numbers, 1)))
    fired = [str(change.after.finding.period) for change in await shop.look(moment) if has_fired(change)]
    while await deliver(shop.workspace, shop.world):
        pass
    return fired


async def events(shop: Shop, alert: str) -> list[Event]:
    async with shop.world.store.begin() as tx:
        return list(await tx.events(alert))


async def the_alert(shop: Shop):
    async with shop.world.store.begin() as tx:
        (alert,) = (await tx.latest(["impressions_drop"])).values()
        return alert


async def test_an_alert_that_is_over_is_taken_back_when_its_day_was_wrong(shop: Shop):
    await days(shop, "2026-06-02T00:30", 1000)
    assert await days(shop, "2026-06-03T00:30", 1000, 500) == ["2026-06-02"]
    await days(shop, "2026-06-04T00:30", 1000, 500, 520)
    assert (await the_alert(shop)).condition.phase is Phase.OK

    await days(shop, "2026-06-04T10:00", 1000, 990, 980)

    alert = await the_alert(shop)
    assert (alert.handling.stage, alert.handling.reason) == (Stage.CLOSED, Reason.DATA_ISSUE)
    last = (await events(shop, alert.id))[-1]
    taken_back = next(each for each in reversed(await events(shop, alert.id)) if each.kind == "recovered")
    assert last.at == taken_back.at
    assert (taken_back.facts["restated"], taken_back.facts["was"], taken_back.facts["value"]) == (1, 500, 990)
    assert [kind for kind, _ in shop.messenger.heard()].count("recovered") == 2


async def test_it_is_taken_back_once(shop: Shop):
    await test_an_alert_that_is_over_is_taken_back_when_its_day_was_wrong(shop)
    before = await events(shop, (await the_alert(shop)).id)
    await days(shop, "2026-06-04T11:00", 1000, 995, 980)
    assert await events(shop, (await the_alert(shop)).id) == before


async def test_what_is_still_bad_by_newer_facts_goes_on(shop: Shop):
    await days(shop, "2026-06-02T00:30", 1000)
    await days(shop, "2026-06-03T00:30", 1000, 500)
    await days(shop, "2026-06-04T00:30", 1000, 500, 300)

    await days(shop, "2026-06-04T10:00", 1000, 990, 300)

    alert = await the_alert(shop)
    assert (alert.condition.phase, str(alert.finding.period)) == (Phase.FIRING, "2026-06-03")
    assert alert.is_open


async def test_a_day_that_was_calm_by_wrong_facts_is_found_late_and_says_so(shop: Shop):
    await days(shop, "2026-06-02T00:30", 1000)
    await days(shop, "2026-06-03T00:30", 1000, 1000)
    await days(shop, "2026-06-04T00:30", 1000, 1000, 1000)

    assert await days(shop, "2026-06-04T10:00", 1000, 500, 1000) == ["2026-06-02"]

    alert = await the_alert(shop)
    told = {each.kind: each for each in await events(shop, alert.id)}
    assert told["late-found"].facts == {"period": "2026-06-02"}
    assert alert.condition.phase is Phase.OK  # the day after was well
    assert alert.is_open  # and somebody has still to say what it was


async def test_what_lies_before_the_first_day_ever_judged_is_history(shop: Shop):
    shop.write(("2026-06-01", 1000), ("2026-06-02", 1000))
    await shop.look("2026-06-03T00:30")
    may = [(f"2026-05-{day:02}", 1000 if day % 2 else 400) for day in range(1, 32)]
    shop.write(*may, ("2026-06-01", 1000), ("2026-06-02", 1000))
    assert await shop.fired("2026-06-03T10:00") == []
    assert await shop.open() == []


async def test_who_has_closed_it_is_not_asked_again_for_a_slightly_other_number(shop: Shop):
    await test_a_day_that_was_calm_by_wrong_facts_is_found_late_and_says_so(shop)
    before = (await the_alert(shop)).id
    assert await days(shop, "2026-06-04T11:00", 1000, 480, 1000) == []
    assert (await the_alert(shop)).id == before


# --- a rule that is over ---------------------------------------------------------------------------------------


async def test_a_rule_that_has_expired_neither_clears_its_alert_nor_closes_it(tmp_path: Path):
    for kind, text in WORKSPACE.items():
        more = "  until: 2026-06-02\n" if kind == "rules" else ""
        (tmp_path / f"{kind}.yaml").write_text(text.rstrip("\n") + "\n" + more, encoding="utf-8")
    async with a_shop(tmp_path) as shop:
        await days(shop, "2026-06-02T00:30", 1000)
        assert await days(shop, "2026-06-03T00:30", 1000, 500) == ["2026-06-02"]
        assert await days(shop, "2026-06-04T00:30", 1000, 500, 1000) == []
        assert await days(shop, "2026-06-05T00:30", 1000, 500, 1000, 100) == []
        alert = await the_alert(shop)
        assert (alert.condition.phase, alert.is_open) == (Phase.UNKNOWN, True)
        expired = [each.facts for each in await events(shop, alert.id) if each.kind == "expired"]
        assert expired == [{"last": "2026-06-02"}]  # said once
        words = state_words(alert, (), shop.workspace, "en", shop.clock.now())
        assert words.startswith("the rule ended on Jun 2")
