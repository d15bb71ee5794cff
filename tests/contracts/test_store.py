"""What every store must do, whichever database it stands on."""

import asyncio
from dataclasses import replace
from datetime import time, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from core.alerts.alert import Condition, Handling, Phase, Reason, Stage
from core.alerts.condition import handle_of
from core.alerts.event import Change, Event, moved
from core.alerts.holds import Hold, HoldKind
from core.calendar.grain import Grain, Period
from core.labels import Labels, Matcher
from core.notices.notice import EVERYWHERE, Kind, Notice, Place
from core.notices.outbox import LEASE, Dead, Repair, Retry, Sent, Status, Wait
from core.notices.surface import Surface
from core.ports import Conflict, Pulse
from core.review.score import Incident
from core.routing.budget import Call, Record
from core.routing.digests import Choice, Every, Level
from core.routing.mute import Ending, Hits, Mute
from core.rules.rule import Fingerprint, Severity
from core.store.sql import open_store
from core.store.tables import METADATA
from tests.builders import BOARD, NOW, WAR_ROOM, an_alert


@pytest.fixture(params=["file", "memory", "postgres"])
async def store(request, tmp_path):
    urls = {"file": f"sqlite:///{tmp_path}/new/beacon.db", "memory": "sqlite://"}
    store = await open_store(urls.get(request.param) or request.getfixturevalue("postgres"))
    yield store
    if request.param == "postgres":
        async with store.engine.begin() as connection:
            every = ", ".join(f'"{table}"' for table in METADATA.tables)
            await connection.execute(text(f"TRUNCATE {every}"))  # the audit lets nobody delete its lines one by one
    await store.aclose()


def begun(alert):
    return Change(None, alert, (Event(alert.id, 1, NOW, "fired", facts={"value": 0.1, "metric": "roi", "n": 3}),))


def sliced(name, **more):
    return an_alert(name, handle=name[:4], fingerprint=Fingerprint("roi_drop", Labels.of({"channel": name})), **more)


def a_notice(key="n", to="alice", kind=Kind.FIRST, alert="a1"):
    return Notice(key, kind, alert, to, {"why": "owner", "value": 0.1})


async def keep(store, *changes, notices=(), holds=(), now=NOW):
    async with store.begin() as tx:
        await tx.keep(changes, notices, holds, now=now)


async def ask(store, what, *args):
    async with store.begin() as tx:
        return await getattr(tx, what)(*args)


# --- alerts ---


async def test_an_alert_comes_back_as_it_went_in(store):
    alert = an_alert()
    await keep(store, begun(alert))
    assert await ask(store, "find", "a1") == alert
    assert await ask(store, "find", "7F3K") == alert, "a handle is read in either case"
    assert await ask(store, "find", "none") is None
    assert await ask(store, "latest", ["roi_drop", "other"]) == {alert.fingerprint: alert}
    assert await ask(store, "latest", ["other"]) == {}
    assert await ask(store, "latest", []) == {}
    assert await ask(store, "open") == [alert]
    assert await ask(store, "events", "a1") == list(begun(alert).events)


async def test_of_several_episodes_the_newest_counts(store):
    closed = Handling(Stage.CLOSED, "alice", NOW, reason=Reason.DUPLICATE)
    old = an_alert("old", handling=closed, opened_at=NOW - timedelta(days=9))
    new = an_alert("new", handling=closed)
    await keep(store, begun(new))
    await keep(store, begun(old))
    assert await ask(store, "latest", ["roi_drop"]) == {new.fingerprint: new}
    assert await ask(store, "find", "7f3k") == new
    assert await ask(store, "open") == []


async def test_all_of_a_transaction_is_written_or_nothing(store):
    async def fail():
        async with store.begin() as tx:
            await tx.keep([begun(an_alert())], [a_notice()], now=NOW)
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert await ask(store, "find", "a1") is None
    assert await ask(store, "waiting") == {}


