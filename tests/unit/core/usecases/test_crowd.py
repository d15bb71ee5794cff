"""A storm on the whole road: few messages, nothing lost, and one press for all of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.cards.storm import storm_card
from bot.chat.card import Buttons
from bot.chat.plain import plain
from bot.chat.request import Request
from bot.commands.dispatch import answer
from core.alerts.alert import Stage
from core.alerts.condition import observe
from core.alerts.holds import HoldKind
from core.errors import Missing
from core.labels import Labels, Matcher
from core.notices.group import Group
from core.notices.notice import EVERYWHERE, Kind, Place
from core.people.person import Duty, Right
from core.routing.decide import decide
from core.routing.storm import group_id
from core.rules.finding import State
from core.rules.rule import Severity
from core.usecases.crowd import Seen, ack_all, find_group, snooze_slice
from core.usecases.deliver import deliver
from core.usecases.tell import inhibited, tell
from core.usecases.watch import watch
from tests.builders import BOARD, TODAY, WAR_ROOM, YESTERDAY, a_finding, a_person, a_rule, a_workspace, verdicts
from tests.fakes import a_world

CHANNELS = tuple(f"c{place:02}" for place in range(20))


def a_crowded_workspace():
    """Twenty channels with an owner each, who lead to one boss; a critical rule and a warning."""
    people = {"boss": a_person("boss", right=Right.MANAGE)}
    for channel in CHANNELS:
        duty = Duty("channel_lead", (Matcher("channel", (channel,)),))
        people[f"p-{channel}"] = a_person(f"p-{channel}", duties=(duty,), lead="boss")
    rules = (a_rule("grave"), a_rule("mild", severity=Severity.WARNING))
    return a_workspace(rules=rules, people=people)


def slices(count, rule):
    return [
        Labels.of({"channel": CHANNELS[place % len(CHANNELS)], "campaign": str(place), "source": "ads_api"})
        for place in range(count)
        if (place % 10 == 0) is (rule == "grave")
    ]


@pytest.fixture
async def world():
    async with a_world() as world:
        yield world


@pytest.fixture
def workspace():
    return a_crowded_workspace()


async def evaluate(world, workspace, count, state=State.BREACHED, period=YESTERDAY):
    found = [
        a_finding(0.8, state, period, labels, rule) for rule in ("grave", "mild") for labels in slices(count, rule)
    ]
    now = world.clock.now()
    async with world.store.begin() as tx:
        changes = observe(await tx.latest(["grave", "mild"]), verdicts(*found, rules=workspace.rules), now)
        decision = decide(changes, workspace.rules, workspace.routes, await tx.holds(), workspace.people, now)
        await tell(tx, decision, now)
    return decision.changes


async def say(world, workspace):
    world.messenger.said.clear()
    while await deliver(workspace, world):
        pass
    return world.messenger.said


async def the_storm(world, to=WAR_ROOM):
    async with world.store.begin() as tx:
        found = await tx.groups([alert.id for alert in await tx.open()], [], world.clock.now())
        return await tx.gathered(next(group.id for group in found if group.to == to))


async def test_500_alerts_of_one_run_are_at_most_three_messages_a_chat_and_none_is_lost(world, workspace):
    changes = await evaluate(world, workspace, 500)
    assert len(changes) == 500
    said = await say(world, workspace)
    calls = [str(one.to) for one in said if one.kind is not Kind.STATE]
    assert max(calls.count(to) for to in set(calls)) <= 3
    critical = {change.after.owner for change in changes if change.after.severity is Severity.CRITICAL}
    assert set(calls[: len(critical)]) == critical, "each critical owner is told before anybody else"
    async with world.store.begin() as tx:
        alerts = await tx.open()
        groups = await tx.groups([alert.id for alert in alerts], [], world.clock.now())
        told = {(str(group.to), id) for group in groups for id in group.alerts}
        for alert in alerts:
            assert (alert.owner, alert.id) in told
            assert await tx.deliveries(alert.id), "why says who was told"
    in_chat = {id for to, id in told if to == str(WAR_ROOM)} | {id for to, id in told if to.startswith("web")}
    assert in_chat == {alert.id for alert in alerts}


async def test_500_recoveries_edit_the_cards_and_call_nobody(world, workspace):
    await evaluate(world, workspace, 500)
    await say(world, workspace)
    world.clock.tick(hours=3)
    await evaluate(world, workspace, 500, State.CALM, TODAY)
    said = await say(world, workspace)
    assert {one.kind for one in said} == {Kind.STATE}
    cards = [(one.to, one.place) for one in said]
    assert len(cards) == len(set(cards)), "each card is edited once"
    card = storm_card(await the_storm_of_all(world), workspace, "en", world.clock.now())
    assert "are over" in plain(card)


async def the_storm_of_all(world):
    async with world.store.begin() as tx:
        alerts = [alert.id for alert in (await tx.latest(["grave", "mild"])).values()]
        found = await tx.groups(alerts, [], world.clock.now())
        return await tx.gathered(next(group.id for group in found if group.to == WAR_ROOM))


async def test_escalations_of_a_storm_reach_the_boss_as_one(world, workspace):
    await evaluate(world, workspace, 200)
    await say(world, workspace)
    world.clock.tick(minutes=31)
    await watch(workspace, world)
    heard = [(one.kind, one.to) for one in await say(world, workspace) if one.kind is not Kind.STATE]
    assert heard == [(Kind.ESCALATION, "boss")]


async def test_one_press_takes_all_that_its_reader_saw(world, workspace):
    await evaluate(world, workspace, 200)
    await say(world, workspace)
    storm = await the_storm(world)
    seen = Seen(len(storm.alerts), storm.version)
    done = await ack_all(storm.group.handle, seen, workspace.people["boss"], "slack", world, workspace)
    assert len(done.changes) == len(storm.alerts)
    after = await the_storm(world)
    assert {alert.handling.by for alert in after.alerts} == {"boss"}
    assert {alert.escalation.next_at for alert in after.alerts} == {None}
    assert [one.place for one in await say(world, workspace) if one.place == WAR_ROOM] == [WAR_ROOM], "one edit"
    again = await ack_all(storm.group.handle, seen, workspace.people["p-c00"], "slack", world, workspace)
    assert again.changes == (), "what somebody has is not taken from them"


async def test_what_came_after_the_card_is_left_alone(world, workspace):
    await evaluate(world, workspace, 200)
    storm = await the_storm(world)
    done = await ack_all(storm.group.handle, Seen(3, 0), workspace.people["boss"], "slack", world, workspace)
    assert len(done.changes) == 3


async def test_what_got_worse_while_the_card_was_old_is_left_alone(world, workspace):
    await evaluate(world, workspace, 200)
    storm = await the_storm(world, BOARD)
    seen = Seen(len(storm.alerts), storm.version)
    worse = a_workspace(
        rules=(a_rule("grave"), a_rule("mild", severity=Severity.CRITICAL)),
        people=workspace.people,
    )
    await evaluate(world, worse, 50, period=TODAY)
    done = await ack_all(storm.group.handle, seen, workspace.people["boss"], "slack", world, workspace)
    assert not {alert.id for alert in done.stale} & {change.after.id for change in done.changes}
    assert len(done.stale) == 45
    fell = [alert for alert in (await the_storm(world, BOARD)).alerts if alert.handling.stage is Stage.OPEN]
    assert {alert.id for alert in fell} == {alert.id for alert in done.stale}


async def test_a_slice_is_snoozed_and_its_end_is_one_message(world, workspace):
    await evaluate(world, workspace, 200)
    await say(world, workspace)
    storm = await the_storm(world)
    until = world.clock.now() + timedelta(hours=2)
    done = await snooze_slice(storm.group.handle, None, until, workspace.people["boss"], None, world, workspace)
    assert len(done.changes) == len(storm.alerts), "all of them share the source"
    world.clock.tick(hours=2)
    await watch(workspace, world)
    said = [one for one in await say(world, workspace) if one.kind is not Kind.STATE]
    assert [one.kind for one in said if one.place == WAR_ROOM] == [Kind.HOLD_ENDED]


async def test_the_end_of_a_storm_moves_no_escalation_and_calls_nobody(world, workspace):
    await evaluate(world, workspace, 200)
    await say(world, workspace)
    before = {alert.id: alert.escalation for alert in (await the_storm(world)).alerts}
    world.clock.tick(minutes=11)
    await watch(workspace, world)
    assert {alert.id: alert.escalation for alert in (await the_storm(world)).alerts} == before
    assert {one.kind for one in await say(world, workspace)} <= {Kind.STATE}


async def test_a_group_that_nobody_knows_is_missing(world):
    with pytest.raises(Missing, match="unknown-group"):
        await find_group("nonesuch", world)


# --- the card and its commands ---------------------------------------------------------------------------


def said_by(person, text, workspace):
    return Request(text, Place("slack", "C123"), person, "en", workspace.people.get(person))


async def test_each_button_of_a_storm_s_card_is_a_command_that_works(world, workspace):
    await evaluate(world, workspace, 200)
    storm = await the_storm(world)
    card = storm_card(storm, workspace, "en", world.clock.now())
    assert "share source=ads_api" in plain(card)
    buttons = [button for block in card.blocks if isinstance(block, Buttons) for button in block.buttons]
    verbs = [button.command.split()[2] for button in buttons]
    assert verbs == ["ack", "mine", "snooze", "list"]
    titles = {}
    for button in reversed(buttons):
        reply = await answer(said_by("p-c01", button.command, workspace), workspace, world)
        titles[button.command.split()[2]] = (reply.cards[0].title, reply.is_private)
    mine = sum(alert.owner == "p-c01" for alert in storm.alerts)
    assert titles == {
        "list": (f"{len(storm.alerts)} open alerts", True),
        "snooze": (f"{len(storm.alerts)} alerts are quiet for now", False),
        "mine": (f"{mine} open alerts" if mine else "No open alerts", True),
        "ack": (f"{len(storm.alerts)} alerts taken on", False),
    }
    shown = await answer(said_by("p-c01", f"storm {storm.group.handle}", workspace), workspace, world)
    assert f"{len(storm.alerts)} taken on" in plain(shown.cards[0])


async def test_who_may_only_read_cannot_take_a_storm(world, workspace):
    await evaluate(world, workspace, 200)
    storm = await the_storm(world)
    reply = await answer(said_by("stranger", f"storm {storm.stamp} ack", workspace), workspace, world)
    assert reply.is_private
    assert {alert.handling.stage for alert in (await the_storm(world)).alerts} == {Stage.OPEN}
    listed = await answer(said_by("stranger", f"storm {storm.stamp} list", workspace), workspace, world)
    assert "open alerts" in listed.cards[0].title
    lost = await answer(said_by("stranger", "storm", workspace), workspace, world)
    assert "Which group" in plain(lost.cards[0])


async def test_an_owner_s_own_card_names_them_and_their_step(world, workspace):
    await evaluate(world, workspace, 200)
    theirs = await the_storm(world, "p-c00")
    card = storm_card(theirs, workspace, "zh", world.clock.now())
    assert card.title == f"你有 {len(theirs.alerts)} 条预警"
    world.clock.tick(minutes=31)
    await watch(workspace, world)
    async with world.store.begin() as tx:
        found = await tx.groups([theirs.alerts[0].id], [], world.clock.now())
        boss = await tx.gathered(next(group.id for group in found if group.to == "boss"))
        (delivery,) = [one for one in await tx.deliveries(theirs.alerts[0].id) if one.notice.kind is Kind.ESCALATION]
    assert "level 1" in plain(storm_card(boss, workspace, "en", world.clock.now(), notice=delivery.notice))
    assert delivery.to != EVERYWHERE


async def one_run(world, workspace, first, last):
    """Let alerts of a run of its own fire, for the slices of these numbers."""
    found = [a_finding(0.8, labels=labels, rule="mild") for labels in slices(100, "mild")[first:last]]
    now = world.clock.now()
    async with world.store.begin() as tx:
        changes = observe(await tx.latest(["mild"]), verdicts(*found, rules=workspace.rules), now)
        new = [change for change in changes if change.before is None]
        decision = decide(new, workspace.rules, workspace.routes, await tx.holds(), workspace.people, now)
        await tell(tx, decision, now)


async def in_the_board(world, workspace):
    return [one for one in await say(world, workspace) if one.to == BOARD and one.kind is not Kind.STATE]


async def test_a_storm_that_comes_over_several_runs_is_one_card_too(world, workspace):
    for run in range(3):
        await one_run(world, workspace, run * 3, run * 3 + 3)
        assert len(await in_the_board(world, workspace)) == 3, "nine within a minute are told one by one"
        world.clock.tick(seconds=15)
    await one_run(world, workspace, 9, 12)
    assert len(await in_the_board(world, workspace)) == 1, "with the tenth and on they are one card"
    assert len((await the_storm(world, BOARD)).alerts) == 12, "on which the nine stand as well"
    world.clock.tick(seconds=30)
    await one_run(world, workspace, 12, 20)
    assert await in_the_board(world, workspace) == [], "more only edit it"
    assert len((await the_storm(world, BOARD)).alerts) == 20


async def test_ten_within_a_minute_and_ten_after_it_are_no_storm(world, workspace):
    await one_run(world, workspace, 0, 10)
    assert len(await in_the_board(world, workspace)) == 10
    world.clock.tick(seconds=61)
    await one_run(world, workspace, 10, 20)
    assert len(await in_the_board(world, workspace)) == 10


async def test_what_is_taken_on_a_card_of_many_still_waits_for_its_cause(world, workspace):
    causal = replace(workspace, rules=(a_rule("grave", inhibits=("mild",)), workspace.rules[1]))
    labels = Labels.of({"channel": "c00", "campaign": "0", "source": "ads_api"})
    now = world.clock.now()
    found = [a_finding(0.8, labels=labels, rule=rule) for rule in ("grave", "mild")]
    async with world.store.begin() as tx:
        changes = observe({}, verdicts(*found, rules=causal.rules), now)
        changes, causes, held = await inhibited(tx, changes, (), causal, now)
        decision = decide(changes, causal.rules, causal.routes, held, causal.people, now)
        await tell(tx, decision, now, causes)
        alerts = {alert.fingerprint.rule: alert for alert in await tx.open()}
        group = Group(group_id("g"), WAR_ROOM, now, now, tuple(alert.id for alert in alerts.values()))
        await tx.keep((), groups=[group], now=now)
        assert [hold.kind for hold in await tx.holds(alerts["mild"].id)] == [HoldKind.INHIBITED]
    done = await ack_all(group.handle, None, causal.people["boss"], "web", world, causal)
    assert len(done.changes) == 2, "what a cause did to others is not what its reader did"
    async with world.store.begin() as tx:
        assert [hold.kind for hold in await tx.holds(alerts["mild"].id)] == [HoldKind.INHIBITED], (
            "it still depends on it"
        )
