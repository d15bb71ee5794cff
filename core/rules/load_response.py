"""What a rule says of its answer: the goal it guards, the steps to take, a review, a consequence, a ticket."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from core import document
from core.errors import Mistake
from core.rules.rule import Consequence, Ticket

if TYPE_CHECKING:
    from core.document import Fields, Mistakes, Node

MOST_STEPS = 20


def response_of(fields: Fields) -> dict[str, Any]:
    """Return the fields of a rule that these keys make."""
    sop = fields.take("sop", document.listing(document.text), ())
    if len(sop) > MOST_STEPS:
        fields.note("rule-sop-long", "sop", most=MOST_STEPS)
    return {
        "objective": fields.take("objective", document.text, None),
        "sop": sop,
        "review": fields.take("review", document.day, None),
        "is_opportunity": fields.take("tone", document.choice({"opportunity": True, "risk": False}), default=False),
        "consequence": fields.take("consequence", document.record(_consequence), None),
        "ticket": fields.take("ticket", document.record(_ticket), None),
    }


def _consequence(fields: Fields) -> Consequence | None:
    """Read `{say: {zh: 扣减渠道预算10%, en: …}, approve: role:director, after: 2}`."""
    say = fields.need("say", document.text, None)
    approve = fields.need("approve", somebody, "")
    after = fields.take("after", document.whole, 1)
    if after < 1:
        fields.note("rule-consequence-after", "after")
    webhook = fields.take("webhook", document.flag, default=False)
    return None if say is None or not approve else Consequence(say, approve, after, webhook)


def _ticket(fields: Fields) -> Ticket:
    """Read `{within: 2d, webhook: true}`."""
    within = fields.take("within", document.duration, timedelta(days=1))
    return Ticket(within, fields.take("webhook", document.flag, default=False))


def somebody(node: Node, mistakes: Mistakes) -> str | None:
    """Read `role:NAME` or `person:ID`; who that is, is found when it is asked."""
    said = document.words(node, mistakes)
    if said is None or (said.partition(":")[0] in ("role", "person") and said.partition(":")[2]):
        return said
    mistakes.append(Mistake("wanted-somebody", {"value": said}, node.where))
    return None
