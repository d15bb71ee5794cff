"""What comes of an alert: ticks, promises, hand-offs, a consequence, a cause and an action at its end."""

from datetime import timedelta

import pytest

from core.alerts.alert import Feedback, Reason, Stage
from core.alerts.checklist import ticked
from core.alerts.condition import observe
from core.alerts.consequence import follow
from core.alerts.promises import unpacked
from core.alerts.work import Answer, Fate, Loss
from core.errors import Forbidden, Problem
from core.notices.notice import Kind
from core.quantity import Unit
from core.routing.decide import decide
from core.rules.finding import State
from core.rules.rule import Consequence, Severity, Ticket
from core.text import Text
from core.usecases import follow_up, respond
from core.usecases.deliver import deliver
from core.usecases.watch import next_due, watch
from tests.builders import NOW, YESTERDAY, a_finding, a_person, a_rule, a_team, a_workspace, verdicts
from tests.fakes import a_world

CUT = Consequence(Text("cut the budget by 10%", "扣减渠道预算10%"), "role:director", after=2)
RULE = a_rule(severity=Severity.WARNING, sop=(Text.same("look"), Text.same("ask"), Text.same("act")), consequence=CUT)


@pytest.fixture
async def world():
    async with a_world() as world:
        yield world


@pytest.fixture
def workspace():
    return a_workspace(rules=(RULE,))


async def judge(world, workspace, value=0.8, state=State.BREACHED, on=0):
    now = world.clock.now()
    async with world.store.begin() as tx:
        seen = verdicts(a_finding(value, state, YESTERDAY.shift(on)), rules=workspace.rules)
        changes = observe(await tx.latest(["roi_drop"]), seen, now)
        changes = follow(changes, workspace.rules, now)
        decision = decide(changes, workspace.rules, workspace.routes, await tx.holds(), workspace.people, now)
        await tx.keep(decision.changes, decision.notices, decision.holds, now=now)


async def say(world, workspace):
    world.messenger.said.clear()
    while await deliver(workspace, world):
        pass
    return world.messenger.heard()


async def present(world):
    async with world.store.begin() as tx:
        (alert,) = (await tx.latest(["roi_drop"])).values()
        return alert


@pytest.fixture
async def alert(world, workspace):
    await judge(world, workspace)
    await say(world, workspace)
    return await present(world)


@pytest.fixture
def does(world, workspace, alert):
    """Do something to the alert as somebody, in one word."""

    async def act(deed, *args, by="alice", **more):
        return await deed(alert.handle, *args, workspace.people[by], "web:test", world, workspace, **more)

    return act


async def code_of(deed):
    with pytest.raises(Problem) as caught:
        await deed
    return caught.value.code


# --- steps ---


async def test_a_step_is_ticked_once_and_says_who_did_it(does, world):
    await does(follow_up.tick, 2)
    done = ticked(await present(world))
    assert {step: tick.by for step, tick in done.items()} == {2: "alice"}
    assert await code_of(does(follow_up.tick, 2, by="bob")) == "step-done"
    assert await code_of(does(follow_up.tick, 4)) == "no-such-step"
    await does(follow_up.tick, 2, by="bob", done=False)
    assert not ticked(await present(world))
    assert await code_of(does(follow_up.tick, 2, done=False)) == "step-not-done"


async def test_the_list_begins_anew_when_it_fires_again(does, world, workspace):
    await does(follow_up.tick, 1)
    await judge(world, workspace, 1.6, State.CALM, 1)
    world.clock.tick(hours=3)
    await judge(world, workspace, 0.7, on=2)
    again = await present(world)
    assert (again.occurrence, ticked(again)) == (2, {})
    assert len(again.work.ticks) == 1, "what was done then is not forgotten"


# --- promises ---


