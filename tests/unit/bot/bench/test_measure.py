"""What the benchmark promises besides times: that it measured something, and that all three found the same."""

import json

import pytest
from typer.testing import CliRunner

from bot.bench.data import asked
from bot.bench.measure import _compare, lines, measure
from bot.bench.peak import Peak
from bot.cli import cli
from core.errors import Problem


def test_the_rules_are_of_four_kinds_in_turn_and_no_two_alike():
    rules = asked(40)
    assert [each.kind for each in rules[:5]] == ["static", "change", "ratio", "usual", "static"]
    assert len({each.sentence for each in rules}) == 40


def test_ours_and_a_query_for_each_rule_and_a_scan_find_the_same():
    told = []
    measured = measure(300, 24, 40, lambda what, share: told.append((what, share)))
    assert measured.breaches > 20
    assert min(measured.cold_seconds, measured.warm_seconds, measured.scan_seconds, measured.peak_bytes) > 0
    assert next(lines(measured)) == f"300 slices, 24 rules, 40 days: {measured.breaches} breaches, by all three"
    shares = [share for _, share in told]
    assert shares == sorted(shares)


def test_the_command_prints_what_it_promises():
    said = CliRunner().invoke(cli, ["bench", "evaluate", "--slices", "20", "--rules", "4", "--days", "3", "--json"])
    promised = {"cold_seconds", "warm_seconds", "rules_seconds", "per_rule_sql_seconds", "scan_seconds", "peak_bytes"}
    assert promised <= json.loads(said.stdout).keys()


@pytest.mark.parametrize(
    ("theirs", "scanned", "code"),
    [({("r1", "c1")}, {"spend": 5.0}, "bench-breaches-differ"), (set(), {"spend": 5.1}, "bench-sums-differ")],
)
def test_a_measurement_that_found_something_else_is_void(theirs, scanned, code):
    with pytest.raises(Problem) as caught:
        _compare(set(), theirs, {"spend": 5.0}, scanned)
    assert caught.value.code == code


def test_memory_that_is_taken_is_seen():
    peak = Peak()
    held = bytearray(b"x" * 50_000_000)
    assert peak.bytes() >= len(held) * 0.9
