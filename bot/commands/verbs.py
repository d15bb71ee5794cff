"""The words a sentence to us may open with, in both tongues, and what they take for granted.

A Chinese verb needs no space after it (`转给李伟`); a Latin one is a whole word.
"""

from __future__ import annotations

import re
from typing import Literal, get_args

from core.alerts.alert import Feedback, Reason

Verb = Literal[
    "metrics",
    "define",
    "alerts",
    "why",
    "drivers",
    "funnel",
    "lines",
    "route",
    "board",
    "share",
    "shared",
    "unshare",
    "duty",
    "digest",
    "health",
    "put",
    "imports",
    "import",
    "help",
    "ack",
    "assign",
    "accept",
    "decline",
    "escalate",
    "snooze",
    "close",
    "reopen",
    "storm",
    "rule",
    "handoff",
    "done",
    "undo",
    "promise",
    "drop",
    "promises",
    "mine",
    "home",
    "cause",
    "judge",
    "loss",
    "approve",
    "reject",
    "more",
    "plead",
    "allow",
    "deny",
    "link",
    "iam",
    "audit",
    "check",
    "chain",
    "review",
    "adopt",
    "incident",
    "mute",
    "mutes",
    "unmute",
]
VERBS: tuple[Verb, ...] = get_args(Verb)

SPELLINGS: dict[Verb, tuple[str, ...]] = {
    "metrics": ("metrics", "list metrics", "指标", "指标列表", "有哪些指标", "所有指标"),
    "define": ("define", "definition", "definition of", "what is", "what's", "定义", "口径", "什么是"),
    "alerts": ("alerts", "alert", "list alerts", "预警", "预警列表", "告警", "告警列表", "报警"),
    "why": ("why", "为什么", "为何", "原因"),
    "drivers": ("drivers", "what moved", "拆解", "驱动因素"),
    "funnel": ("funnel", "漏斗", "全链路漏斗"),
    "lines": ("three lines", "lines", "三条线", "三线"),
    "route": ("route", "路由", "通知谁"),
    "board": ("board", "dashboard", "看板", "大盘"),
    "share": ("share the board", "share board", "share", "分享看板", "分享 看板", "分享大盘"),
    "shared": ("shared", "list shares", "分享列表", "已分享"),
    "unshare": ("unshare", "取消分享", "停止分享"),
    "duty": ("duty", "on duty", "who is on duty", "who's on duty", "on call", "值班", "谁值班", "谁在值班", "值班表"),
    "digest": (
        *("digest", "daily digest", "weekly digest", "monthly digest", "meeting pack", "日报", "早报", "周报", "月报"),
        *("老板日报", "主管日报", "老板周报", "主管周报", "老板月报", "例会材料", "例会"),
    ),
    "health": ("health", "健康", "运行状况"),
    "imports": ("imports", "导入", "导入记录"),
    "import": ("import", "take in", "导入文件"),
    "put": ("put", "填报", "录入"),
    "help": ("help", "start", "?", "帮助", "怎么用"),
    "ack": ("ack", "acknowledge", "take", "确认", "认领", "收到"),
    "assign": ("assign to", "assign", "reassign to", "reassign", "指派给", "指派", "转给", "交给", "分配给"),
    "accept": ("accept", "接受", "接下"),
    "decline": ("decline", "拒绝", "婉拒", "退回"),
    "escalate": ("escalate", "升级", "上报"),
    "snooze": ("snooze for", "snooze until", "snooze", "稍后提醒", "稍后", "延后"),
    "close": ("close as", "close", "resolve", "关闭", "解决"),
    "storm": ("storm", "预警组", "告警组"),
    "rule": ("rules", "rule", "规则列表", "规则"),
    "mute": ("mute", "屏蔽", "静音", "静默"),
    "mutes": ("mutes", "list mutes", "屏蔽列表", "屏蔽清单"),
    "unmute": ("unmute", "取消屏蔽", "解除屏蔽", "取消静音"),
    "reopen": ("reopen", "重新打开", "重开"),
    "handoff": ("hand off to", "hand off", "handoff to", "handoff", "移交给", "移交", "转交给", "转交"),
    "done": ("done", "tick", "完成", "搞定"),
    "undo": ("undo", "untick", "撤销", "没做完"),
    "promise": ("promise", "follow up", "follow-up", "followup", "跟进", "承诺"),
    "drop": ("drop", "cancel", "取消"),
    "promises": ("promises", "follow-ups", "followups", "承诺列表", "跟进列表", "跟进事项"),
    "mine": ("mine", "my alerts", "my promises", "我的预警", "我的告警", "我的待办", "我的跟进"),
    "home": ("home", "my board", "主页", "我的主页", "我的看板"),
    "cause": ("cause", "root cause", "根因", "归因", "原因是"),
    "judge": ("judge", "rate", "feedback", "评价", "反馈"),
    "loss": ("loss avoided", "loss", "止损", "避免损失"),
    "approve": ("approve", "批准", "同意"),
    "reject": ("reject", "驳回", "否决"),
    "more": ("more", "更多"),
    "plead": ("plead", "申请"),
    "allow": ("allow", "准许", "放行"),
    "deny": ("deny", "不准"),
    "link": ("link", "绑定"),
    "iam": ("iam", "i am", "我是"),
    "audit": ("audit", "审计", "操作记录"),
    "chain": ("chain", "essentials", "objectives", "目标链", "健康分", "五要素"),
    "review": ("review", "retro", "retrospective", "复盘"),
    "adopt": ("adopt", "采纳"),
    "incident": ("log incident", "incident", "记录事故", "事故", "漏报"),
    "check": ("check rules", "check", "规则体检", "体检"),
}