async def test_a_promise_is_asked_for_before_at_and_after_its_due_and_then_the_lead_hears(does, world, workspace):
    due = NOW + timedelta(days=6)  # a Wednesday, at 16:00
    await does(respond.ack, None)
    await does(follow_up.promise, "call the agency", due)
    heard = []
    for _ in range(12):
        world.clock.moment = await next_due(world)
        changes = await watch(workspace, world)
        kinds = [
            event.kind for change in changes for event in change.events if event.kind in ("due-soon", "due", "overdue")
        ]
        told = [to for kind, to in await say(world, workspace) if kind is Kind.REMINDER]
        if kinds:
            heard.append((kinds[0], world.clock.now() - due, "bob" in told))
        if len(heard) == 4:
            break
        await _still_on_it(does, world)
    a_day = timedelta(days=1)
    assert heard == [
        ("due-soon", -a_day, False),
        ("due", timedelta(0), False),
        ("overdue", a_day, False),
        ("overdue", 2 * a_day, True),
    ]


async def _still_on_it(does, world):
    if (await present(world)).handling.asked:
        await does(respond.ack, None)


async def test_a_promise_that_is_kept_is_asked_for_no_more(does, world, workspace):
    await does(follow_up.promise, "call", NOW + timedelta(hours=1))
    await does(follow_up.promise, "write", NOW + timedelta(hours=2), owner="bob")
    await does(follow_up.end_promise, 1, kept=True)
    first, second = (await present(world)).work.promises
    assert (first.fate, second.fate, second.owner) == (Fate.KEPT, Fate.OPEN, "bob")
    (pledge,) = await follow_up.pledges(world, owner="bob")
    assert pledge.promise.text == "write"
    assert await code_of(does(follow_up.end_promise, 1, kept=False)) == "promise-over"
    assert await code_of(does(follow_up.end_promise, 7, kept=False)) == "no-such-promise"


async def test_two_promises_of_one_minute_are_each_asked_for(does, world, workspace):
    for text in ("call", "write"):
        await does(follow_up.promise, text, NOW + timedelta(minutes=10))
    world.clock.tick(minutes=10)
    await watch(workspace, world)
    assert (await say(world, workspace)).count((Kind.REMINDER, "alice")) == 2


async def test_a_snooze_keeps_no_promise_back(does, world, workspace):
    await does(follow_up.promise, "call", NOW + timedelta(minutes=10))
    await does(respond.snooze, None, NOW + timedelta(hours=5))
    world.clock.tick(minutes=10)
    await watch(workspace, world)
    assert (Kind.REMINDER, "alice") in await say(world, workspace)


async def test_an_alert_with_a_promise_stays_until_it_is_closed(does, world, workspace):
    await does(follow_up.promise, "call", NOW + timedelta(days=20))
    await judge(world, workspace, 1.6, State.CALM, 1)
    world.clock.tick(days=3)
    await watch(workspace, world)
    assert (await present(world)).is_open
    await does(respond.close, None, Reason.REAL_ACTED, cause="copy", action="content")
    closed = await present(world)
    assert [promise.fate for promise in closed.work.promises] == [Fate.DROPPED]
    assert await next_due(world) is None


async def test_what_the_number_did_since_is_told(does, world, workspace):
    await does(follow_up.promise, "call", NOW + timedelta(minutes=10))
    await judge(world, workspace, 0.4, on=1)
    world.clock.tick(minutes=10)
    (change,) = await watch(workspace, world)
    facts = next(event.facts for event in change.events if event.kind == "due")
    assert (facts["was"], facts["value"]) == (0.8, 0.4)


# --- handing off ---


async def test_a_hand_off_takes_the_history_along(world, does, alert, workspace):
    await does(respond.ack, None)
    await does(follow_up.tick, 1)
    change = await does(respond.hand_off, None, "director", by="alice", note="over budget")
    assert (change.after.owner, change.after.offered_by, change.after.handling.stage) == ("bob", "alice", Stage.OPEN)
    heard = await say(world, workspace)
    assert (Kind.ASSIGNED, "bob") in heard
    facts = change.events[0].facts
    history = [event.kind for event in unpacked(alert, str(facts["history"]))]
    assert history[-2:] == ["acked", "ticked"]
    assert (facts["role"], facts["note"]) == ("director", "over budget")


async def test_nobody_to_hand_off_to_is_said(does, workspace, world, alert):
    nobody = a_workspace(rules=(RULE,), people={"alice": a_person("alice")}, routes=())
    with pytest.raises(Problem) as caught:
        await respond.hand_off(alert.handle, None, "finance", a_person("alice"), None, world, nobody)
    assert caught.value.code == "unknown-role"