async def test_who_writes_second_has_lost_the_race(store):
    alert = an_alert()
    await keep(store, begun(alert))
    first, second = (moved(alert, NOW, [("measured", {})], owner=owner) for owner in ("bob", "charlie"))
    await keep(store, first)
    with pytest.raises(Conflict):
        await keep(store, second, notices=[a_notice()])
    assert (await ask(store, "find", "a1")).owner == "bob"
    assert len(await ask(store, "events", "a1")) == 2
    assert await ask(store, "waiting") == {}, "nothing of a lost race is said"


async def test_an_alert_that_is_gone_is_a_lost_race_too(store):
    with pytest.raises(Conflict):
        await keep(store, moved(an_alert("ghost"), NOW, []))


async def test_a_rule_and_slice_have_one_open_episode(store):
    await keep(store, begun(an_alert("one")))
    with pytest.raises(Conflict):
        await keep(store, begun(an_alert("two")))
    assert len(await ask(store, "open")) == 1


async def test_a_handle_that_is_taken_gives_way(store):
    await keep(store, begun(replace(sliced("a"), handle="same")))
    await keep(store, begun(replace(sliced("b"), handle="same")), begun(replace(sliced("c"), handle="same")))
    handles = [alert.handle for alert in await ask(store, "open")]
    assert len(set(handles)) == 3
    assert (await ask(store, "find", "same")).id == "a"


async def test_the_next_handle_may_be_taken_too(store):
    await keep(store, begun(replace(sliced("a"), handle="same")))
    await keep(store, begun(replace(sliced("c"), handle=handle_of("b", 1))))
    await keep(store, begun(replace(sliced("b"), handle="same")))
    assert (await ask(store, "find", "b")).handle == handle_of("b", 2)


async def test_a_handle_is_free_again_once_its_alert_is_closed(store):
    closed = replace(sliced("a"), handle="same", handling=Handling(Stage.CLOSED, at=NOW))
    await keep(store, begun(closed))
    await keep(store, begun(replace(sliced("b"), handle="same")))
    assert (await ask(store, "find", "same")).id == "b"
    await keep(store, moved(closed, NOW, [], handling=Handling(Stage.OPEN)))
    reopened = await ask(store, "find", "a")
    assert reopened.is_open
    assert reopened.handle != "same"


async def test_thousands_go_in_at_once(store):
    alerts = [sliced(uuid4().hex) for _ in range(6_000)]
    await keep(store, *map(begun, alerts), notices=[a_notice(f"{one.id}:x", alert=one.id) for one in alerts])
    await keep(store, *(moved(alert, NOW, [], owner="bob") for alert in alerts))
    assert {alert.owner for alert in await ask(store, "open")} == {"bob"}
    assert await ask(store, "waiting") == {"queued": 6_000}


# --- the clock ---


async def test_what_is_due_is_found_by_the_alert_and_by_its_holds(store):
    later = NOW + timedelta(hours=1)
    waking = sliced("a", condition=Condition(Phase.PENDING, NOW, ripe_at=later))
    held = sliced("b")
    hold = Hold("h", "b", HoldKind.SNOOZE, "alice", NOW, later + timedelta(minutes=1), value=0.1)
    assert await ask(store, "next_due") is None
    await keep(store, begun(held), begun(waking), begun(sliced("c")), holds=[hold])
    assert await ask(store, "next_due") == later
    assert await ask(store, "due", NOW) == []
    assert [alert.id for alert in await ask(store, "due", later)] == ["a"]
    assert {alert.id for alert in await ask(store, "due", hold.until)} == {"a", "b"}
    assert await ask(store, "holds") == await ask(store, "holds", "b") == [hold]
    assert await ask(store, "holds", "a") == []
    await keep(store, holds=[replace(hold, ended=later)])
    assert await ask(store, "holds") == []
    assert [alert.id for alert in await ask(store, "due", hold.until)] == ["a"]


# --- the outbox ---


