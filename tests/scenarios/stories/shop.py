"""The shop in which the stories happen: twelve channels, two people, one rule, and files in an inbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

CHANNELS = (
    "wechat",
    "douyin",
    "baidu",
    "weibo",
    "bilibili",
    "zhihu",
    "toutiao",
    "taobao",
    "jd",
    "kuaishou",
    "red",
    "pdd",
)
FIRST = date(2026, 6, 18)  # a Thursday, the last day that all is well
FILES = {
    "workspace.yaml": "{{name: {{en: Shop, zh: 小店}}, zone: Asia/Shanghai, currency: CNY, tongue: {tongue}}}",
    "sources.yaml": """
- source: ads
  push: true
  grain: day
  time: day
  dimensions: {{channel: channel}}
  measures: {{revenue: revenue, spend: spend}}
""",
    "rules.yaml": """
- rule: roi_drop
  title: {{en: ROI below 1, zh: 投产比低于 1}}
  when: 渠道ROI<1
  owner: channel_lead
  severity: critical
""",
    "people.yaml": """
- person: li
  name: {{en: Li, zh: 李伟}}
  duties: [channel_lead]
  chats: {{{li}}}
  tongue: {tongue}
  may: act
- person: wang
  name: {{en: Wang, zh: 王芳}}
  duties: [director]
  chats: {{{wang}}}
  tongue: {tongue}
  may: manage
""",
    "routes.yaml": "[{{route: everything, chats: ['{growth}'], owner: 'person:li'}}]",
    "digests.yaml": "[{{digest: '{growth}', level: manager}}, {{digest: wang, level: executive}}]",
}


def found(folder: Path, **facts: str) -> None:
    """Write the shop, with three weeks in which nothing happens."""
    (folder / "inbox" / "ads").mkdir(parents=True)
    for name, text in FILES.items():
        (folder / name).write_text(text.format(**facts), encoding="utf-8")
    for ago in range(21):
        add_day(folder, FIRST - timedelta(days=ago), {})


def add_days(folder: Path, last: date, revenue: Mapping[str, int]) -> None:
    """Let every day come in that is not there yet; what is told of the last one is told."""
    day = FIRST
    while (day := day + timedelta(days=1)) < last:
        if not _file(folder, day).exists():
            add_day(folder, day, {})
    add_day(folder, last, revenue)


def add_day(folder: Path, day: date, revenue: Mapping[str, int]) -> None:
    """Let the file of one day come in: 100 is spent in each channel, and 200 comes back unless said otherwise."""
    rows = [f"{day},{channel},{revenue.get(channel, 200)},100" for channel in CHANNELS]
    _file(folder, day).write_text("\n".join(["day,channel,revenue,spend", *rows, ""]), encoding="utf-8")


def _file(folder: Path, day: date) -> Path:
    return folder / "inbox" / "ads" / f"{day}.csv"