# --- closing ---


async def test_a_closing_wants_a_cause_and_of_what_was_acted_on_an_action(does, world):
    assert await code_of(does(respond.close, None, Reason.FALSE_ALARM)) == "close-no-cause"
    assert await code_of(does(respond.close, None, Reason.REAL_ACTED, cause="copy")) == "close-no-action"
    await does(respond.note_cause, "推广文案失效")
    await does(respond.close, None, Reason.REAL_ACTED, action="更换内容")
    closed = (await present(world)).handling
    assert (closed.cause, closed.action) == ("推广文案失效", "更换内容")
    assert (await present(world)).verdict is Feedback.USEFUL


async def test_a_duplicate_needs_no_cause_of_its_own(does, world):
    await does(respond.close, None, Reason.DUPLICATE)
    assert not (await present(world)).is_open


async def test_a_verdict_is_the_last_word_and_outlives_the_closing(does, world):
    await does(respond.judge, Feedback.NEW_NORMAL)
    await does(respond.close, None, Reason.FALSE_ALARM, cause="threshold")
    assert (await present(world)).verdict is Feedback.NEW_NORMAL
    await does(respond.judge, Feedback.FALSE_ALARM, by="bob")
    assert (await present(world)).verdict is Feedback.FALSE_ALARM


async def test_a_loss_is_kept_once_it_is_over(does, world):
    loss = Loss(12_000, Unit.MONEY)
    assert await code_of(does(respond.keep_loss, loss)) == "loss-not-closed"
    await does(respond.close, None, Reason.REAL_ACTED, cause="copy", action="content")
    await does(respond.keep_loss, loss)
    assert (await present(world)).loss == loss


# --- a consequence ---


async def test_a_consequence_is_proposed_only_when_it_has_been_bad_for_long_enough(world, workspace, alert):
    assert alert.work.proposal.answer is Answer.WAITING
    await judge(world, workspace, 0.7, on=1)
    assert (await present(world)).work.proposal.answer is Answer.PROPOSED
    assert (Kind.REQUEST, "bob") in await say(world, workspace)
    await judge(world, workspace, 0.6, on=2)
    assert Kind.REQUEST not in [kind for kind, _ in await say(world, workspace)], "it is proposed once"


async def test_only_who_may_says_yes_and_nothing_happens_without(does, world, workspace, alert):
    assert await code_of(does(follow_up.answer, by="bob", yes=True)) == "nothing-proposed"
    await judge(world, workspace, 0.7, on=1)
    with pytest.raises(Forbidden) as caught:
        await does(follow_up.answer, by="alice", yes=True)
    assert (caught.value.code, caught.value.facts["who"]) == ("forbidden-approve", "role:director")
    await does(follow_up.answer, by="bob", yes=True, note="for a week")
    proposal = (await present(world)).work.proposal
    assert (proposal.answer, proposal.by) == (Answer.APPROVED, "bob")
    assert await code_of(does(follow_up.answer, by="bob", yes=False)) == "proposal-answered"
    assert (Kind.REQUEST, "alice") in await say(world, workspace)


async def test_a_consequence_ends_with_its_alert(does, world, workspace, alert):
    await judge(world, workspace, 0.7, on=1)
    await does(respond.close, None, Reason.REAL_EXPECTED, cause="season")
    assert (await present(world)).work.proposal.answer is Answer.WITHDRAWN
    assert await code_of(does(follow_up.answer, by="bob", yes=True)) == "proposal-answered"


async def test_a_rule_that_fires_again_opens_no_second_ticket_beside_the_first():
    rule = a_rule(ticket=Ticket(timedelta(days=1)))
    workspace = a_workspace(rules=(rule,), people=a_team())
    async with a_world() as world:
        await judge(world, workspace)
        await judge(world, workspace, 1.6, State.CALM, 1)
        await judge(world, workspace, 0.7, on=2)
        (promise,) = (await present(world)).work.promises
    assert promise.is_ticket