REASONS: dict[Reason, tuple[str, ...]] = {
    Reason.REAL_ACTED: ("real-acted", "real acted", "acted", "fixed", "已处理", "处理完", "真实已处理"),
    Reason.REAL_EXPECTED: ("real-expected", "real expected", "expected", "campaign", "预期内", "符合预期"),
    Reason.FALSE_ALARM: ("false-alarm", "false alarm", "false", "noise", "误报"),
    Reason.DATA_ISSUE: ("data-issue", "data issue", "bad data", "数据问题", "数据异常"),
    Reason.NOT_ACTIONABLE: ("not-actionable", "not actionable", "无需处理", "无法处理", "不用处理"),
    Reason.DUPLICATE: ("duplicate", "dup", "重复"),
}

FEEDBACK: dict[Feedback, tuple[str, ...]] = {
    Feedback.USEFUL: ("useful", "有用"),
    Feedback.FALSE_ALARM: ("false-alarm", "false alarm", "false", "noise", "误报"),
    Feedback.EXPECTED: ("expected", "预期内", "符合预期"),
    Feedback.NEW_NORMAL: ("new-normal", "new normal", "normal", "新常态"),
}

MINE = ("mine", "my", "我的")


def _longest_first(spellings: dict[str, str]) -> re.Pattern[str]:
    names = sorted(spellings, key=len, reverse=True)
    return re.compile("|".join(re.escape(name) + (r"(?![\w-])" if name[-1].isascii() else "") for name in names))


_VERB_OF: dict[str, Verb] = {name: verb for verb, names in SPELLINGS.items() for name in names}
_REASON_OF = {name: reason for reason, names in REASONS.items() for name in names}
_FEEDBACK_OF = {name: feedback for feedback, names in FEEDBACK.items() for name in names}
_VERB = _longest_first(dict(_VERB_OF))
_REASON = _longest_first({name: reason.value for name, reason in _REASON_OF.items()})


def opening(text: str) -> tuple[Verb, int] | None:
    """Return the verb a lowered text opens with, and where it ends."""
    found = _VERB.match(text)
    return (_VERB_OF[found.group()], found.end()) if found else None


def reason_at(text: str) -> tuple[Reason, int] | None:
    """Return the reason a lowered text opens with, and where it ends."""
    found = _REASON.match(text)
    return (_REASON_OF[found.group()], found.end()) if found else None


def feedback_of(text: str) -> Feedback | None:
    """Return what a lowered text thinks of an alert."""
    return _FEEDBACK_OF.get(text.strip())