async def claimed(store, now=NOW, most=100):
    return await ask(store, "claim", now, most)


async def settle(store, delivery, outcome, place=None, now=NOW):
    async with store.begin() as tx:
        await tx.settle(delivery, place, outcome, now)


async def only(store, alert="a1"):
    (delivery,) = await ask(store, "deliveries", alert)
    return delivery


async def test_the_same_notice_is_one_row(store):
    await keep(store, notices=[a_notice()])
    await keep(store, notices=[a_notice(), a_notice("m", WAR_ROOM)])
    assert [one.notice for one in await claimed(store)] == [a_notice(), a_notice("m", WAR_ROOM)]


async def test_the_most_urgent_is_taken_first(store):
    kinds = [Kind.DIGEST, Kind.STATE, Kind.FIRST, Kind.ESCALATION]
    await keep(store, notices=[a_notice(kind, kind, kind, alert=kind) for kind in kinds])
    assert [one.notice.kind for one in await claimed(store, most=2)] == [Kind.FIRST, Kind.ESCALATION]
    assert [one.notice.kind for one in await claimed(store)] == [Kind.STATE, Kind.DIGEST]


async def test_what_is_leased_nobody_else_takes_until_the_lease_is_over(store):
    await keep(store, notices=[a_notice()])
    (first,) = await claimed(store)
    assert (first.status, first.attempts, first.due_at) == (Status.SENDING, 1, NOW + LEASE)
    assert await claimed(store, NOW + LEASE - timedelta(seconds=1)) == []
    (second,) = await claimed(store, NOW + LEASE)
    assert second.attempts == 2
    await settle(store, first, Retry("late"), now=NOW + LEASE)
    assert (await only(store)).status is Status.SENDING, "who lost the lease has no say"
    await settle(store, first, Sent("m1"), now=NOW + LEASE)
    assert (await only(store)).status is Status.SENT, "but what was said was said"


async def test_what_is_said_to_one_reader_of_one_alert_keeps_its_order(store):
    await keep(store, notices=[a_notice("first", kind=Kind.RECOVERED), a_notice("second", kind=Kind.FIRST)])
    await keep(store, notices=[a_notice("other", alert="a2"), a_notice("place", WAR_ROOM)])
    keys = [one.notice.key for one in await claimed(store)]
    assert keys == ["other", "place", "first"]
    (first,) = [one for one in await ask(store, "deliveries", "a1") if one.notice.key == "first"]
    assert await claimed(store) == []
    await settle(store, first, Sent("m"))
    assert [one.notice.key for one in await claimed(store)] == ["second"]


async def test_a_sent_delivery_says_where(store):
    await keep(store, notices=[a_notice()])
    (one,) = await claimed(store)
    await settle(store, one, Sent("m"), BOARD)
    done = await only(store)
    assert (done.status, done.place, done.error) == (Status.SENT, BOARD, None)
    assert await claimed(store, NOW + timedelta(days=9)) == []
    assert await ask(store, "waiting") == {"sent": 1}


async def test_a_chat_that_asks_us_to_wait_is_left_alone_whole_and_nothing_counts(store):
    await keep(store, notices=[a_notice("x", WAR_ROOM), a_notice("y", WAR_ROOM, alert="a2"), a_notice("z", BOARD)])
    (one,) = await claimed(store, most=1)
    await settle(store, one, Wait(30), WAR_ROOM)
    (other,) = await claimed(store)
    assert other.notice.key == "z"
    await settle(store, other, Sent("m"), BOARD)
    assert await claimed(store, NOW + timedelta(seconds=29)) == []
    again = await claimed(store, NOW + timedelta(seconds=30))
    assert [(each.notice.key, each.attempts) for each in again] == [("x", 1), ("y", 1)]


async def test_a_failure_is_tried_again_later(store):
    await keep(store, notices=[a_notice()])
    (one,) = await claimed(store)
    await settle(store, one, Retry("502"))
    waiting = await only(store)
    assert (waiting.status, waiting.error, waiting.due_at) == (Status.QUEUED, "502", NOW + timedelta(seconds=5))


