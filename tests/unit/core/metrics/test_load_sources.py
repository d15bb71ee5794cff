"""Where facts lie: which column is which metric, and what must not be added up."""

from datetime import timedelta

import pytest

from core import document
from core.calendar.grain import Grain
from core.document import Mistakes
from core.metrics.catalog import Catalog
from core.metrics.load import builtin
from core.metrics.load_sources import load_sources
from core.metrics.metric import How
from core.metrics.source import Checks, Filter, Lookup, Measure, Source

CATALOG = Catalog(builtin().metrics, builtin().dimensions)
HEAD = "- source: ads\n  files: data/ads*.csv\n  grain: day\n  time: 日期\n"


def loaded(text: str) -> tuple[dict[str, Source], Mistakes]:
    mistakes: Mistakes = []
    return load_sources([document.parse(text, "sources.yaml", mistakes)], mistakes, CATALOG), mistakes


def measures(written: str) -> tuple[dict[str, Measure], list[tuple[str, int]]]:
    sources, mistakes = loaded(f"{HEAD}  measures: {written}\n")
    places = [(mistake.code, mistake.where.column if mistake.where else 0) for mistake in mistakes]
    return dict(sources["ads"].measures), places


def test_a_source_is_read_whole():
    sources, mistakes = loaded(
        """
- source: leads
  files: [leads.csv, more/*.xlsx]
  grain: hour
  time: first_contact_date
  delay: 1h
  dimensions: {来源: origin, landing_page: landing_page_id}
  measures:
    线索数量: {count: rows}
    won: {count: rows, where: {won_date: {within: 30d}}, matures: 30d}
  lookups:
    - {files: deals.csv, key: mql_id, take: [won_date]}
"""
    )
    assert mistakes == []
    assert sources["leads"] == Source(
        name="leads",
        files=("leads.csv", "more/*.xlsx"),
        grain=Grain.HOUR,
        time="first_contact_date",
        dimensions={"origin": "origin", "landing_page": "landing_page_id"},
        measures={
            "leads": Measure(How.COUNT),
            "won": Measure(How.COUNT, None, (Filter("won_date", "within", ("30",)),), timedelta(days=30)),
        },
        lookups=(Lookup(("deals.csv",), "mql_id", ("won_date",)),),
        delay=timedelta(hours=1),
    )


def test_a_column_alone_is_added_up_and_a_levels_last_value_is_taken():
    assert measures("{impressions: 曝光量, 粉丝数: 粉丝}") == (
        {"impressions": Measure(How.SUM, "曝光量"), "followers": Measure(How.LAST, "粉丝")},
        [],
    )


def test_people_are_counted_by_a_column_that_tells_them_apart():
    assert measures("{uv: {distinct: visitor_id}}") == ({"uv": Measure(How.DISTINCT, "visitor_id")}, [])


def test_orders_that_take_several_rows_may_be_counted_distinct():
    assert measures("{orders: {distinct: order_id}}")[0]["orders"].how is How.DISTINCT


def test_a_count_may_be_of_rows_or_of_cells_that_are_filled():
    found, _ = measures("{leads: {count: rows}, scored_leads: {count: score}}")
    assert (found["leads"].column, found["scored_leads"].column) == (None, "score")


def test_every_condition_is_read():
    found, mistakes = measures(
        "{leads: {count: rows, where: {score: {at_least: 10, below: 60.5}, status: [open, new], coupon: present, "
        "kind: 'present', phone: {not: [x, y]}, amount: {above: 1, at_most: 1.2}, won: {within: 12h}}}}"
    )
    assert mistakes == []
    assert found["leads"].where == (
        Filter("score", "below", ("60.5",)),
        Filter("score", "at_least", ("10",)),
        Filter("status", "is", ("open", "new")),
        Filter("coupon", "present"),
        Filter("kind", "is", ("present",)),
        Filter("phone", "not", ("x", "y")),
        Filter("amount", "above", ("1",)),
        Filter("amount", "at_most", ("1.2",)),
        Filter("won", "within", ("0.5",)),
    )


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("{uv: 访客数}", "measure-sums-distinct"),
        ("{uv: {sum: 访客数}}", "measure-sums-distinct"),
        ("{uv: {count: visitor_id}}", "measure-sums-distinct"),
        ("{cvr: 转化率}", "measure-of-formula"),
        ("{followers: {sum: 粉丝, where: {a: b}}}", "measure-how-differs"),
        ("{spend: {last: 花费}}", "measure-how-differs"),
        ("{spnd: 花费}", "unknown-metric"),
        ("{spend: 花费, 消耗: 消耗}", "defined-twice"),
        ("{spend: {sum: a, last: b}}", "measure-how"),
        ("{spend: {where: {a: b}}}", "measure-how"),
        ("{spend: {sum: [a]}}", "wanted-words"),
        ("{spend: [a]}", "wanted-words"),
        ("{leads: {count: rows, where: open}}", "wanted-mapping"),
        ("{leads: {count: rows, where: {a: {bellow: 3}}}}", "unknown-key"),
        ("{leads: {count: rows, where: {a: {below: x}}}}", "wanted-number"),
        ("{leads: {count: rows, where: {a: [[x]]}}}", "wanted-words"),
        ("{leads: {count: rows, matures: later}}", "wanted-duration"),
        ("spend", "wanted-mapping"),
    ],
)
def test_a_measure_that_cannot_be_is_refused(written, code):
    found, mistakes = measures(written)
    assert mistakes[0][0] == code
    assert len(mistakes) == 1
    assert set(found) <= {"spend"}


