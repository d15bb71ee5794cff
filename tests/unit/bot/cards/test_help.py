"""What the help card and the lists tell people to say is understood when they say it."""

import re

import pytest

from bot.cards.board import alerts_card
from bot.cards.help import help_card
from bot.chat.card import Buttons, Facts
from bot.commands.command import (
    Ack,
    Alerts,
    Ask,
    Assign,
    Board,
    Cause,
    Close,
    Define,
    Digest,
    Done,
    Drivers,
    Duty,
    Escalate,
    Funnel,
    HandOff,
    Judge,
    Metrics,
    Mine,
    Mute,
    Mutes,
    Promise,
    Promises,
    Route,
    Show,
    Snooze,
    Why,
)
from bot.commands.lexicon import Lexicon
from bot.commands.parse import parse
from core.calendar.phrase import read_period
from tests.unit.bot.cards.office import NOW, an_alert, workspace

CATALOG = workspace().catalog
LEXICON = Lexicon.of(CATALOG.metrics.values(), CATALOG.dimensions.values(), workspace().people.values())


def said(tongue):
    facts = next(block for block in help_card(workspace(), tongue).blocks if isinstance(block, Facts)).facts
    lines = [re.split(r"\s*·\s*", fact.value.replace("@姓名", "@李伟").replace("@name", "@liwei")) for fact in facts]
    return [parse(example, LEXICON) for line in lines for example in line]


@pytest.mark.parametrize("tongue", ["zh", "en"])
def test_every_example_of_the_help_is_understood_as_what_it_stands_for(tongue):
    kinds = [type(command) for command in said(tongue)]
    assert kinds == [
        Ask,
        Ask,
        Ask,
        Alerts,
        Why,
        Ack,
        Snooze,
        Assign,
        Escalate,
        Close,
        Done,
        Promise,
        HandOff,
        Cause,
        Judge,
        Mine,
        Promises,
        Mute,
        Mutes,
        Route,
        Duty,
        Drivers,
        Funnel,
        Metrics,
        Define,
        Board,
        Digest,
    ]


@pytest.mark.parametrize("tongue", ["zh", "en"])
def test_the_periods_of_its_examples_are_periods(tongue):
    for command in said(tongue)[:3]:
        assert command.metrics == ("cvr",)
        read_period(command.period, NOW.replace(tzinfo=None), {})


@pytest.mark.parametrize("tongue", ["zh", "en"])
def test_the_deeds_of_its_examples_are_about_the_alert_they_name(tongue):
    for command in said(tongue):
        if getattr(command, "alert", None) is not None:
            assert command.alert.handle == "7f3k"
    snooze = next(command for command in said(tongue) if isinstance(command, Snooze))
    assert snooze.until in {"2h", "2小时"}
    assert next(command for command in said(tongue) if isinstance(command, Assign)).to == "liwei"


def test_a_button_of_the_list_opens_the_alert_that_it_names():
    buttons = next(
        block for block in alerts_card([an_alert()], workspace(), "zh", NOW).blocks if isinstance(block, Buttons)
    )
    command = parse(buttons.buttons[0].command, LEXICON)
    assert isinstance(command, Show)
    assert command.alert.handle == "7f3k"