async def test_a_dead_letter_stays_dead(store):
    await keep(store, notices=[a_notice()])
    (one,) = await claimed(store)
    await settle(store, one, Dead("archived"), WAR_ROOM)
    assert ((await only(store)).status, (await only(store)).error) == (Status.DEAD, "archived")
    assert await claimed(store, NOW + timedelta(days=9)) == []


def shown(place=WAR_ROOM, version=1, alert="a1"):
    return Surface(alert, place, "m1", "digest", version)


async def test_a_chat_that_moved_takes_along_what_it_shows_and_what_waits(store):
    moved_to = Place("slack", "C999")
    await keep(store, notices=[a_notice("x", WAR_ROOM), a_notice("y", WAR_ROOM, alert="a2")])
    await ask(store, "show", shown())
    (one,) = await claimed(store, most=1)
    await settle(store, one, Repair("moved", "C999"), WAR_ROOM)
    assert [surface.place for surface in await ask(store, "surfaces", "a1")] == [moved_to]
    assert [each.to for each in await claimed(store)] == [moved_to, moved_to]


async def test_a_message_that_is_gone_is_posted_afresh(store):
    await keep(store, notices=[a_notice("x", WAR_ROOM, Kind.RECOVERED)])
    await ask(store, "show", shown())
    (one,) = await claimed(store)
    await settle(store, one, Repair("message_not_found"), WAR_ROOM)
    assert await ask(store, "surfaces", "a1") == []
    assert len(await claimed(store)) == 1


async def test_what_must_be_shown_everywhere_becomes_one_row_for_each_place(store):
    await keep(store, begun(an_alert()))
    for place in (WAR_ROOM, Place("telegram", "-100", "7")):
        await ask(store, "show", shown(place))
    await ask(store, "show", shown(alert="another"))
    state = Notice("a1:state:2", Kind.STATE, "a1", EVERYWHERE)
    await keep(store, notices=[state, Notice("a9:state:1", Kind.STATE, "a9", EVERYWHERE)])
    assert [(one.notice.key, one.to) for one in await claimed(store)] == [
        ("a1:state:2:slack:C123", WAR_ROOM),
        ("a1:state:2:telegram:-100#7", Place("telegram", "-100", "7")),
    ]


async def test_two_workers_never_take_the_same(store):
    await keep(store, notices=[a_notice(str(n), Place("web", str(n))) for n in range(60)])
    taken = await asyncio.gather(*(claimed(store, most=10) for _ in range(6)))
    keys = [one.notice.key for batch in taken for one in batch]
    assert len(keys) == len(set(keys)) == 60


async def test_who_still_sends_says_so_and_who_lost_the_lease_hears_it(store):
    await keep(store, notices=[a_notice("x"), a_notice("y", BOARD)])
    mine = await claimed(store)
    assert await ask(store, "renew", mine, NOW + LEASE * 0.9) == {one.id for one in mine}
    assert await claimed(store, NOW + LEASE) == [], "it was renewed"
    (taken,) = await claimed(store, NOW + LEASE * 2, most=1)
    assert await ask(store, "renew", mine, NOW + LEASE * 2) == {one.id for one in mine} - {taken.id}
    assert await ask(store, "renew", [], NOW) == set()


async def test_the_oldest_that_waits_and_the_dead_are_known(store):
    await keep(store, notices=[a_notice("x"), a_notice("y", BOARD)])
    assert await ask(store, "oldest", NOW) == NOW
    one, other = await claimed(store)
    await settle(store, one, Dead("blocked"))
    await settle(store, other, Sent("m"))
    assert await ask(store, "oldest", NOW + timedelta(hours=1)) is None
    assert [letter.error for letter in await ask(store, "dead", NOW)] == ["blocked"]
    assert await ask(store, "dead", NOW + timedelta(seconds=1)) == []


