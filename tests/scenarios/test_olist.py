"""The leads of a real marketplace, taken in and judged, held against a count by hand.

It runs on made-up files of the same form, and on the real ones wherever they lie beside the checkout.
"""

import csv
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from bot.past import relive
from core import document
from core.calendar.grain import Grain, Period, Window
from core.cube.query import Query
from core.ingest.table import stage
from core.metrics.catalog import Catalog
from core.metrics.load import builtin, load_dictionary
from core.metrics.load_sources import load_sources
from core.quality.trust import judge_all
from core.rules.evaluate import evaluate
from core.rules.load import load_rules
from core.rules.needs import batches
from core.rules.sides import Sides
from core.warehouse.duckdb import DuckdbWarehouse
from core.warehouse.intake import NONE
from core.workspace import load_workspace
from tests.olist_like import DEALS, FOLDERS, HERE, LEADS, write

EXAMPLE = Path(__file__).parents[2] / "examples" / "olist"
YEAR = Window.days(date(2017, 11, 1), date(2018, 5, 31))
JUDGED = [date(2018, 1, 1) + timedelta(days=passed) for passed in range(151)]


def definitions():
    mistakes = []
    nodes = {
        kind: document.parse((EXAMPLE / f"{kind}.yaml").read_text(encoding="utf-8"), f"{kind}.yaml", mistakes)
        for kind in ("metrics", "sources", "rules")
    }
    dictionary = load_dictionary([("own", nodes["metrics"])], mistakes, builtin())
    known = Catalog(dictionary.metrics, dictionary.dimensions)
    catalog = Catalog(dictionary.metrics, dictionary.dimensions, load_sources([nodes["sources"]], mistakes, known))
    rules = load_rules([nodes["rules"]], mistakes, catalog)
    assert mistakes == []
    return catalog, {rule.id: rule for rule in rules}


CATALOG, RULES = definitions()


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name)
def folder(request):
    return request.param


@pytest.fixture
async def warehouse(folder):
    warehouse = DuckdbWarehouse(None, CATALOG.sources, CATALOG, folder, stage=stage)
    await warehouse.refresh()
    yield warehouse
    await warehouse.aclose()


def rows(folder, name):
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def code(origin):
    return origin.replace(" ", "_") or NONE


async def counted(warehouse, source, measure, by=("origin",), grain=Grain.DAY):
    """Return an answer as {(origin, day): number}, zeros and gaps left out."""
    cube = await warehouse.fetch(Query(source, grain, by, (measure,), YEAR))
    return {
        (labels.get("origin"), Period(grain, period).start.date()): int(number)
        for labels, numbers in zip(cube.slices, cube.measures[measure], strict=True)
        for period, number in zip(cube.periods, numbers, strict=True)
        if number > 0
    }


def in_year(counts):
    return {key: number for key, number in counts.items() if YEAR.first_day <= key[1] <= YEAR.last_day}


def test_the_committed_files_are_what_the_generator_writes(tmp_path):
    write(tmp_path)
    for name in (LEADS, DEALS):
        assert (tmp_path / name).read_bytes() == (HERE / name).read_bytes()


async def test_leads_are_counted_by_origin_and_an_empty_one_is_not_the_unknown_one(warehouse, folder):
    expected = Counter(
        (code(row["origin"]), date.fromisoformat(row["first_contact_date"])) for row in rows(folder, LEADS)
    )
    found = await counted(warehouse, "leads", "leads")
    assert found == in_year(expected)
    assert {NONE, "unknown"} <= {origin for origin, _ in found}


async def test_a_lead_is_won_on_the_day_it_came_if_it_signed_within_thirty_days(warehouse, folder):
    won = {row["mql_id"]: datetime.fromisoformat(row["won_date"]).date() for row in rows(folder, DEALS)}
    expected = Counter(
        (code(row["origin"]), came)
        for row in rows(folder, LEADS)
        for came in [date.fromisoformat(row["first_contact_date"])]
        if row["mql_id"] in won and (won[row["mql_id"]] - came).days <= 30
    )
    assert await counted(warehouse, "leads", "won") == in_year(expected)


async def test_a_deal_is_counted_on_the_day_it_was_won_under_its_leads_origin(warehouse, folder):
    origins = {row["mql_id"]: code(row["origin"]) for row in rows(folder, LEADS)}
    expected = Counter(
        (origins.get(row["mql_id"], NONE), datetime.fromisoformat(row["won_date"]).date())
        for row in rows(folder, DEALS)
    )
    assert await counted(warehouse, "deals", "deals_signed") == in_year(expected)


async def test_every_row_comes_in_and_none_is_rejected(warehouse, folder):
    taken = {intake.path.name: (intake.rows, intake.rejected) for intake in await warehouse.intakes()}
    assert taken == {name: (len(rows(folder, name)), {}) for name in (LEADS, DEALS)}


