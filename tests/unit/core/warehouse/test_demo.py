"""The shop's own arithmetic, done here by hand: what was planted stands out, and nothing else comes near."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from core.warehouse.demo import CHANNELS, FIRST, LAST, write_shop

SHOP = Path(__file__).parents[4] / "examples" / "shop"
CAMPAIGN = [date(2026, 6, day) for day in range(1, 19)]
SOCIAL = ("微信", "抖音", "快手", "小红书", "微博", "B站")
SHOPS = ("官网", "天猫", "京东")
DAY = timedelta(days=1)


def read(name):
    with (SHOP / "data" / name).open(encoding="utf-8", newline="") as file:
        return {
            (row["渠道"], date.fromisoformat(row["日期"])): {
                key: float(value) for key, value in row.items() if key not in ("日期", "渠道")
            }
            for row in csv.DictReader(file)
        }


@pytest.fixture(scope="module")
def ads():
    return read("ads.csv")


@pytest.fixture(scope="module")
def content():
    return read("content.csv")


def change(rows, channel, day, number):
    return number(rows[channel, day]) / number(rows[channel, day - DAY]) - 1


def roi(row):
    return row["归因成交额"] / row["消耗"]


def cvr(row):
    return row["转化数"] / row["点击量"]


def to_date(rows, channel, day, column):
    return sum(rows[channel, date(2026, 6, each)][column] for each in range(1, day.day + 1))


def usual_order_rate(rows, channel, day):
    before = [rows[channel, day - back * DAY] for back in range(1, 29)]
    return sum(row["下单数"] for row in before) / sum(row["访问量"] for row in before)


def test_the_committed_files_are_what_the_generator_writes(tmp_path):
    write_shop(tmp_path)
    for name in ("ads.csv", "content.csv"):
        assert (tmp_path / name).read_bytes() == (SHOP / "data" / name).read_bytes()


def test_the_shop_is_ten_channels_with_a_row_a_day_and_small_enough_to_keep(ads):
    assert len(CHANNELS) == 10
    assert len(ads) == 10 * ((LAST - FIRST).days + 1) == 910
    assert sum(path.stat().st_size for path in (SHOP / "data").iterdir()) < 400_000


def test_only_douyin_loses_impressions_on_the_third_day(ads):
    falls = {
        (channel.name, day): change(ads, channel.name, day, lambda row: row["曝光量"])
        for channel in CHANNELS
        for day in CAMPAIGN
    }
    assert falls["抖音", date(2026, 6, 3)] == pytest.approx(-0.38, abs=0.01)
    assert [key for key, fall in falls.items() if fall < -0.15] == [("抖音", date(2026, 6, 3))]


def test_only_wechat_stops_selling_among_the_social_channels(ads):
    hit = [
        (channel, day)
        for channel in SOCIAL
        for day in CAMPAIGN
        if roi(ads[channel, day]) < 1 or change(ads, channel, day, cvr) < -0.1
    ]
    assert hit == [("微信", date(2026, 6, 8)), ("微信", date(2026, 6, 9))]
    assert change(ads, "微信", date(2026, 6, 8), cvr) == pytest.approx(-0.41, abs=0.02)
    near = [
        (channel, day)
        for channel in SOCIAL
        for day in CAMPAIGN
        if (roi(ads[channel, day]) < 1.2 or change(ads, channel, day, cvr) < -0.07) and (channel, day) not in hit
    ]
    assert near == []


def test_only_baidu_is_overspent_at_a_loss(ads):
    overspent = [
        (channel.name, day)
        for channel in CHANNELS
        for day in CAMPAIGN
        if to_date(ads, channel.name, day, "消耗") > to_date(ads, channel.name, day, "预算")
        and roi(ads[channel.name, day]) < 1
    ]
    assert overspent == [("百度", date(2026, 6, 12))]


def test_only_weibo_is_scolded(content):
    shares = {key: row["负面评论数"] / row["评论数"] for key, row in content.items() if key[1] in CAMPAIGN}
    assert [key for key, share in shares.items() if share > 0.25] == [
        ("微博", date(2026, 6, 10)),
        ("微博", date(2026, 6, 11)),
    ]
    assert min(row["评论数"] for row in content.values()) > 1000  # far beyond the least sample


def test_only_the_own_site_takes_fewer_orders_than_usual(ads):
    low = [
        (channel, day)
        for channel in SHOPS
        for day in CAMPAIGN
        if ads[channel, day]["下单数"] / ads[channel, day]["访问量"] < usual_order_rate(ads, channel, day) * 0.93
    ]
    assert low == [("官网", date(2026, 6, day)) for day in (15, 16, 17)]


def test_the_story_tells_what_was_planted():
    story = yaml.safe_load((SHOP / "story.yaml").read_text(encoding="utf-8"))
    told = [(one["rule"], *one["slice"].values(), one["period"].day) for one in story["incidents"]]
    assert told == [
        ("impressions_drop", "douyin", 3),
        ("social_roi", "wechat", 8),
        ("negative_comments", "weibo", 10),
        ("overspent_at_a_loss", "baidu", 12),
        ("order_rate_low", "site", 15),
    ]