def test_the_caret_stands_under_the_measure():
    assert measures("{spend: 花费, uv: 访客数}")[1] == [("measure-sums-distinct", 29)]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("- source: Ads\n  files: a\n  grain: day\n  time: t\n  measures: {spend: s}\n", ["wanted-code"]),
        ("- source: ads\n", ["missing-key"] * 4),
        (HEAD.replace("day", "week") + "  measures: {spend: s}\n", ["unknown-value"]),
        (HEAD + "  measures: {spend: s}\n  dimensions: {chanel: c}\n", ["unknown-dimension"]),
        (HEAD + "  measures: {spend: s}\n  lookups: [{files: a, key: b}]\n", ["missing-key"]),
        ((HEAD + "  measures: {spend: s}\n") * 2, ["defined-twice"]),
    ],
)
def test_a_wrong_source_says_all_that_is_wrong(text, codes):
    assert [mistake.code for mistake in loaded(text)[1]] == codes


def checks_of(written: str) -> Checks:
    text = HEAD + "  measures: {spend: s, leads: {count: rows}}\n  dimensions: {channel: c, region: r}\n" + written
    (source,), mistakes = loaded(text)[0].values(), loaded(text)[1]
    assert mistakes == []
    return source.checks


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", Checks()),
        ("  checks: {fresh: true, complete: true, range: true, spike: true}\n", Checks()),
        (
            "  checks: {fresh: false, complete: false, duplicates: false, range: false, spike: false, parts: false}\n",
            Checks(fresh=False, complete=(), duplicates=False, range=False, spike=0.0, parts=False),
        ),
        ("  checks: {complete: [渠道, region]}\n", Checks(complete=("channel", "region"))),
        ("  checks: {complete: region, spike: 8}\n", Checks(complete=("region",), spike=8.0)),
        ("  checks: {range: {花费: [0, 50000]}}\n", Checks(ranges={"spend": (0.0, 50000.0)})),
        ("  checks: {parts: {花费: spend}}\n", Checks(wholes={"spend": "spend"})),
    ],
)
def test_all_checks_are_on_and_each_is_told_more_or_turned_off(written, expected):
    assert checks_of(written) == expected


def test_a_source_names_who_mends_it():
    assert loaded(HEAD + "  measures: {spend: s}\n  owner: data_team\n")[0]["ads"].owner == "data_team"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("{fresch: true}", "unknown-key"),
        ("{fresh: perhaps}", "wanted-flag"),
        ("{complete: [region]}", "check-no-dimension"),
        ("{complete: [planet]}", "unknown-dimension"),
        ("{range: {clicks: [0, 1]}}", "check-no-measure"),
        ("{range: {spend: [5, 1]}}", "wanted-bounds"),
        ("{range: {spend: 5}}", "wanted-bounds"),
        ("{range: {spend: [a, b]}}", "wanted-number"),
        ("{range: wide}", "wanted-mapping"),
        ("{parts: {clicks: spend}}", "check-no-measure"),
        ("{parts: clicks}", "wanted-mapping"),
        ("{spike: 1}", "wanted-times"),
        ("{spike: high}", "wanted-number"),
        ("never", "wanted-mapping"),
    ],
)
def test_a_check_that_cannot_be_is_pointed_at(written, code):
    text = HEAD + f"  measures: {{spend: s}}\n  dimensions: {{channel: c}}\n  checks: {written}\n"
    assert loaded(text)[1][0].code == code


def test_a_source_may_be_a_table_of_an_engine():
    sources, mistakes = loaded(
        "- source: ads\n  engine: ${SHOP}\n  table: mart.ads\n  grain: day\n  time: day\n  measures: {spend: cost}\n"
    )
    assert not mistakes
    assert (sources["ads"].engine, sources["ads"].table, sources["ads"].files) == ("${SHOP}", "mart.ads", ())


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("", "missing-key"),
        ("  table: t\n  files: a.csv\n", "unknown-key"),
        ("  table: t\n  lookups: []\n", "unknown-key"),
    ],
)
def test_a_table_has_a_name_and_neither_files_nor_lookups(more, code):
    head = "- source: ads\n  engine: duckdb://\n  grain: day\n  time: day\n  measures: {spend: cost}\n"
    _, mistakes = loaded(head + more)
    assert [mistake.code for mistake in mistakes] == [code]
