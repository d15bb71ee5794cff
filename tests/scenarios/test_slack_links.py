"""A link to an alert's page, said in Slack, shows the alert as it is; one that is forged or over shows nothing."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.chat.links import Links
from core.notices.notice import Place
from tests.scenarios.native_house import a_house, in_slack
from tests.standins import blockkit


async def test_a_link_of_ours_unfolds_into_the_alert_as_it_is_by_then(tmp_path):
    async with a_house(tmp_path) as house:
        links = Links("https://kpi.example", b"secret", house.clock.now)
        async with in_slack(house, about=links.about) as (slack, _):
            alert = await house.alert()
            url = links.to(Place("wecom", "ops"), f"#{alert.handle}")
            await slack.says(f"/kpi ack {alert.handle}")
            await slack.until(slack.messages)
            ts = await slack.shares(url, user="U03")
            await slack.until(lambda: ts in slack.unfolded)
            shown = blockkit.seen(slack.unfolded[ts][url]["blocks"])
            assert alert.handle in shown
            assert "Alice" in shown


async def test_what_is_not_ours_or_is_over_unfolds_into_nothing(tmp_path):
    async with a_house(tmp_path) as house:
        links = Links("https://kpi.example", b"secret", house.clock.now)
        async with in_slack(house, about=links.about) as (slack, _):
            alert = await house.alert()
            url = links.to(Place("wecom", "ops"), f"#{alert.handle}")
            forged = Links("https://kpi.example", b"another", house.clock.now).to(Place("wecom", "ops"), "#zzzz")
            await slack.shares(forged)
            await slack.shares("https://kpi.example/a/nonsense")
            await slack.shares(url.replace("kpi.example", "evil.example"))
            house.clock.moment += timedelta(days=4)
            await slack.shares(url)
            await asyncio.sleep(0.2)
            assert slack.unfolded == {}
            assert "chat.unfurl" not in [method for method, _ in slack.calls]