# --- several processes ---


async def test_what_one_alone_should_do_one_alone_takes(store):
    turns = await asyncio.gather(*(ask(store, "take_turn", "evaluate", NOW) for _ in range(6)))
    (turn,) = filter(None, turns)
    assert turn.done == ""
    await ask(store, "keep_turn", turn, NOW + timedelta(seconds=10))
    assert await ask(store, "take_turn", "evaluate", NOW + timedelta(seconds=20)) is None, "it lives"
    assert await ask(store, "take_turn", "digest", NOW) is not None
    await ask(store, "end_turn", turn, "monday")
    assert (await ask(store, "take_turn", "evaluate", NOW)).done == "monday"


async def test_who_was_frozen_and_lost_a_turn_writes_nothing_beside_it(store):
    frozen = await ask(store, "take_turn", "evaluate", NOW)
    later = NOW + timedelta(minutes=1)
    other = await ask(store, "take_turn", "evaluate", later)

    async def write():
        async with store.begin() as tx:
            await tx.keep([begun(an_alert())], [a_notice()], now=later)
            await tx.keep_turn(frozen, later)

    with pytest.raises(Conflict):
        await write()
    assert await ask(store, "find", "a1") is None
    await ask(store, "end_turn", other, "done")
    with pytest.raises(Conflict):
        await ask(store, "end_turn", frozen, "late")


async def test_a_chat_has_room_for_so_many_and_then_for_one_at_a_time(store):
    second = timedelta(seconds=1)

    async def room(moment):
        return await ask(store, "pace", "slack:C1", second, 2, moment)

    assert [await room(NOW) for _ in range(3)] == [timedelta(0), timedelta(0), second]
    assert await ask(store, "pace", "slack:C2", second, 2, NOW) == timedelta(0)
    assert await room(NOW + second) == timedelta(0)
    assert await room(NOW + second * 1.5) == second * 0.5
    assert [await room(NOW + second * 60) for _ in range(3)] == [timedelta(0), timedelta(0), second]


async def test_many_who_ask_for_room_at_once_get_no_more_than_there_is(store):
    waits = await asyncio.gather(*(ask(store, "pace", "k", timedelta(seconds=1), 1, NOW) for _ in range(8)))
    assert waits.count(timedelta(0)) == 1


async def test_signs_of_life_are_kept_by_process_for_a_day(store):
    await ask(store, "beat", [Pulse("p1", "alive", NOW, "1.0"), Pulse("p2", "alive", NOW)], NOW)
    await ask(store, "beat", [Pulse("p1", "alive", NOW + timedelta(minutes=1), "1.1")], NOW)
    assert [(one.process, one.detail) for one in await ask(store, "pulses")] == [("p1", "1.1"), ("p2", "")]
    await ask(store, "beat", [], NOW + timedelta(days=1, seconds=30))
    assert [one.process for one in await ask(store, "pulses")] == ["p1"]


async def test_who_decides_what_is_said_stands_in_line(store):
    order = []

    async def decide(name):
        async with store.begin() as tx:
            await tx.stand_in_line()
            order.append(name)
            await asyncio.sleep(0.02)
            order.append(name)

    await asyncio.gather(decide("a"), decide("b"))
    assert order in (["a", "a", "b", "b"], ["b", "b", "a", "a"])


# --- what is shown, heard and judged ---


async def test_a_place_shows_one_card_the_newest(store):
    await ask(store, "show", shown())
    newer = Surface("a1", WAR_ROOM, "m2", "other", 5)
    await ask(store, "show", newer)
    assert await ask(store, "surfaces", "a1") == [newer]


async def test_a_message_leads_to_its_alert(store):
    await keep(store, begun(an_alert()))
    await ask(store, "show", shown())
    assert (await ask(store, "shown_at", "slack", "m1")).id == "a1"
    assert await ask(store, "shown_at", "telegram", "m1") is None


