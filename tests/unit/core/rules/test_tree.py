"""Walking a rule's tree, and filling in what it leaves to its context."""

from core.labels import Labels
from core.rules.rule import Fingerprint
from core.rules.tree import Sudden, in_context, lacks_metric, leaves, metrics, operands
from tests.shop import a_sentence

MIXED = a_sentence("（投产比<转化率 或 非（跳出率突然飙升）） 且 转化率连续3天下降 且 投产比低于目标值")


def test_metrics_come_once_each_in_the_order_of_the_sentence() -> None:
    assert metrics(MIXED.condition) == ("roi", "cvr", "bounce_rate")
    assert len(list(leaves(MIXED.condition))) == 4
    assert len(list(operands(MIXED.condition))) == 4


def test_a_context_fills_in_only_what_names_no_metric() -> None:
    said = a_sentence("环比下滑超过30% 且 非（突然上升） 且 低于目标值 且 投产比<1")
    assert lacks_metric(said.condition)
    filled = in_context(said, "spend")
    assert not lacks_metric(filled.condition)
    assert metrics(filled.condition) == ("spend", "roi")
    assert Sudden("spend", "up") in list(leaves(filled.condition))
    assert in_context(filled, "clicks") == filled


def test_a_fingerprint_is_read_as_a_rule_and_its_slice() -> None:
    assert str(Fingerprint("roi_drop", Labels.of({"channel": "wechat"}))) == "roi_drop{channel=wechat}"
