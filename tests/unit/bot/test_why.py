"""`beacon why`: files as people save them, and what is answered."""

from __future__ import annotations

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from bot.cli import cli
from bot.phrases import say
from bot.sliced import read_sliced
from bot.why import answer_json, answer_lines, kind_of, look
from core.attribution.attribute import Kind
from core.errors import Invalid, Missing, Problem

SIMPSON = "渠道,num,den,base_num,base_den\n微信,204,4000,500,10000\n抖音,132,12000,20,2000\n"


def file_of(tmp_path, text, encoding="utf-8"):
    file = tmp_path / "slices.csv"
    file.write_bytes(text.encode(encoding))
    return file


def broken(rows=4000, seed=0):
    """Return rows of three dimensions, of which `channel=c2 & region=r5` lost two thirds."""
    rng = np.random.default_rng(seed)
    lines = ["channel,region,device,actual,expected"]
    for _ in range(rows):
        channel, region, device = rng.integers(6), rng.integers(9), rng.integers(3)
        expected = rng.uniform(50, 500)
        actual = max(rng.normal(expected, 0.05 * expected), 0) * (0.33 if (channel, region) == (2, 5) else 1)
        lines.append(f"c{channel},r{region},d{device},{actual:.2f},{expected:.2f}")
    return "\n".join(lines)


def test_the_slice_that_broke_is_named_with_its_share(tmp_path):
    told = answer_json(look(file_of(tmp_path, broken()), Kind.SUM), "en")
    assert list(told) == ["causes", "mix", "rate", "unexplained", "sentence", "seconds"]
    (cause,) = told["causes"]
    assert list(cause) == ["slice", "delta", "contribution", "purity", "equivalent_to"]
    assert cause["slice"] == {"channel": "c2", "region": "r5"}
    assert told["unexplained"] == pytest.approx(1 - cause["contribution"])
    assert told["mix"] is told["rate"] is None
    assert "channel=c2 & region=r5 (−6" in told["sentence"]
    json.dumps(told, allow_nan=False)


@pytest.mark.parametrize(
    ("tongue", "said"), [("zh", "是结构变了，不是某个切片坏了"), ("en", "The mix shifted, no slice broke")]
)
@pytest.mark.parametrize("kind", [Kind.RATE, Kind.RATIO])
def test_simpsons_case_is_told_as_a_shift_of_the_mix(tmp_path, tongue, said, kind):
    told = answer_json(look(file_of(tmp_path, SIMPSON), kind), tongue)
    assert told["causes"] == []
    assert (told["mix"], told["rate"]) == pytest.approx((-0.0233333333, 0.001), abs=1e-9)
    assert said in told["sentence"]
    assert "渠道=抖音" in told["sentence"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_files_as_excel_saves_them_are_read(tmp_path, encoding):
    text = '渠道,实际,预期\r\n微信,1.2万,1.1万\r\n抖音,"3,000",9000\r\n邮件,,100\r\n'
    table = read_sliced(file_of(tmp_path, text, encoding), ("actual", "expected"))
    assert table.values == (("微信", "抖音", "邮件"),)
    assert table.measures["actual"].tolist() == [12_000, 3_000, 0]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "file-empty"),
        ("channel,actual,expected\n", "file-no-rows"),
        ("channel,actual\nw,1\n", "why-columns"),
        ("actual,expected\n1,2\n", "why-no-dimensions"),
        ("channel,channel,actual,expected\nw,x,1,2\n", "why-column-twice"),
        ("channel,actual,expected\nw,1,2\n", "why-one-slice"),
        ("channel,actual,expected\nw,0,0\nd,0,0\n", "why-all-zero"),
        (",".join(f"d{at}" for at in range(25)) + ",actual,expected\n" + "1," * 25 + "1,2\n" + "2," * 25 + "1,2\n",
         "why-many-dimensions"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_searched_says_why_in_both_tongues(tmp_path, text, code):
    with pytest.raises(Problem) as caught:
        look(file_of(tmp_path, text), Kind.SUM)
    assert caught.value.code == code
    for tongue in ("zh", "en"):
        assert say(code, tongue, **caught.value.facts)


def test_every_bad_cell_is_told_with_its_line(tmp_path):
    text = "channel,actual,expected\nw,nan,1\nd,abc,1\ne,-3,1\n"
    with pytest.raises(Invalid) as caught:
        look(file_of(tmp_path, text), Kind.SUM)
    told = [(one.code, one.facts["line"]) for one in caught.value.mistakes]
    assert told == [("why-not-number", 2), ("why-not-number", 3), ("why-below-zero", 4)]


def test_what_is_not_there_is_missing(tmp_path):
    with pytest.raises(Missing, match="file-missing"):
        look(tmp_path / "none.csv", Kind.SUM)
    with pytest.raises(Problem, match="why-kind"):
        kind_of("average")


def test_a_side_without_trials_is_refused(tmp_path):
    text = "c,num,den,base_num,base_den\na,1,0,1,10\nb,1,0,2,20\n"
    with pytest.raises(Problem, match="why-all-zero"):
        look(file_of(tmp_path, text), Kind.RATE)


def test_a_person_reads_the_sentence_the_evidence_and_the_exact_split(tmp_path):
    lines = list(answer_lines(look(file_of(tmp_path, SIMPSON), Kind.RATE), "en"))
    assert lines[0].startswith("The rate fell 51.5% against before, from 4.33% to 2.10%.")
    assert "rate +0.10 pp, mix −2.33 pp, together −2.23 pp" in lines[1]


def test_the_command_prints_json_and_refuses_without_a_traceback(tmp_path):
    said = CliRunner().invoke(cli, ["why", str(file_of(tmp_path, broken())), "--kind", "sum", "--json"])
    assert json.loads(said.stdout)["causes"][0]["slice"] == {"channel": "c2", "region": "r5"}


def test_ten_dimensions_are_searched_three_deep(tmp_path):
    rng = np.random.default_rng(4)
    lines = [",".join(f"d{at}" for at in range(10)) + ",actual,expected"]
    for _ in range(3000):
        codes = rng.integers(0, 4, 10)
        expected = rng.uniform(50, 150)
        factor = 0.2 if codes[1] == codes[4] == 2 else 1
        lines.append(",".join(map(str, codes)) + f",{rng.normal(expected, 4) * factor:.2f},{expected:.2f}")
    (cause,) = look(file_of(tmp_path, "\n".join(lines)), Kind.SUM).why.causes
    assert dict(cause.slice) == {"d1": "2", "d4": "2"}
