"""What becomes of a delivery after each outcome."""

from datetime import timedelta

import pytest

from core.notices.notice import Kind, Notice, Place
from core.notices.outbox import BACKOFF, Dead, Delivery, Repair, Retry, Sent, Status, Wait, backoff, settled
from tests.builders import NOW, WAR_ROOM


def sending(attempts=1, kind=Kind.FIRST, **more):
    notice = Notice("n", kind, "a1", WAR_ROOM)
    return Delivery(1, notice, Status.SENDING, NOW + timedelta(seconds=60), NOW, attempts, **more)


def test_what_was_sent_is_over_and_forgets_its_errors():
    after = settled(sending(error="502"), WAR_ROOM, Sent("m1"), NOW)
    assert (after.status, after.place, after.error) == (Status.SENT, WAR_ROOM, None)


def test_a_wait_counts_as_no_attempt():
    after = settled(sending(3), None, Wait(2.5), NOW)
    assert (after.status, after.attempts, after.due_at) == (Status.QUEUED, 2, NOW + timedelta(seconds=2.5))


def test_failures_are_left_alone_for_longer_and_longer():
    waits = [backoff(sending(failures=failures), NOW) for failures in range(1, 8)]
    assert waits == [*BACKOFF, BACKOFF[-1], BACKOFF[-1]]
    assert [wait.total_seconds() for wait in BACKOFF] == [5, 15, 60, 300, 900]


@pytest.mark.parametrize(("kind", "hours"), [(Kind.FIRST, 24), (Kind.STATE, 2), (Kind.DIGEST, 6), (Kind.REMINDER, 4)])
def test_each_kind_is_worth_so_many_hours_of_trying(kind, hours):
    almost = NOW + timedelta(hours=hours, seconds=-1)
    assert settled(sending(9, kind), None, Retry("502"), almost).status is Status.QUEUED
    dead = settled(sending(9, kind), None, Retry("502"), NOW + timedelta(hours=hours))
    assert (dead.status, dead.error) == (Status.DEAD, "502")


def test_a_chat_that_moved_is_followed():
    after = settled(sending(), WAR_ROOM, Repair("migrated", "C9"), NOW)
    assert (after.status, after.to, after.due_at) == (Status.QUEUED, Place("slack", "C9"), NOW)


def test_a_message_that_is_gone_is_posted_afresh_in_its_place():
    assert settled(sending(), WAR_ROOM, Repair("gone"), NOW).place == WAR_ROOM


def test_what_moves_in_circles_is_given_up():
    assert settled(sending(failures=5), WAR_ROOM, Repair("migrated", "C9"), NOW).status is Status.DEAD


def test_what_is_dead_keeps_its_reason():
    after = settled(sending(), WAR_ROOM, Dead("is_archived"), NOW)
    assert (after.status, after.error) == (Status.DEAD, "is_archived")


def test_a_delivery_knows_its_lane_and_where_it_goes_next():
    assert sending().to == WAR_ROOM
    assert sending(place=Place("slack", "C9")).to == Place("slack", "C9")
    assert sending().lane == "slack:C123"


def test_a_place_reads_as_it_is_written():
    assert Place.read("slack:C123") == WAR_ROOM
    assert str(Place("telegram", "-1", "7")) == "telegram:-1#7"
    with pytest.raises(ValueError, match="nowhere"):
        Place.read("nowhere")


def test_kinds_stand_in_the_order_of_their_urgency():
    assert [Kind.FIRST.rank, Kind.DIGEST.rank, Kind.REVIEW.rank] == [0, len(Kind) - 2, len(Kind) - 1]