async def test_an_event_of_a_chat_is_taken_once(store):
    assert await ask(store, "is_first", "slack", "e1", NOW)
    assert not await ask(store, "is_first", "slack", "e1", NOW)
    assert await ask(store, "is_first", "telegram", "e1", NOW)
    assert await ask(store, "is_first", "slack", "e2", NOW + timedelta(days=8))
    assert await ask(store, "is_first", "slack", "e1", NOW + timedelta(days=8)), "a week later it is forgotten"


async def test_the_last_period_that_was_judged_is_remembered(store):
    hour = Period(Grain.HOUR, 494_000)
    assert await ask(store, "evaluated", "b") is None
    for period in (hour, hour.shift(1)):
        async with store.begin() as tx:
            await tx.mark_evaluated("b", period, NOW)
    assert await ask(store, "evaluated", "b") == hour.shift(1)


async def test_a_moment_without_a_zone_is_refused(store):
    with pytest.raises(Exception, match="without a zone"):
        await keep(store, begun(an_alert(opened_at=NOW.replace(tzinfo=None))))


async def test_a_store_opens_again_with_what_it_had(tmp_path):
    url = f"sqlite:///{tmp_path}/beacon.db"
    store = await open_store(url)
    await keep(store, begun(an_alert()))
    await store.aclose()
    again = await open_store(url)
    assert await ask(again, "find", "a1") == an_alert()
    async with again.engine.connect() as connection:
        assert (await connection.execute(text("PRAGMA journal_mode"))).scalar() == "wal"
        assert (await connection.execute(text("PRAGMA synchronous"))).scalar() == 1
    await again.aclose()


async def test_incidents_are_of_the_days_they_meet(store):
    day = NOW.date()
    wechat = Labels.of({"channel": "wechat"})
    form = Incident("i1", day, day + timedelta(days=2), "cvr", wechat, "the form was broken", "bob")
    leak = Incident("i2", day - timedelta(days=5), day - timedelta(days=5), None, Labels(), "价格泄露", "alice")
    async with store.begin() as tx:
        await tx.keep_incident(form, NOW)
        await tx.keep_incident(leak, NOW)
    async with store.begin() as tx:
        assert await tx.incidents(day - timedelta(days=9), day) == [leak, form]
        assert await tx.incidents(day + timedelta(days=2), day + timedelta(days=9)) == [form]
        assert await tx.incidents(day + timedelta(days=3), day + timedelta(days=9)) == []
        await tx.drop_incident("i1", "alice", NOW)
        await tx.drop_incident("i1", "bob", NOW)  # who said so first has said so
        assert await tx.incidents(day, day) == [replace(form, dropped_by="alice")]


# --- noise ---


def a_mute(id="m23456", **more):
    facts = {"start": NOW, "until": NOW + timedelta(days=1), "made_at": NOW, "agreed_at": NOW} | more
    match = (Matcher("channel", ("微信", "618-*"), negated=True), Matcher("rule", ("roi_drop",)))
    return Mute(id, "bob", "换像素", match, **facts)


async def test_a_mute_comes_back_as_it_went_in_and_is_listed_until_it_ends(store):
    draft = a_mute(agreed_at=None)
    ended = replace(a_mute("e23456"), ended_at=NOW, ending=Ending.LIFTED, ended_by="bob", idle=timedelta(hours=5))
    async with store.begin() as tx:
        await tx.keep_mutes([draft, ended, a_mute("n23456")])
        assert await tx.mute("m23456") == draft
        assert await tx.mute("e23456") == ended
        assert await tx.mute("x") is None
        assert [one.id for one in await tx.mutes()] == ["n23456"]
        await tx.keep_mutes([replace(draft, agreed_at=NOW)])
        assert [one.id for one in await tx.mutes()] == ["m23456", "n23456"]


