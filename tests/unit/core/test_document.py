"""Strict YAML: what is read, what is refused, and where the caret stands."""

from datetime import date, time, timedelta
from decimal import Decimal

import pytest

from core import document
from core.calendar.grain import Grain
from core.document import Fields, Mapped, Mistakes, Scalar
from core.errors import Mistake, Where
from core.text import Text


def parsed(text: str) -> tuple[document.Node | None, Mistakes]:
    mistakes: Mistakes = []
    return document.parse(text, "rules.yaml", mistakes), mistakes


def fields(text: str) -> Fields:
    node, mistakes = parsed(text)
    assert isinstance(node, Mapped)
    return Fields(node, mistakes)


def read(reader: document.Read, text: str) -> tuple[object, list[str]]:
    node, mistakes = parsed(text)
    assert node is not None
    return reader(node, mistakes), [mistake.code for mistake in mistakes]


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("a: b: c", "yaml-colon", 1, 5),
        ("a: [1, 2\nb: 3", "yaml-unclosed-bracket", 2, 2),
        ("b: 3\na: 'x\nc: 1", "yaml-unclosed-quote", 2, 4),
        ("a:\n\t- b", "yaml-tab", 2, 1),
        ("a: 1\nb: 2\na: 3", "duplicate-key", 3, 1),
        ("a: &x [1]\nb: *x", "yaml-anchor", 1, 4),
        ("a: *y", "yaml-anchor", 1, 4),
        ("a\n---\nb", "yaml-many-documents", 2, 1),
        ("a:\n    b: 1\n  c: 2", "yaml-indent", 3, 3),
        ("{{a}}: 1", "wanted-key", 1, 2),
        ("a: !python/object:os.system x", "yaml-tag", 1, 4),
        ("b: 1\na: \x01", "yaml-character", 2, 1),
        ("[" * 20_000 + "]" * 20_000, "yaml-too-deep", 1, 1),
        ("@x: 1", "yaml-syntax", 1, 1),
    ],
)
def test_what_is_not_plain_yaml_is_a_mistake_with_its_place(text, code, line, column):
    _, mistakes = parsed(text)
    assert mistakes[0].code == code
    assert mistakes[0].where is not None
    assert (mistakes[0].where.line, mistakes[0].where.column) == (line, column)


@pytest.mark.parametrize("text", ["", "\n", "# only a remark\n", "\ufeff"])
def test_an_empty_file_is_no_mistake(text):
    assert parsed(text) == (None, [])


def test_words_that_yaml_would_turn_into_something_else_stay_words():
    node, _ = parsed("[no, on, 12:30, 0x10, 1_000, ~]")
    assert isinstance(node, document.Listing)
    assert [item.text for item in node.items] == ["no", "on", "12:30", "0x10", "1_000", "~"]


def test_a_rule_with_three_mistakes_tells_all_three_at_once():
    wrong = fields("title: x\nseverty: critical\nfor: soon\nsop: {}\n")
    wrong.need("rule", document.words, "")
    wrong.take("title", document.text, Text.same(""))
    wrong.take("severity", document.words, "")
    wrong.take("for", document.duration, timedelta())
    wrong.take("sop", document.listing(document.text), ())
    assert not wrong.close()
    assert [(mistake.code, dict(mistake.facts)) for mistake in wrong.mistakes] == [
        ("missing-key", {"key": "rule"}),
        ("wanted-duration", {"value": "soon"}),
        ("missing-key", {"key": "en"}),
        ("missing-key", {"key": "zh"}),
        ("unknown-key", {"key": "severty", "suggestion": "severity"}),
    ]


def test_a_key_far_from_every_known_one_gets_no_suggestion():
    wrong = fields("qqqq: 1")
    wrong.take("severity", document.words, "")
    wrong.close()
    assert dict(wrong.mistakes[0].facts) == {"key": "qqqq"}


def test_mistakes_of_an_item_before_do_not_spoil_the_next():
    node, mistakes = parsed("- {rule: a, x: 1}\n- {rule: b}\n")
    right = []
    for _, one in document.items(node, ["rule"], mistakes):
        one.need("rule", document.words, "")
        right.append(one.close())
    assert right == [False, True]


@pytest.mark.parametrize(
    ("reader", "text", "value"),
    [
        (document.words, "wechat ", "wechat"),
        (document.text, "渠道", Text.same("渠道")),
        (document.text, "{en: channel, zh: 渠道}", Text(en="channel", zh="渠道")),
        (document.number, "1,200.50", Decimal("1200.50")),
        (document.number, "2.5%", Decimal("0.025")),
        (document.number, "-3 ％", Decimal("-0.03")),
        (document.whole, "300", 300),
        (document.flag, "true", True),
        (document.flag, "false", False),
        (document.day, "2026-06-18", date(2026, 6, 18)),
        (document.clock, "9:05", time(9, 5)),
        (document.duration, "1d12h", timedelta(hours=36)),
        (document.duration, "2w", timedelta(days=14)),
        (document.member(Grain), "hour", Grain.HOUR),
        (document.listing(document.words), "[a, b]", ("a", "b")),
        (document.listing(document.words), "a", ("a",)),
        (document.mapping(document.number), "{a: 1, b: 2}", {"a": Decimal(1), "b": Decimal(2)}),
        (document.record(lambda one: one.need("a", document.words, "")), "{a: x}", "x"),
    ],
)
def test_readers_read(reader, text, value):
    assert read(reader, text) == (value, [])


