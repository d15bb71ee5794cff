"""A cause before what it does: what depends on a broken rule waits, and says so when the cause is over."""

import pytest

from bot.cards.alert import state_words
from core.alerts.alert import Reason
from core.alerts.condition import observe
from core.alerts.holds import HoldKind
from core.labels import Labels
from core.notices.notice import Kind
from core.routing.decide import decide
from core.routing.trace import lines_of
from core.rules.finding import State
from core.usecases import respond
from core.usecases.deliver import deliver
from core.usecases.tell import inhibited, tell
from tests.builders import TODAY, YESTERDAY, a_finding, a_rule, a_workspace, verdicts
from tests.fakes import a_world

WECHAT, DOUYIN, EVERYWHERE = Labels.of({"channel": "wechat"}), Labels.of({"channel": "douyin"}), Labels()


@pytest.fixture
async def world():
    async with a_world() as world:
        yield world


@pytest.fixture
def workspace():
    return a_workspace(rules=(a_rule("tracking", inhibits=("roi_drop",)), a_rule("roi_drop")))


async def evaluate(world, workspace, *found, period=YESTERDAY):
    findings = [a_finding(0.8, state, period, labels, rule) for rule, labels, state in found]
    now = world.clock.now()
    async with world.store.begin() as tx:
        changes = observe(await tx.latest(["tracking", "roi_drop"]), verdicts(*findings, rules=workspace.rules), now)
        changes, causes, held = await inhibited(tx, changes, await tx.holds(), workspace, now)
        decision = decide(changes, workspace.rules, workspace.routes, held, workspace.people, now)
        await tell(tx, decision, now, causes)
    world.messenger.said.clear()
    while await deliver(workspace, world):
        pass
    return decision.changes


async def told(world):
    """Return which rules' alerts somebody was called for."""
    async with world.store.begin() as tx:
        rules = {alert.id: alert.fingerprint.rule for alert in (await tx.latest(["tracking", "roi_drop"])).values()}
    return {
        (rule, str(one.kind))
        for one in world.messenger.said
        for id, rule in rules.items()
        if one.key.startswith(id) and one.kind is not Kind.STATE
    }


BAD, GOOD = State.BREACHED, State.CALM


async def alert_of(world, rule):
    async with world.store.begin() as tx:
        alert = next(one for one in (await tx.latest([rule])).values())
        return alert, await tx.holds(alert.id)


async def test_what_a_broken_rule_inhibits_waits_with_its_reason(world, workspace):
    changes = await evaluate(world, workspace, ("tracking", WECHAT, BAD), ("roi_drop", WECHAT, BAD))
    assert await told(world) == {("tracking", "first")}
    alert, (hold,) = await alert_of(world, "roi_drop")
    assert (hold.kind, hold.by, alert.escalation.next_at) == (HoldKind.INHIBITED, "tracking", None)
    held = [line for change in changes for event in change.events for line in lines_of(event) if line.code == "silent"]
    assert {line.facts["hold"] for line in held} == {"inhibited"}
    assert state_words(alert, [hold], workspace, "en", world.clock.now()) == "waits for its cause: ROI below 1"


async def test_another_slice_does_not_depend_on_it(world, workspace):
    await evaluate(world, workspace, ("tracking", DOUYIN, BAD), ("roi_drop", WECHAT, BAD))
    assert await told(world) == {("tracking", "first"), ("roi_drop", "first")}


async def test_a_cause_everywhere_inhibits_every_slice(world, workspace):
    await evaluate(world, workspace, ("tracking", EVERYWHERE, BAD), ("roi_drop", WECHAT, BAD))
    assert await told(world) == {("tracking", "first")}


async def test_a_cause_that_comes_later_stops_what_was_going_on(world, workspace):
    await evaluate(world, workspace, ("roi_drop", WECHAT, BAD))
    assert (await alert_of(world, "roi_drop"))[0].escalation.next_at is not None
    await evaluate(world, workspace, ("tracking", WECHAT, BAD))
    alert, (hold,) = await alert_of(world, "roi_drop")
    assert (hold.kind, alert.escalation.next_at) == (HoldKind.INHIBITED, None)


async def test_what_is_still_bad_when_its_cause_is_over_is_said(world, workspace):
    await evaluate(world, workspace, ("tracking", WECHAT, BAD), ("roi_drop", WECHAT, BAD))
    await evaluate(world, workspace, ("tracking", WECHAT, GOOD), ("roi_drop", WECHAT, BAD), period=TODAY)
    assert ("roi_drop", "hold-ended") in await told(world)
    alert, held = await alert_of(world, "roi_drop")
    assert (list(held), alert.escalation.next_at is not None) == ([], True)


async def test_what_recovered_with_its_cause_calls_nobody(world, workspace):
    await evaluate(world, workspace, ("tracking", WECHAT, BAD), ("roi_drop", WECHAT, BAD))
    await evaluate(world, workspace, ("tracking", WECHAT, GOOD), ("roi_drop", WECHAT, GOOD), period=TODAY)
    assert await told(world) <= {("tracking", "recovered")}


async def test_a_cause_that_somebody_closes_lets_go(world, workspace):
    await evaluate(world, workspace, ("tracking", WECHAT, BAD), ("roi_drop", WECHAT, BAD))
    cause, _ = await alert_of(world, "tracking")
    alice = workspace.people["alice"]
    await respond.close(cause.handle, cause.version, Reason.FALSE_ALARM, alice, None, world, workspace, cause="luck")
    world.messenger.said.clear()
    while await deliver(workspace, world):
        pass
    assert ("roi_drop", "hold-ended") in await told(world)
