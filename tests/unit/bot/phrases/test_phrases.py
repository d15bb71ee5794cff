"""Both tongues say the same things, and every code that anybody uses has its sentence."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax import ast as ftl
from fluent.syntax.visitor import Visitor

import bot
import core
from bot.cards.choose import ACTIONS, CAUSES
from bot.phrases import say
from bot.phrases.mistakes import written
from bot.phrases.phrases import UnsaidWarning, has_phrase, source
from core.alerts.alert import Feedback, Phase, Reason, Stage
from core.alerts.work import Answer
from core.calendar.grain import Grain
from core.errors import Mistake, Where
from core.metrics.metric import Direction, How
from core.notices.notice import Kind
from core.notices.outbox import Status
from core.quantity import Unit
from core.rules.rule import Severity
from core.text import TONGUES
from core.usecases.ask import Absent

ROOTS = [Path(room.__file__).parent for room in (core, bot)]
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for root in ROOTS for path in root.rglob("*.py")}
RAISING = {"Problem", "Missing", "Forbidden", "Unavailable", "Mistake", "Doubt", "_doubt", "mistake", "_fault"}


class Blanks(Visitor):
    def __init__(self):
        self.names = set()

    def visit_VariableReference(self, node):  # noqa: N802 - Fluent's own name
        self.names.add(node.id.name)


@cache
def phrases(tongue):
    """Return the blanks of every phrase."""
    found = {}
    for entry in FluentParser().parse(source(tongue)).body:
        assert not isinstance(entry, ftl.Junk), entry.content
        if isinstance(entry, ftl.Message):
            assert entry.id.name not in found, f"{entry.id.name} is there twice"
            blanks = Blanks()
            blanks.visit(entry.value)
            found[entry.id.name] = blanks.names
    return found


def calls(*names):
    """Yield (file, the first argument) of every call of a function of one of these names."""
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args:
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if called in names:
                    yield path, node.args[0]


def literals(node):
    """Return the strings that an expression may be, as patterns: an f-string's holes stand for any word."""
    match node:
        case ast.Constant(str() as value):
            return [re.escape(value)]
        case ast.IfExp(_, yes, no):
            return literals(yes) + literals(no)
        case ast.JoinedStr(parts):
            return ["".join(re.escape(p.value) if isinstance(p, ast.Constant) else "[a-z0-9-]+" for p in parts)]
    return []


def known(pattern):
    return any(re.fullmatch(pattern, code) for code in phrases("en"))


def test_both_tongues_have_the_same_phrases_with_the_same_blanks():
    assert phrases("zh") == phrases("en")


def test_every_problem_and_mistake_has_its_sentence():
    codes = {pattern for _, argument in calls(*RAISING) for pattern in literals(argument)}
    assert len(codes) > 60
    assert {code for code in codes if not known(code)} == set()


def test_every_mistake_that_a_reader_notes_has_its_sentence():
    codes = {p for _, argument in calls("note", "_wanted", "refuse", "_mistake") for p in literals(argument)}
    assert {code for code in codes if not known(code)} == set()


def test_every_code_that_a_function_hands_back_has_its_sentence():
    returns = [node.value for path, tree in TREES.items() if "core" in path.parts for node in ast.walk(tree)
               if isinstance(node, ast.Return) and node.value]  # fmt: skip
    codes = {code for value in returns for code in literals(value) if re.fullmatch(r"[a-z]+(\\-[a-z]+)+", code)}
    assert len(codes) >= 3
    # Why a column was left out is said after `init-`.
    assert {code for code in codes if not known(code) and not known(f"init-{code}")} == set()


def test_every_phrase_that_is_said_is_there():
    codes = {pattern for _, argument in calls("say") for pattern in literals(argument)}
    assert len(codes) > 100
    assert {code for code in codes if not known(code)} == set()