@pytest.mark.parametrize(
    ("reader", "text", "code"),
    [
        (document.words, "''", "wanted-words"),
        (document.words, "~", "wanted-words"),
        (document.words, "[a]", "wanted-words"),
        (document.text, "{en: a}", "missing-key"),
        (document.number, "12万块", "wanted-number"),
        (document.number, ".nan", "wanted-number"),
        (document.number, "1,20", "wanted-number"),
        (document.whole, "-1", "wanted-whole"),
        (document.whole, "２", "wanted-whole"),
        (document.flag, "yes", "wanted-flag"),
        (document.day, "2026-02-30", "wanted-date"),
        (document.day, "18/06/2026", "wanted-date"),
        (document.clock, "24:00", "wanted-time"),
        (document.duration, "2 fortnights", "wanted-duration"),
        (document.duration, "[2h]", "wanted-duration"),
        (document.member(Grain), "[day]", "unknown-value"),
        (document.listing(document.number), "[1, x]", "wanted-number"),
        (document.mapping(document.number), "{a: x}", "wanted-number"),
        (document.mapping(document.number), "7", "wanted-mapping"),
        (document.record(lambda one: one.close()), "7", "wanted-mapping"),
        (document.record(lambda _: True), "{a: 1}", "unknown-key"),
    ],
)
def test_readers_note_what_they_cannot_read(reader, text, code):
    assert read(reader, text) == (None, [code])


def test_a_wrong_word_of_a_few_is_met_with_the_nearest_and_all_of_them():
    node, mistakes = parsed("weak")
    document.member(Grain)(node, mistakes)
    assert dict(mistakes[0].facts) == {
        "value": "weak",
        "options": "hour, day, week, month",
        "suggestion": "week",
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("rule: x", "wanted-list"),
        ("- x", "wanted-item"),
        ("- rul: x", "unknown-kind"),
        ("- {}", "unknown-kind"),
    ],
)
def test_a_file_that_is_no_list_of_its_kind_says_so(text, code):
    node, mistakes = parsed(text)
    assert list(document.items(node, ["rule"], mistakes)) == []
    assert [mistake.code for mistake in mistakes] == [code]


def test_an_empty_list_has_no_items():
    assert list(document.items(None, ["rule"], [])) == []
    assert list(document.items(parsed("~")[0], ["rule"], [])) == []


def test_a_place_is_found_for_a_value_and_for_the_whole():
    there = fields("a: 1\nb: xyz\n")
    assert there.has("b")
    assert not there.has("c")
    assert (there.where("b").line, there.where("b").column, there.where("b").width) == (2, 4, 3)
    assert there.where("c") == there.where() == there.node.where


@pytest.mark.parametrize(
    ("written", "column"),
    [
        ("when: 转化率 < 5", 7),
        ("when: '转化率 < 5'", 8),
        ('when: "\\u8f6c化率 < 5"', 7),
        ("when: |\n  转化率 < 5", 7),
    ],
)
def test_a_place_inside_a_sentence_is_exact_unless_it_is_folded_or_escaped(written, column):
    sentence = fields(written).need("when", document.scalar, Scalar(Where("", 0, 0), ""))
    assert document.inside(sentence, 0, 3).column == column


def test_the_caret_stands_under_what_is_meant_though_chinese_is_twice_as_wide():
    where = Where("rules.yaml", 12, 7, 3, "when: 渠道R<1且预算")
    assert document.frame(where) == (
        "rules.yaml:12:7\n"  # 渠 and 道 take two columns each
        " 12 | when: 渠道R<1且预算\n"
        "    |       ^^^^^"
    )


def test_a_caret_after_chinese_is_moved_by_double_width():
    where = Where("r", 1, 3, 1, "渠道R")
    assert document.frame(where).splitlines()[2] == "   |     ^"


def test_an_accent_of_its_own_takes_no_room():
    assert document.display_width("e\u0301") == 1


def test_a_note_points_at_its_key():
    there = fields("a: 1\n")
    there.note("unknown-metric", "a", name="1")
    assert there.mistakes == [Mistake("unknown-metric", {"name": "1"}, there.where("a"))]


def test_a_file_that_ends_too_early_is_pointed_at_its_last_line():
    _, (mistake,) = parsed("a: 1\nb: {")
    assert mistake.where is not None
    assert (mistake.where.line, mistake.where.column) == (2, 5)


def test_the_place_after_a_sentences_last_letter_is_known():
    sentence = fields("when: 花费 /").need("when", document.scalar, Scalar(Where("", 0, 0), ""))
    assert document.inside(sentence, 4, 1).column == 11
