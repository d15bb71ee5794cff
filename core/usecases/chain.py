"""How the five essentials stand: the chain from goals to reviews, and what a month of alerts says of the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from core.metrics.metric import Tier
from core.notices.outbox import Status
from core.review.chain import Break, Chain, chain
from core.review.essentials import Essential, Part, Score, scores
from core.review.record import record
from core.review.score import Tally
from core.rules.rule import DATA
from core.rules.upkeep import Lack, lacking

if TYPE_CHECKING:
    from core.alerts.alert import Alert
    from core.ports import World
    from core.workspace import Workspace

MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Standing:
    chain: Chain
    scores: tuple[Score, ...]


async def standing(workspace: Workspace, world: World) -> Standing:
    now = world.clock.now()
    today = now.astimezone(workspace.zone).date()
    begins = datetime.combine(today - MONTH, time(), workspace.zone).astimezone(UTC)
    async with world.store.begin() as tx:
        waiting, fired, is_open = await tx.waiting(), await tx.fired(begins), await tx.open()
        told = [record(one, await tx.events(one.id), lambda period: period.end.replace(tzinfo=UTC)) for one in fired]
    sent = waiting.get(Status.SENT, 0)
    links = chained(workspace, today)
    tally = Tally(tuple(one for one in told if one is not None and not one.rule.startswith(DATA)))
    parts = [
        *_rules(links, workspace),
        *_data(workspace, [one for one in is_open if one.condition.is_bad]),
        Part(Essential.PUSH, "arrived", sent, sent + waiting.get(Status.DEAD, 0)),
        *_response(links, workspace, tally),
        *_review(links, workspace, tally),
    ]
    return Standing(links, scores(parts))


def chained(workspace: Workspace, today: date) -> Chain:
    roles = {duty.role for person in workspace.people.values() for duty in person.duties}
    core = [metric.code for metric in workspace.catalog.available() if metric.tier is Tier.CORE]
    lacks = lacking(workspace.rules, roles, today)
    return chain(workspace.objectives, workspace.rules, core, lacks, today)


def _rules(links: Chain, workspace: Workspace) -> Iterator[Part]:
    goals = len(workspace.objectives)
    wishes = set(links.broken.get(Break.NO_METRIC, ())) | set(links.broken.get(Break.NO_RULE, ()))
    yield Part(Essential.RULES, "goals-watched", goals - len(wishes), goals)
    core = sum(metric.tier is Tier.CORE for metric in workspace.catalog.available())
    yield Part(Essential.RULES, "metrics-watched", core - len(links.broken.get(Break.UNWATCHED, ())), core)


def _data(workspace: Workspace, bad: list[Alert]) -> Iterator[Part]:
    sources = len(workspace.catalog.sources)
    ill = {one.fingerprint.source for one in bad if one.fingerprint.source}
    yield Part(Essential.DATA, "sources-well", sources - len(ill), sources)


def _response(links: Chain, workspace: Workspace, tally: Tally) -> Iterator[Part]:
    yield _with(links, Lack.OWNER, "owned", Essential.RESPONSE, workspace)
    yield _with(links, Lack.SOP, "with-steps", Essential.RESPONSE, workspace)
    told = [one for one in tally.records if one.told]
    yield Part(Essential.RESPONSE, "taken", sum(one.taken is not None for one in told), len(told))


def _review(links: Chain, workspace: Workspace, tally: Tally) -> Iterator[Part]:
    rules = len(workspace.rules)
    late = set(links.lacks.get(Lack.REVIEW, ())) | set(links.lacks.get(Lack.REVIEW_PAST, ()))
    yield Part(Essential.REVIEW, "reviewed", rules - len(late), rules)
    yield Part(Essential.REVIEW, "judged", tally.alerts - tally.unjudged, tally.alerts)


def _with(links: Chain, lack: Lack, code: str, essential: Essential, workspace: Workspace) -> Part:
    rules = len(workspace.rules)
    return Part(essential, code, rules - len(links.lacks.get(lack, ())), rules)
