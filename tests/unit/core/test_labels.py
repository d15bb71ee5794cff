"""Slices that may share a fact, and those that cannot."""

from core.labels import Labels

WECHAT = Labels.of({"channel": "wechat"})


def test_slices_meet_unless_they_differ_in_a_dimension_that_both_name() -> None:
    assert WECHAT.meets(Labels.of({"region": "east"}))
    assert WECHAT.meets(Labels.of({"channel": "wechat", "region": "east"}))
    assert WECHAT.meets(Labels())
    assert Labels().meets(WECHAT)
    assert not WECHAT.meets(Labels.of({"channel": "douyin", "region": "east"}))