async def breached(warehouse, rule, first=JUDGED[0], last=JUDGED[-1]):
    (batch,) = batches([RULES[rule]], CATALOG)
    periods = [Period.holding(day, batch.grain) for day in (first, last)]
    cube = await warehouse.fetch(batch.query(*periods))
    judged = range(periods[0].index, periods[1].index + 1)
    outcome = evaluate(RULES[rule], Sides.of(cube, CATALOG, judged), judge_all(cube, judged))
    return {(found.period.start.date(), found.terms[0].value) for found in outcome.breached()}


async def test_a_day_of_few_leads_is_one_below_the_mean_of_the_same_weekday_by_more_than_30_percent(warehouse, folder):
    by_day = Counter(date.fromisoformat(row["first_contact_date"]) for row in rows(folder, LEADS))
    expected = set()
    for day in JUDGED:
        before = [by_day[day - timedelta(weeks=weeks)] for weeks in range(1, 5)]
        before = [number for number in before if number]  # a day without a lead has no row, and no number
        if len(before) >= 3 and by_day[day] and by_day[day] * len(before) * 10 < sum(before) * 7:
            expected.add((day, by_day[day]))
    found = await breached(warehouse, "leads_low")
    assert found == expected
    assert date(2018, 2, 13) in {day for day, _ in found}  # Carnival, in Brazil


async def test_weekends_do_not_fire_because_they_are_held_against_weekends(warehouse):
    found = await breached(warehouse, "leads_low")
    weekends = [day for day, _ in found if day.weekday() >= 5]
    assert len(weekends) <= 4  # of the 43 weekend days; against yesterday every Saturday would be one


async def test_a_week_of_fewer_deals_is_one_a_third_below_the_week_before(warehouse, folder):
    by_week = Counter(
        Period.holding(datetime.fromisoformat(row["won_date"]), Grain.WEEK).index for row in rows(folder, DEALS)
    )
    weeks = Window.days(JUDGED[0], JUDGED[-1]).periods(Grain.WEEK)
    expected = {
        (Period(Grain.WEEK, week).start.date(), by_week[week])
        for week in weeks
        if by_week[week - 1] and by_week[week] and by_week[week] * 10 < by_week[week - 1] * 7
    }
    assert await breached(warehouse, "deals_fall") == expected


async def test_each_alert_of_the_replay_stands_up_to_a_count_by_hand(folder):
    """What `beacon evaluate` prints, held against nothing but the file: its number, what it was held against, whose."""
    won = {row["mql_id"]: datetime.fromisoformat(row["won_date"]).date() for row in rows(folder, DEALS)}
    by_day, by_week, won_by_week, origins = Counter(), Counter(), Counter(), Counter()
    for row in rows(folder, LEADS):
        came = date.fromisoformat(row["first_contact_date"])
        monday = came - timedelta(days=came.weekday())
        by_day[came] += 1
        by_week[monday] += 1
        origins[code(row["origin"]), monday] += 1
        won_by_week[monday] += row["mql_id"] in won and (won[row["mql_id"]] - came).days <= 30
    signed = Counter(day - timedelta(days=day.weekday()) for day in won.values())

    def mean(numbers):
        known = [number for number in numbers if number]
        return sum(known) / len(known)

    def weeks_before(day, count):
        return [day - timedelta(weeks=back) for back in range(1, count + 1)]

    def by_hand(rule, day, labels):
        match rule:
            case "leads_low":
                return by_day[day], mean(by_day[one] for one in weeks_before(day, 4)), 0.7
            case "origin_low":
                origin = labels.get("origin")
                return origins[origin, day], mean(origins[origin, one] for one in weeks_before(day, 8)), 0.6
            case "deals_fall":
                return signed[day], signed[day - timedelta(weeks=1)], 0.7
            case "lead_cvr_low":
                before = weeks_before(day, 8)
                usual = sum(won_by_week[one] for one in before) / sum(by_week[one] for one in before)
                return won_by_week[day] / by_week[day], usual, 0.7

    told = Counter()
    async for alert in relive(load_workspace(EXAMPLE), JUDGED[0], JUDGED[-1], data=folder):
        rule, headline = alert.fingerprint.rule, alert.finding.headline
        value, usual, part = by_hand(rule, alert.finding.period.start.date(), alert.fingerprint.labels)
        assert headline.value == pytest.approx(value)
        assert headline.baseline == pytest.approx(usual)
        assert value < usual * part
        assert alert.owner == {"marketing_team": "ana", "sales_team": "bruno"}[RULES[rule].owner]
        told[rule] += 1
    assert sum(told.values()) >= 5
    assert set(told) >= {"leads_low", "deals_fall", "lead_cvr_low"}