def test_every_thing_that_can_happen_to_an_alert_has_its_sentence():
    kinds = {"ack-renewed", "acked"}  # chosen by a name of its own
    for path, tree in TREES.items():
        if "alerts" in path.parts or "routing" in path.parts or "usecases" in path.parts:
            for node in ast.walk(tree):
                # A happening is a pair of its kind and its facts.
                match node:
                    case ast.Tuple(
                        [ast.Constant(str() as kind), ast.Dict() | ast.BinOp() | ast.Name(id="facts" | "news")]
                    ):
                        kinds.add(kind)
    assert {"acked", "snoozed", "escalated", "recovered"} <= kinds
    assert {kind for kind in kinds if not has_phrase(f"event-{kind}")} == set()


def test_every_reason_of_a_decision_has_its_sentence():
    codes = {pattern for _, argument in calls("Line") for pattern in literals(argument)}
    codes = {code for code in codes if code.isascii()}
    assert {"matched", "told"} <= codes
    assert {code for code in codes if not known(f"trace-{code}")} == set()


@pytest.mark.parametrize(
    ("prefix", "values"),
    [
        ("severity", [one.name.lower() for one in Severity]),
        ("reason", Reason),
        ("kind", Kind),
        ("feedback", Feedback),
        ("cause", CAUSES),
        ("action", ACTIONS),
        ("proposal", [Answer.PROPOSED, Answer.APPROVED, Answer.REJECTED]),
        ("status", Status),
        ("grain", Grain),
        ("span", Grain),
        ("unit", Unit),
        ("direction", Direction),
        ("how", How),
        ("answer-absent", Absent),
        ("state", [Stage.OPEN, Stage.ACKED, Stage.CLOSED, Phase.PENDING, Phase.CLEARING, Phase.UNKNOWN]),
    ],
)
def test_every_value_that_is_shown_has_its_word(prefix, values):
    for value in values:
        for tongue in TONGUES:
            assert has_phrase(f"{prefix}-{value}", tongue)


def test_no_phrase_is_empty_and_none_ends_in_a_space():
    for tongue in TONGUES:
        for line in source(tongue).splitlines():
            assert line == line.rstrip()


def test_chinese_sentences_end_as_chinese_does():
    for line in source("zh").splitlines():
        assert not re.search(r"[一-鿿]\s*[,;:!?]($|[一-鿿])", line), line


def test_a_missing_phrase_is_loud_here_and_still_says_something():
    with pytest.warns(UnsaidWarning):
        assert say("no-such-code", "en", file="a.csv", line=3) == "no-such-code (file=a.csv, line=3)"
    with pytest.warns(UnsaidWarning):
        assert say("no-such-code", "zh") == "no-such-code"


def test_a_missing_blank_is_loud_here_and_still_says_something():
    with pytest.warns(UnsaidWarning):
        assert say("unknown-metric", "en", nam="roi") == "unknown-metric (nam=roi)"


def test_a_suggestion_is_said_after_any_sentence():
    assert say("unknown-dimension", "zh", name="渠到", suggestion="渠道") == "没有维度“渠到”。是不是“渠道”？"


def test_counts_have_their_own_forms():
    assert say("alerts-title", "en", count=0) == "No open alerts"
    assert say("alerts-title", "en", count=1) == "1 open alert"
    assert say("alerts-title", "en", count=3) == "3 open alerts"
    assert say("alerts-title", "zh", count=3) == "3 条未关闭的预警"


def test_a_year_is_not_grouped_like_a_count():
    assert "in 2031 " in say("event-year-unknown", "en", event="618", year=2031, known="2026")
    assert "8,080" not in say("cannot-listen", "zh", host="0.0.0.0", port=8080)  # noqa: S104 - only said


def test_a_mistake_without_a_place_is_its_sentence():
    assert written([Mistake("rule-empty")], "en") == say("rule-empty", "en")


def test_a_mistake_in_no_line_names_its_file():
    said = written([Mistake("file-not-utf8", {"file": "a.yaml"}, Where("a.yaml", 1, 1))], "en")
    assert said == "a.yaml:1:1\n a.yaml is not written in UTF-8. Save it as UTF-8."


def test_carets_stand_below_chinese_words():
    where = Where("rules.yaml", 2, 9, 4, "  when: 曝光亮环比下滑")
    lines = written([Mistake("rule-unknown-word", {"said": "曝光亮环"}, where)], "zh").splitlines()
    assert lines[0] == "rules.yaml:2:9"
    assert lines[-1].endswith("^^^^^^^^")
