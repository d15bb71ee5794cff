"""What a rule lacks to be answered for is named, and what it has is not."""

from datetime import date

import pytest

from core.rules.rule import Consequence
from core.rules.upkeep import Lack, lacking
from core.text import Text
from tests.builders import a_rule

TODAY = date(2026, 6, 18)
WHOLE = {"objective": Text.same("ROI of 2"), "sop": (Text.same("look"),), "review": date(2026, 12, 31)}


@pytest.mark.parametrize(
    ("changes", "lacks"),
    [
        ({}, []),
        ({"objective": None}, [Lack.OBJECTIVE]),
        ({"owner": "nobody_holds_this"}, [Lack.OWNER]),
        ({"owner": "person:alice"}, []),
        ({"sop": ()}, [Lack.SOP]),
        ({"review": None}, [Lack.REVIEW]),
        ({"review": date(2026, 6, 17)}, [Lack.REVIEW_PAST]),
        ({"review": TODAY}, []),
        ({"consequence": Consequence(Text.same("cut"), "role:cfo")}, [Lack.APPROVER]),
        ({"consequence": Consequence(Text.same("cut"), "role:director")}, []),
    ],
)
def test_each_lack_has_its_own_name(changes, lacks):
    rule = a_rule(**(WHOLE | changes))
    assert list(lacking([rule], ["channel_lead", "director"], TODAY)) == lacks
