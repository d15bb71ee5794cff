"""What one gives to another waits for a yes or a no; what is snoozed until it gets worse is heard of when it does."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.cards.alert import alert_card
from bot.chat.card import Buttons
from bot.chat.plain import plain
from bot.chat.request import Request
from bot.commands.dispatch import answer
from core.alerts.alert import Stage
from core.alerts.condition import observe
from core.errors import Problem
from core.labels import Labels
from core.metrics.catalog import Catalog
from core.metrics.load import builtin
from core.notices.notice import Kind, Place
from core.routing.decide import decide
from core.rules.rule import Severity
from core.usecases import respond
from core.usecases.deliver import deliver
from core.usecases.respond import Worse
from core.usecases.tell import tell
from core.usecases.watch import next_due, watch
from tests.builders import TODAY, YESTERDAY, a_finding, a_rule, a_workspace, verdicts
from tests.fakes import a_world


@pytest.fixture
async def world():
    async with a_world() as world:
        yield world


@pytest.fixture
def workspace():
    return a_workspace(catalog=Catalog(builtin().metrics, builtin().dimensions))


async def evaluate(world, workspace, value=0.8, period=YESTERDAY):
    finding = a_finding(value, period=period, labels=Labels.of({"channel": "wechat"}))
    now = world.clock.now()
    async with world.store.begin() as tx:
        changes = observe(await tx.latest(["roi_drop"]), verdicts(finding, rules=workspace.rules), now)
        holds = await tx.holds()
        decision = decide(changes, workspace.rules, workspace.routes, holds, workspace.people, now, workspace.calendar)
        await tell(tx, decision, now)


async def say(world, workspace):
    world.messenger.said.clear()
    while await deliver(workspace, world):
        pass
    return world.messenger.heard()


async def present(world):
    async with world.store.begin() as tx:
        (alert,) = (await tx.latest(["roi_drop"])).values()
        return alert


async def give(world, workspace, to="bob", by="alice"):
    alert = await present(world)
    people = workspace.people
    return await respond.assign(alert.handle, alert.version, to, people[by], "slack", world, workspace)


@pytest.fixture
async def given(world, workspace):
    await evaluate(world, workspace)
    await give(world, workspace)
    await say(world, workspace)
    return await present(world)


async def test_what_is_given_waits_half_an_hour_for_an_answer(world, given):
    assert (given.owner, given.offered_by) == ("bob", "alice")
    assert given.answer_by == world.clock.now() + timedelta(minutes=30)


async def test_an_answer_may_wait_until_its_person_has_worked_for_half_an_hour(world):
    workspace = a_workspace(rules=(a_rule(severity=Severity.WARNING),))
    world.clock.moment = datetime(2026, 6, 18, 23, 0, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)
    await evaluate(world, workspace)
    await give(world, workspace)
    morning = datetime(2026, 6, 19, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert (await present(world)).answer_by == morning.astimezone(UTC)


async def test_who_accepts_has_it_and_nobody_is_called(world, workspace, given):
    await respond.accept(given.handle, given.version, workspace.people["bob"], "slack", world, workspace)
    alert = await present(world)
    assert (alert.owner, alert.offered_by, alert.answer_by) == ("bob", None, None)
    assert await say(world, workspace) == []


async def test_to_take_it_on_is_to_accept(world, workspace, given):
    await respond.ack(given.handle, given.version, workspace.people["bob"], "slack", world, workspace)
    assert (await present(world)).offered_by is None


async def test_who_declines_gives_it_back_and_the_giver_hears_why(world, workspace, given):
    bob = workspace.people["bob"]
    await respond.decline(given.handle, given.version, bob, "slack", world, workspace, note="on a plane")
    alert = await present(world)
    assert (alert.owner, alert.offered_by, alert.answer_by) == ("alice", None, None)
    assert await say(world, workspace) == [(Kind.ASSIGNED, "alice")]
    async with world.store.begin() as tx:
        notices = [one.notice for one in await tx.deliveries(alert.id) if one.notice.facts.get("note")]
    card = plain(alert_card(alert, workspace, "en", world.clock.now(), notice=notices[0]))
    assert "Bob cannot take this, so it is yours again. “on a plane”" in card


async def test_without_a_word_it_goes_back(world, workspace, given):
    assert await next_due(world) == given.answer_by
    world.clock.tick(minutes=30)
    await watch(workspace, world)
    alert = await present(world)
    assert (alert.owner, alert.offered_by) == ("alice", None)
    assert (Kind.ASSIGNED, "alice") in await say(world, workspace)


async def test_only_who_was_asked_may_answer(world, workspace, given):
    for person in ("alice", "charlie"):
        with pytest.raises(Problem, match="not-offered"):
            await respond.accept(given.handle, given.version, workspace.people[person], None, world, workspace)
    await respond.accept(given.handle, given.version, workspace.people["bob"], None, world, workspace)
    with pytest.raises(Problem, match="not-offered"):
        await respond.decline(given.handle, None, workspace.people["bob"], None, world, workspace)


async def test_what_one_takes_for_oneself_needs_no_answer(world, workspace):
    await evaluate(world, workspace)
    await give(world, workspace, "bob", by="bob")
    assert (await present(world)).offered_by is None


async def test_what_is_closed_waits_for_no_answer(world, workspace, given):
    bob = workspace.people["bob"]
    await respond.close(given.handle, given.version, respond.Reason.DUPLICATE, bob, None, world, workspace)
    alert = await present(world)
    assert (alert.handling.stage, alert.answer_by) == (Stage.CLOSED, None)


# --- quiet until it gets worse -----------------------------------------------------------------------------


async def keep_quiet(world, workspace, worse=None):
    alert = await present(world)
    return await respond.snooze_until_worse(
        alert.handle, alert.version, worse or Worse(), workspace.people["alice"], "slack", world, workspace
    )


async def test_a_snooze_until_worse_ends_with_one_message_when_it_is(world, workspace):
    await evaluate(world, workspace, 0.8)
    await say(world, workspace)
    await keep_quiet(world, workspace)
    await evaluate(world, workspace, 0.75, TODAY)
    assert await say(world, workspace) == [], "6 % worse is not 10 %"
    await evaluate(world, workspace, 0.72, TODAY.shift(1))
    assert await say(world, workspace) == [(Kind.HOLD_ENDED, "alice"), (Kind.HOLD_ENDED, "slack:C123")]
    alert = await present(world)
    assert alert.escalation.next_at is not None, "its escalation goes on"
    async with world.store.begin() as tx:
        assert await tx.holds() == []


async def test_a_number_of_one_s_own_may_say_what_worse_is(world, workspace):
    await evaluate(world, workspace, 0.8)
    await say(world, workspace)
    await keep_quiet(world, workspace, Worse(value=0.5))
    await evaluate(world, workspace, 0.55, TODAY)
    assert await say(world, workspace) == []
    await evaluate(world, workspace, 0.5, TODAY.shift(1))
    assert (Kind.HOLD_ENDED, "alice") in await say(world, workspace)


async def test_a_number_that_is_no_worse_than_the_present_one_is_refused(world, workspace):
    await evaluate(world, workspace, 0.8)
    with pytest.raises(Problem, match="snooze-not-worse"):
        await keep_quiet(world, workspace, Worse(value=0.9))


async def test_an_alert_without_a_number_cannot_get_worse(world, workspace):
    await evaluate(world, workspace, None)
    with pytest.raises(Problem, match="no-worse"):
        await keep_quiet(world, workspace)


# --- said in a chat ----------------------------------------------------------------------------------------


def said_by(person, text, workspace):
    return Request(text, Place("slack", "C123"), person, "en", workspace.people.get(person))


async def test_an_offer_s_card_has_its_two_buttons_and_both_work(world, workspace, given):
    card = alert_card(given, workspace, "en", world.clock.now())
    assert "given to Bob by Alice, who waits for a yes or no" in plain(card)
    buttons = [button.command for block in card.blocks if isinstance(block, Buttons) for button in block.buttons]
    assert buttons[:2] == [f"accept {given.stamp}", f"decline {given.stamp}"]
    reply = await answer(said_by("bob", f"{buttons[1]} on a plane", workspace), workspace, world)
    assert "Declined, back to Alice" in reply.cards[0].title
    await give(world, workspace)
    again = await present(world)
    reply = await answer(said_by("bob", f"接受 {again.handle}", workspace), workspace, world)
    assert "Accepted" in reply.cards[0].title


@pytest.mark.parametrize(
    ("said", "beyond"),
    [
        ("worse", 0.72),
        ("until it gets worse", 0.72),
        ("worse by 20%", 0.64),
        ("恶化20%", 0.64),
        ("below 0.5", 0.5),
        ("低于 50%", 0.5),
    ],
)
async def test_worse_is_said_in_many_ways(world, workspace, said, beyond):
    await evaluate(world, workspace, 0.8)
    alert = await present(world)
    reply = await answer(said_by("alice", f"snooze {alert.stamp} {said}", workspace), workspace, world)
    assert "Quiet until it reaches" in reply.cards[0].title
    async with world.store.begin() as tx:
        (hold,) = await tx.holds(alert.id)
    assert hold.beyond == pytest.approx(beyond)
    card = alert_card(await present(world), workspace, "en", world.clock.now(), holds=[hold])
    assert "quiet until it reaches" in plain(card)
