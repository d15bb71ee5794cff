"""Rules as a marketing team writes them in a hurry, and what each is read as, in both tongues.

The table beside this file holds a sentence a line: as it was written, then as it is read back. A reading was looked
at by a person before it came in; one that changes is a rule that now means something else.
"""

from pathlib import Path

import pytest

from bot.phrases import phrases
from core.errors import Invalid
from core.metrics.catalog import Catalog
from core.metrics.load import builtin
from core.rules.check import check, doubts, settled
from core.rules.parse import parse, understand
from core.rules.say import say
from core.text import TONGUES

DICTIONARY = builtin()
CATALOG = Catalog(DICTIONARY.metrics, DICTIONARY.dimensions)
_, *LINES = Path(__file__).with_name("as_people_write.tsv").read_text("utf-8").splitlines()
TABLE = [line.split("\t") for line in LINES]


@pytest.mark.parametrize(("said", "zh", "en"), TABLE)
def test_a_hurried_sentence_is_read_as_it_is_meant_and_back_in_both_tongues(said, zh, en):
    read = settled(understand(said, CATALOG), CATALOG).sentence
    assert (say(read, "zh", CATALOG), say(read, "en", CATALOG)) == (zh, en)
    assert parse(zh, CATALOG) == read
    assert parse(en, CATALOG) == read


@pytest.mark.parametrize(
    ("said", "code", "facts"),
    [
        # one channel alone, or all but one: that is said beside the sentence
        ("小红书的转化率低于2%", "rule-value-named", {"value": "小红书", "dimension": "channel"}),
        ("wechat conversion rate below 2%", "rule-value-named", {"value": "wechat", "dimension": "channel"}),
        ("除微信外各渠道转化率低于2%", "rule-value-excluded", {"value": "微信", "dimension": "channel"}),
        ("转化率低于2%，但不包括抖音", "rule-value-excluded", {"value": "抖音", "dimension": "channel"}),
        ("excluding wechat, roi below 1", "rule-value-excluded", {"value": "wechat", "dimension": "channel"}),
        ("除此外各渠道转化率低于2%", "rule-unknown-word", {"said": "此外"}),
        ("excluding, roi below 1", "rule-except-said", {"found": "excluding"}),
        # when it counts
        ("大促期间转化率低于2%", "rule-during-said", {"event": "618"}),
        ("双11期间ROI低于0.8", "rule-during-said", {"event": "双11"}),
        ("conversion rate below 2% during 618", "rule-during-said", {"event": "618"}),
        ("工作日曝光量低于10万", "rule-workday-said", {"found": "工作日"}),
        ("曝光量连续3个工作日低于10万", "rule-workday-said", {"found": "连续3个工作日"}),
        ("conversion rate below 2% on weekdays", "rule-workday-said", {"found": "on weekdays"}),
        ("conversion rate at least 20% worse than last Tuesday", "rule-weekday-said", {"found": "last tuesday"}),
        ("转化率比上周二低20%", "rule-weekday-said", {"found": "比上周二"}),
        # so far, and to date
        ("截至目前花费超过50万", "rule-so-far-alone", {"found": "截至目前"}),
        ("orders so far today above 500", "rule-so-far-alone", {"found": "so far today"}),
        ("本月GMV超过100万", "rule-to-date-said", {"found": "本月"}),
        ("month to date orders below 500", "rule-to-date-said", {"found": "month to date"}),
        # slips of the hand
        ("转化律低于2%", "rule-unknown-word", {"said": "律", "suggestion": "转化率"}),
        ("曝光亮环比下滑20%", "rule-unknown-word", {"said": "亮", "suggestion": "曝光量"}),
        ("conversoin rate < 2%", "rule-unknown-word", {"said": "conversoin rate", "suggestion": "Conversion rate"}),
        ("impresions down 20%", "rule-unknown-word", {"said": "impresions", "suggestion": "impressions"}),
        # more than a number may be said of
        ("花费比预算高1万元", "rule-other-by", {"found": "预算"}),
        ("曝光量是花费的2倍", "rule-expected-comparison", {"found": "花费"}),
        ("budget 20% worse than yesterday", "rule-expected-comparison", {"found": "worse than"}),
    ],
)
def test_what_a_sentence_does_not_hold_is_told_with_where_it_belongs(said, code, facts):
    with pytest.raises(Invalid) as caught:
        parse(said, CATALOG)
    found = caught.value.mistakes[0]
    assert (found.code, {key: found.facts.get(key) for key in facts}) == (code, facts)
    assert found.where is not None
    assert found.where.source == said
    for tongue in TONGUES:
        assert all(str(fact) in phrases.say(code, tongue, **found.facts) for fact in facts.values())


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("转化率环比下降", "rule-needs-threshold"),
        ("GMV同比增长", "rule-needs-threshold"),
        ("conversion rate down vs yesterday 20%", None),
        ("转化率低于0.02", "rule-percent-lost"),
        ("ROI低于150%", "rule-unit"),
        ("退款率超过5个百分点", "rule-points-of-value"),
        ("低于昨天的20%", "rule-needs-metric"),
        ("页面停留时间超过2分钟", None),
        ("页面停留时间 under half a minute", "unread"),
    ],
)
def test_what_is_read_but_lacks_something_says_what(said, asked):
    if asked == "unread":
        with pytest.raises(Invalid):
            parse(said, CATALOG)
        return
    found = [each.code for each in check(parse(said, CATALOG), CATALOG)]
    assert found == ([asked] if asked else [])


@pytest.mark.parametrize(
    ("said", "taken", "other"),
    [
        ("下单率低于均值的30%", "下单率较历史均值下降超过 70%", "下单率较历史均值下降超过 30%"),
        ("下单率低于均值30%", "下单率较历史均值下降超过 30%", "下单率较历史均值下降超过 70%"),
        ("order rate below 80% of target", "下单率较目标值下降超过 20%", "下单率较目标值下降超过 80%"),
    ],
)
def test_below_by_and_below_that_part_are_both_shown(said, taken, other):
    (doubt,) = [each for each in doubts(understand(said, CATALOG), CATALOG) if each.code == "doubt-below-by"]
    assert [say(each, "zh", CATALOG) for each in doubt.readings] == [taken, other]
