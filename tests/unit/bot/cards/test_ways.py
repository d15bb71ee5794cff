"""The way from a card to the report in another tool."""

from __future__ import annotations

from dataclasses import replace

from bot.cards.alert import alert_card
from bot.cards.answer import answer_card
from bot.chat.card import Way, Ways
from core.metrics.catalog import Catalog
from tests.unit.bot.cards.office import NOW, an_alert, workspace
from tests.unit.bot.cards.test_answers import BY_CHANNEL, an_answer

BI = "https://bi.cn/roi?c={channel:zh}&from={from}&to={to}&p={period}"


def linked(metric):
    house = workspace()
    catalog = house.catalog
    metrics = {**catalog.metrics, metric: replace(catalog.metrics[metric], report=BI)}
    return replace(house, catalog=Catalog(metrics, catalog.dimensions, catalog.sources))


def ways(card):
    return [way for block in card.blocks if isinstance(block, Ways) for way in block.ways]


def test_an_alert_leads_to_its_numbers_report_on_its_slice_and_day():
    alert = an_alert()
    metric = alert.finding.terms[0].metric
    house = linked(metric)
    url = "https://bi.cn/roi?c=%E5%BE%AE%E4%BF%A1&from=2026-06-18&to=2026-06-18&p=2026-06-18"
    title = house.catalog.metrics[metric].title.zh
    assert ways(alert_card(alert, house, "zh", NOW)) == [Way(f"查看报表：{title}", url)]


def test_an_answer_leads_to_the_report_of_its_days():
    (way,) = ways(answer_card(an_answer(), linked("roi"), "en"))
    assert way.label == "Report: ROI"
    assert way.url == "https://bi.cn/roi?c=%E5%BE%AE%E4%BF%A1&from=2026-06-12&to=2026-06-18&p=2026-06-12..2026-06-18"
    (way,) = ways(answer_card(BY_CHANNEL, linked("roi"), "en"))
    assert "c=&" in way.url


def test_a_metric_without_a_report_has_no_way():
    assert ways(alert_card(an_alert(), workspace(), "en", NOW)) == []
