"""Cards of every shape that the model allows, and longer than any platform likes."""

from __future__ import annotations

from hypothesis import strategies as some

from bot.chat.card import Button, Buttons, Card, Fact, Facts, Picture, Prose, Table, Tone, Way, Ways
from tests.adapters.samples import FIGURE

words = some.text(some.characters(exclude_categories=["Cs", "Cc"], include_characters="\n<&>*`🔴"), max_size=60)
said = words.filter(str.strip)
long = some.builds(lambda text, times: text * times, said, some.sampled_from([1, 1, 30, 200]))
tones = some.sampled_from(Tone)


@some.composite
def tables(draw):
    columns = draw(some.integers(1, 4))
    cells = some.tuples(*[words.map(lambda text: text.replace("\n", " "))] * columns)
    return Table(draw(cells), tuple(draw(some.lists(cells, max_size=60))), tuple(range(1, columns)))


buttons = some.builds(Button, said, some.just("ack 7f3k@1"), some.sampled_from(["primary", "plain", "danger"]))
blocks = some.one_of(
    some.builds(Prose, long, some.sampled_from(["plain", "quiet", "strong"])),
    some.lists(some.builds(Fact, words, long, tones), max_size=25).map(lambda many: Facts(tuple(many))),
    tables(),
    some.just(Picture(FIGURE, "it fell")),
    some.lists(some.builds(Way, words.filter(str.strip), some.just("https://bi.cn/r?a=1&b=%28")), max_size=3).map(
        lambda many: Ways(tuple(many))
    ),
    some.lists(buttons, max_size=30).map(lambda many: Buttons(tuple(many))),
)
cards = some.builds(
    Card,
    long.map(lambda text: text.replace("\n", " ")),
    some.sampled_from(["zh", "en"]),
    tones,
    some.lists(blocks, max_size=12).map(tuple),
    words,
)
