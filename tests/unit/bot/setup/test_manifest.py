"""Slack's app is told of all that our code does there, and of nothing it may not do."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from typer.testing import CliRunner

from bot.adapters.slack.inbound import TRIGGER
from bot.cli import cli
from bot.setup.manifest import EVENTS, FREE, LINKS, METHODS, SCOPES, manifest

SLACK = Path(__file__).parents[4] / "bot/adapters/slack"
SOURCES = "\n".join(path.read_text(encoding="utf-8") for path in SLACK.rglob("*.py"))


def called():
    """Return the methods of Slack's that our code names: `chat_postMessage(` is chat.postMessage."""
    found = re.findall(r"\.((?:chat|conversations|files|users|views|auth|reactions|apps|pins|bookmarks)_\w+)", SOURCES)
    spelled = re.findall(r"\"((?:chat|files|views|conversations|users)\.[a-zA-Z.]+)\"", SOURCES)
    return {name.replace("_", ".") for name in found} | set(spelled)


def test_every_method_we_call_has_the_scope_it_needs():
    granted = {method for methods in (METHODS | LINKS).values() for method in methods} | set(FREE)
    granted |= {"files.upload.v2"}  # the library's name for the three that METHODS knows
    assert "chat.postMessage" in called()
    assert called() - granted == set()


def test_the_app_is_told_of_every_command_and_event_that_we_answer():
    app = manifest()
    assert [one["command"] for one in app["features"]["slash_commands"]] == [TRIGGER]
    told = app["settings"]["event_subscriptions"]["bot_events"]
    answered = set(
        re.findall(r"\"(app_mention|app_home_opened|file_shared|link_shared|member_joined_channel)\"", SOURCES)
    )
    assert answered - {"link_shared"} <= set(told)
    assert list(EVENTS) == told
    assert app["settings"]["interactivity"]["is_enabled"]
    assert set(app["oauth_config"]["scopes"]["bot"]) == set(SCOPES)


def test_each_event_has_the_scope_without_which_slack_refuses_the_app():
    # https://docs.slack.dev/reference/events, each event's page
    needs = {
        "app_mention": "app_mentions:read",
        "message.channels": "channels:history",
        "message.groups": "groups:history",
        "message.im": "im:history",
        "file_shared": "files:read",
        "link_shared": "links:read",
    }
    app = manifest("https://kpi.example.cn/")
    scopes = set(app["oauth_config"]["scopes"]["bot"])
    assert {needs[event] for event in app["settings"]["event_subscriptions"]["bot_events"] if event in needs} <= scopes
    assert "commands" in scopes


def test_without_an_address_socket_mode_is_on_and_with_one_slack_calls_us_there():
    assert manifest()["settings"]["socket_mode_enabled"]
    assert "url" not in manifest()["features"]["slash_commands"][0]
    app = manifest("https://kpi.example.cn")
    assert not app["settings"]["socket_mode_enabled"]
    there = "https://kpi.example.cn/slack/events"
    assert app["features"]["slash_commands"][0]["url"] == there
    assert app["settings"]["event_subscriptions"]["request_url"] == there
    assert app["settings"]["interactivity"]["request_url"] == there
    assert app["features"]["unfurl_domains"] == ["kpi.example.cn"]


def test_the_limits_of_slacks_own_schema_are_kept():
    # https://docs.slack.dev/reference/app-manifest
    app = manifest("https://kpi.example.cn")
    assert len(app["display_information"]["name"]) <= 35
    assert len(app["display_information"]["description"]) <= 140
    assert re.fullmatch(r"#[0-9a-f]{6}", app["display_information"]["background_color"])
    assert len(app["features"]["bot_user"]["display_name"]) <= 80
    [command] = app["features"]["slash_commands"]
    assert len(command["command"]) <= 32
    assert len(command["description"]) <= 2000
    assert len(command["usage_hint"]) <= 1000
    [shortcut] = app["features"]["shortcuts"]
    assert len(shortcut["name"]) <= 24
    assert len(shortcut["description"]) <= 150
    assert len(shortcut["callback_id"]) <= 255
    assert len(app["settings"]["event_subscriptions"]["bot_events"]) <= 100


def test_what_the_command_prints_is_the_app():
    printed = CliRunner().invoke(cli, ["slack-manifest", "--url", "https://kpi.example.cn"])
    assert yaml.safe_load(printed.stdout) == manifest("https://kpi.example.cn")