async def test_a_mute_knows_what_it_has_hidden_and_what_of_it_is_still_bad(store):
    well = sliced("well", condition=Condition(Phase.OK, NOW))
    frozen = sliced("frozen", condition=Condition(Phase.UNKNOWN, NOW, resume=Phase.FIRING))
    holds = [
        Hold(f"m23456:{alert.id}", alert.id, HoldKind.MUTED, "bob", NOW, NOW + timedelta(days=1))
        for alert in (an_alert(), well, frozen)
    ]
    other = Hold("m234567:a1", "a1", HoldKind.MUTED, "bob", NOW, NOW + timedelta(days=1))
    over = replace(holds[1], ended=NOW + timedelta(hours=2))
    await keep(store, begun(an_alert()), begun(well), begun(frozen), holds=[holds[0], over, holds[2], other])
    found = await ask(store, "hits", ["m23456", "none23"])
    assert found["m23456"] == Hits(3, 2, NOW + timedelta(hours=2))
    assert found["none23"] == Hits()
    assert await ask(store, "hits", []) == {}


async def test_what_fired_lately_and_what_nobody_answers_for_is_found(store):
    old = sliced("old", fired_at=NOW - timedelta(days=31))
    alone = sliced("alone", owner=None)
    calm = sliced("calm", owner=None, condition=Condition(Phase.OK, NOW))
    told = sliced("info", owner=None, severity=Severity.INFO)
    await keep(store, *(begun(one) for one in (old, alone, calm, told)))
    assert [one.id for one in await ask(store, "fired", NOW - timedelta(days=30))] == ["alone", "calm", "info"]
    assert [one.id for one in await ask(store, "orphans")] == ["alone"]


async def test_a_call_that_was_put_off_is_in_one_digest(store):
    day = NOW.date()
    calls = [
        Call("a1", "alice", NOW),
        Call("a2", "alice", NOW, is_put_off=True),
        Call("a3", "bob", NOW, is_put_off=True),
    ]
    async with store.begin() as tx:
        await tx.keep_calls(calls)
        await tx.keep_calls(calls)
        assert await tx.calls(["alice"], NOW) == calls[:2]
        assert await tx.calls(["alice"], NOW + timedelta(seconds=1)) == []
        assert await tx.put_off(day) == calls[1:]
        await tx.put_in_digest(day, ["alice", "bob"])
        later = Call("a4", "alice", NOW + timedelta(hours=1), is_put_off=True)
        await tx.keep_calls([later])
        assert [one.alert for one in await tx.put_off(day)] == ["a2", "a4", "a3"]
        assert [one.alert for one in await tx.put_off(day + timedelta(days=1))] == ["a4"]


async def test_a_rules_record_is_what_people_said_when_they_closed_its_alerts(store):
    def closed(name, reason, days=0):
        handling = Handling(Stage.CLOSED, "alice", NOW - timedelta(days=days), reason=reason)
        return begun(sliced(name, handling=handling))

    await keep(
        store,
        closed("real", Reason.REAL_ACTED),
        closed("wolf", Reason.FALSE_ALARM),
        closed("noise", Reason.NOT_ACTIONABLE),
        closed("gone", Reason.RECOVERED),
        closed("older", Reason.FALSE_ALARM, days=100),
    )
    assert await ask(store, "records", NOW - timedelta(days=90)) == {"roi_drop": Record(1, 2)}


async def test_what_people_choose_of_their_digests_is_one_row_for_each_reader_and_rhythm(store):
    first = Choice(Place("slack", "C1"), Every.WEEK, "bob", NOW, level=Level.EXECUTIVE, at=time(8, 30), on=4, pack=True)
    own = Choice("alice", Every.DAY, "alice", NOW + timedelta(hours=1))
    async with store.begin() as tx:
        await tx.keep_choice(own)
        await tx.keep_choice(first)
    assert await ask(store, "choices") == [first, own]
    later = replace(own, is_on=False, made_at=NOW + timedelta(hours=2))
    async with store.begin() as tx:
        await tx.keep_choice(later)
    assert await ask(store, "choices") == [first, later]
