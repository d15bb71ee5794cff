"""Slack's app, as the file that its owner pastes at api.slack.com/apps: what we are told, and what we may do.

A shortcut's name for itself is a command, as a button's is. A test holds each method we call to the scope it needs.
https://docs.slack.dev/reference/app-manifest
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

COMMAND = "/kpi"
PATH = "/slack/events"
EVENTS = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "file_shared",
    "message.channels",
    "message.groups",
    "message.im",
    "tokens_revoked",
)
# Each scope, and the methods of ours that need it; the rest are for what Slack tells us.
METHODS = {
    "channels:history": ("conversations.history", "conversations.replies"),
    "channels:read": ("conversations.info",),
    "chat:write": ("chat.postMessage", "chat.update", "chat.postEphemeral", "chat.delete"),
    "chat:write.public": (),
    "files:read": ("files.info",),
    "files:write": ("files.getUploadURLExternal", "files.completeUploadExternal"),
    "groups:history": ("conversations.history", "conversations.replies"),
    "groups:read": ("conversations.info",),
    "im:history": ("conversations.history", "conversations.replies"),
    "im:write": ("conversations.open",),
    "users:read": ("users.info",),
}
TOLD = ("app_mentions:read", "commands")
SCOPES = tuple(sorted((*METHODS, *TOLD)))
LINKS = {"links:read": (), "links:write": ("chat.unfurl",)}
# What asks for no scope at all.
FREE = ("auth.test", "apps.connections.open", "views.open", "views.push", "views.update", "views.publish")


def manifest(address: str | None = None) -> dict[str, Any]:
    """Return the app. With our public address Slack calls us there; without, we call Slack, by Socket Mode.

    Links to that address unfold into the alert they show, so its name is said too.
    """
    host = urlsplit(address).hostname if address else None
    url = f"{address.rstrip('/')}{PATH}" if address else None
    command = {
        "command": COMMAND,
        "description": "Numbers, alerts and who has them · 指标、预警和负责人",
        "usage_hint": "roi last 7 days by channel · 最近7天各渠道投产比",
        "should_escape": True,
    }
    events: dict[str, Any] = {"bot_events": [*EVENTS, *(["link_shared"] if host else [])]}
    interactivity: dict[str, Any] = {"is_enabled": True}
    if url:
        command["url"] = events["request_url"] = interactivity["request_url"] = url
    features: dict[str, Any] = {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
        "bot_user": {"display_name": "Beacon", "always_online": True},
        "shortcuts": [
            {
                "name": "What needs me · 我的待办",
                "type": "global",
                "callback_id": "alerts mine",
                "description": "The alerts that are yours · 归你处理的预警",
            }
        ],
        "slash_commands": [command],
    }
    if host:
        features["unfurl_domains"] = [host]
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "Beacon",
            "description": "Which number moved, why, and who has it · 哪个指标动了、为什么、谁在管",
            "background_color": "#1c2026",
        },
        "features": features,
        "oauth_config": {"scopes": {"bot": sorted((*SCOPES, *(LINKS if host else ())))}},
        "settings": {
            "event_subscriptions": events,
            "interactivity": interactivity,
            "org_deploy_enabled": False,
            "socket_mode_enabled": url is None,
            "token_rotation_enabled": False,
        },
    }
