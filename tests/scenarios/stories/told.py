"""The five stories, each a script that anybody can read: who does what, and when. What is then seen is in `golden`."""

from __future__ import annotations

from tests.scenarios.stories.stage import Stage


async def alert(we: Stage) -> None:
    """A number falls; Li takes it, is given a day, promises, it recovers, and he closes it with what it was."""
    await we.morning("2026-06-20", wechat=80)
    card = we.card(en="ROI · WeChat", zh="投产比 · 微信", where="#growth")
    await we.presses("li", card, en="I’ll take it", zh="我来处理")
    await we.writes("wang", below=card, en="assign @li tomorrow 3pm", zh="指派 @li 明天下午3点")
    await we.writes("li", below=card, en="promise swap the pictures by tomorrow 18:00", zh="承诺 明天18:00前换素材")
    await we.morning("2026-06-21", wechat=230)
    await we.morning("2026-06-22", wechat=230)
    await we.writes(
        "li", below=card, en="close acted cause:copy action:new pictures", zh="关闭 已处理 原因:素材疲劳 措施:换了素材"
    )


async def storm(we: Stage) -> None:
    """All twelve channels fall in one night: one card, which Li takes as a whole."""
    await we.morning("2026-06-20", **dict.fromkeys(we.channels, 80))
    card = we.card(en="12", zh="12", where="#growth")
    await we.presses("li", card, en="Take all 12", zh="全部认领（12）")


async def digest(we: Stage) -> None:
    """The morning after a fall: the digest comes by itself, and Wang asks for her own."""
    await we.morning("2026-06-23", wechat=80, douyin=150)  # a Tuesday: Friday to Sunday were the Dragon Boat Festival
    await we.nine_o_clock("2026-06-23")
    await we.writes("wang", en="digest", zh="日报")


async def dropped(we: Stage) -> None:
    """Li drops a file in private, sees how it would be read, and takes it in; what is no number is told."""
    rows = (
        "day,channel,revenue,spend\n2026-06-19,wechat,300,100\n2026-06-19,douyin,many,100\n2026-06-19,baidu,=1+1,100\n"
    )
    await we.drops("li", "june.csv", rows)
    await we.presses("li", we.newest(), en="Take it in", zh="确认导入")
    await we.drops("wang", "notes.csv", "name,age\nli,3\n")


async def rule(we: Stage) -> None:
    """Wang makes a rule in chat, sees what it would do, changes it and retires it; Li may not."""
    await we.writes(
        "wang",
        en="rule add low_roi: roi by channel < 1.5 owner=channel_lead",
        zh="规则 新增 low_roi：渠道ROI<1.5 负责=channel_lead",
    )
    await we.presses("wang", we.newest(), en="Keep it", zh="启用")
    await we.writes("wang", en="rule change low_roi: roi by channel < 1.2", zh="规则 修改 low_roi：渠道ROI<1.2")
    await we.presses("wang", we.newest(), en="Keep it", zh="启用")
    await we.writes("wang", en="rule retire low_roi", zh="规则 停用 low_roi")
    await we.writes("li", en="rule add mine: roi < 1 owner=channel_lead", zh="规则 新增 mine：ROI<1 负责=channel_lead")


STORIES = {"alert": alert, "storm": storm, "digest": digest, "import": dropped, "rule": rule}
