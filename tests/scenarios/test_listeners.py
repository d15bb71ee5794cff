"""Chats that only listen, and the page behind their links.

An alert is heard by mail and in a group of 企业微信, and taken on a phone by whoever opened the mail. The real
process and the real mail server; the robot is as strict as the platform's.
"""

from __future__ import annotations

import asyncio
import re

import aiohttp

from tests.scenarios.test_two_chats import WORKSPACE, alerts, living, write_workspace
from tests.standins.postoffice import post_office
from tests.standins.robots import robots

PERSON = WORKSPACE["people.yaml"].replace('slack: U01, telegram: "101"', "mail: alice@example.cn")
LINK = re.compile(r"https://kpi\.example\.cn(/a/[\w.-]+)")


async def until(look):
    async with asyncio.timeout(40):
        while not (found := look()):  # noqa: ASYNC110 - they are other processes
            await asyncio.sleep(0.1)
    return found


async def test_an_alert_is_heard_by_mail_and_in_a_group_and_taken_on_a_phone(tmp_path):
    write_workspace(tmp_path / "shop")
    facts = tmp_path / "shop" / "data" / "ads.csv"
    facts.write_text(facts.read_text(encoding="utf-8").replace("douyin,80", "douyin,200"), encoding="utf-8")
    people = PERSON.replace("web: alice, mail", "mail")
    (tmp_path / "shop" / "people.yaml").write_text(people, encoding="utf-8")
    routes = WORKSPACE["routes.yaml"].replace('slack:C01, "telegram:-100500"', "wecom:ops")
    (tmp_path / "shop" / "routes.yaml").write_text(routes, encoding="utf-8")
    async with robots() as group, aiohttp.ClientSession() as phone:
        with post_office() as office:
            async with living(
                tmp_path,
                BEACON_PUBLIC_URL="https://kpi.example.cn",
                BEACON_LINK_SECRET="ours alone",
                WECOM_ROBOTS=f"ops={group.address('wecom')}",
                MAIL_URL=office.url,
            ) as house:
                await until(lambda: office.letters)
                said = await until(lambda: [one for one in group.said["wecom"] if one["msgtype"] == "markdown"])
                letter = office.letters[0].get_body(("plain",)).get_content()
                path = LINK.search(letter)[1]
                address = house.rstrip("/") + path

                async with phone.get(address) as page:
                    seen = await page.text()
                assert page.status == 200
                assert "ROI" in seen
                handle = re.search(r'value="ack ([0-9a-z]+@\d+)"', seen)[1]
                name = handle.partition("@")[0]

                # A link to one alert is good for that alert alone, whatever its bearer types.
                for beyond in ("ack zz99@1", "roi last 7 days", "alerts", "storm zz99zz99 ack"):
                    async with phone.post(address, data={"say": beyond}) as page:
                        assert f"about {name} alone" in await page.text()
                for forged in (address[:-3], address[:-3] + "AAA"):
                    async with phone.get(forged) as page:
                        assert page.status == 403
                        assert "not one of ours" in await page.text()

                async with phone.post(address, data={"say": f"ack {handle}"}) as page:
                    assert page.status == 200
                taken = {one["handle"]: one for one in (await alerts(house)).values()}
                assert taken[name]["stage"] == "acked"

                # Pressed again, from a page that was left open: it says what happened meanwhile.
                async with phone.post(address, data={"say": f"ack {handle}"}) as page:
                    assert "Alice" in await page.text()

                async with phone.get(address + "/chart.png") as chart:
                    assert (await chart.read()).startswith(b"\x89PNG")

                # In the group nobody knows who opens it, so they say who they are.
                path = LINK.search(said[0]["markdown"]["content"])[1]
                shared = house.rstrip("/") + path
                async with phone.get(shared) as page:
                    seen = await page.text()
                assert "<button" not in seen
                assert "?as=alice" in seen
                async with phone.get(shared + "?as=alice") as page:
                    seen = await page.text()
                # Each press answers a question, until nothing is missing: why, its cause, what was done.
                pressed = re.search(r'value="(close [0-9a-z]+@\d+)"', seen)
                while pressed:
                    async with phone.post(shared, data={"as": "alice", "say": pressed[1]}) as page:
                        seen = await page.text()
                    pressed = re.search(rf'value="({re.escape(pressed[1])} [^"]+)"', seen)
                assert "Alice" in seen
                assert (await alerts(house))["wechat"]["stage"] == "closed"
