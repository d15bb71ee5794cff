"""Words overheard in an alert's thread: ours are those that commands open with."""

import pytest

from bot.chat.overheard import CHINESE, ENGLISH, is_meant_for_us
from bot.commands.verbs import opening


@pytest.mark.parametrize("word", [*sorted(ENGLISH), *CHINESE])
def test_every_word_we_listen_for_opens_a_command(word):
    assert opening(word) is not None
    assert is_meant_for_us(f"{word} 7f3k")


@pytest.mark.parametrize("talk", ["", "大家早", "I acked it", "closing time", "takeaway for lunch?"])
def test_people_s_talk_is_not_for_us(talk):
    assert not is_meant_for_us(talk)
