"""A sentence in either tongue, read into the one tree.

`scan` has turned words into tokens; the grammar gives them their shape, and here they get their meaning. Where words
leave a choice (下滑40%: is 40 % itself a fall by 40 %?) one reading is taken and *noted*: `check` tells the author.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from core.errors import Invalid, Mistake
from core.rules.meaning import Meaning
from core.rules.moves import Choice
from core.rules.scan import Names, scan
from core.rules.tree import Sentence
from core.rules.word import Word, mistake

if TYPE_CHECKING:
    from lark import Lark

MOST_LETTERS = 500  # longer sentences are nobody's rule, and nesting would exhaust the stack
MOST_BRACKETS = 40


@dataclass(frozen=True, slots=True)
class Parsed:
    """The tree, and where one reading was chosen of several that the words allow."""

    sentence: Sentence
    choices: frozenset[Choice] = frozenset()


def parse(written: str, names: Names, file: str = "") -> Sentence:
    """Return the tree of a sentence, or raise Invalid with every mistake and its place."""
    return understand(written, names, file).sentence


def understand(written: str, names: Names, file: str = "") -> Parsed:
    """Return the tree together with the choices made in reading it."""
    if len(written) > MOST_LETTERS or written.count("(") + written.count("（") > MOST_BRACKETS:
        raise Invalid([mistake("rule-too-long", written, 0, len(written), file, most=str(MOST_LETTERS))])
    words = scan(written, names, file)
    if not words:
        raise Invalid([mistake("rule-empty", written, 0, len(written), file)])
    tree_of_tokens = _shape(words, written, file)
    reading = Meaning(written, file)
    condition = reading.sentence(tree_of_tokens)
    return Parsed(Sentence(condition, tuple(reading.by)), frozenset(reading.choices))


# --- the shape -------------------------------------------------------------------------------------------------


@cache
def _parser() -> Lark:
    from lark import Lark
    from lark.lexer import Lexer

    class Passed(Lexer):
        """The words have been found already; the grammar only looks at their kinds."""

        def __init__(self, conf: Any) -> None:
            """Take nothing from the grammar."""

        def lex(self, lexer_state: Any, parser_state: Any = None) -> Iterator[Any]:
            del parser_state
            return iter(lexer_state)

    grammar = resources.files("core.rules").joinpath("grammar.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", lexer=Passed, maybe_placeholders=False)


def _shape(words: list[Word], written: str, file: str) -> Any:
    from lark import Token, UnexpectedToken

    tokens = [Token(word.kind, word) for word in words]
    try:
        return _parser().parse(tokens)
    except UnexpectedToken as error:
        expected = set(error.accepts or error.expected)
        word = error.token.value if isinstance(error.token.value, Word) else None
        raise Invalid([_unexpected(word, expected, written, file)]) from None


_WANTED = (
    # What to say was expected: the first of these that the grammar could have gone on with.
    ("rule-expected-condition", {"OPEN"}),
    ("rule-expected-comparison", {"COMPARISON"}),
    ("rule-expected-number", {"NUMBER"}),
    ("rule-expected-bracket", {"CLOSE"}),
    ("rule-expected-end", {"$END"}),
)


def _unexpected(word: Word | None, expected: set[str], written: str, file: str) -> Mistake:
    if word is not None and "$END" in expected and "NUMBER" not in expected and "OPEN" not in expected:
        expected = {"$END"}  # it could have ended here, whatever else might have followed
    code = next((code for code, kinds in _WANTED if kinds & expected), "rule-expected-end")
    if word is None:
        return mistake(f"{code}-at-end", written, len(written), len(written) + 1, file)
    return mistake(code, written, word.start, word.end, file, found=written[word.start : word.end])
