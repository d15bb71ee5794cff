"""What is missing before the house can run, said as what to do about it. It looks, and changes
nothing but a database's tables, which it opens as `run` does.

A check answers with findings; each is fine, a matter to know, or broken. What the world does not answer is a matter
to know: whoever sits behind a wall is not ill for it.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bot.setup.calls import calls
from bot.setup.finding import Finding, State
from core.errors import Fact, Invalid, Problem

if TYPE_CHECKING:
    from bot.settings import Settings
    from core.text import Tongue
    from core.workspace import Workspace

SCARCE, SPENT = 1_000, 100  # megabytes of disk: think of it, and do something now
LOCAL = ("127.0.0.1", "localhost", "::1")
HOSTS = {
    "wecom_robots": "qyapi.weixin.qq.com",
    "dingtalk_robots": "oapi.dingtalk.com",
    "feishu_robots": "open.feishu.cn",
}
SHAPES = {
    "slack_bot_token": re.compile(r"xoxb-[\w-]{10,}"),
    "slack_app_token": re.compile(r"xapp-[\w-]{10,}"),
    "slack_signing_secret": re.compile(r"[0-9a-f]{32}"),
    "telegram_bot_token": re.compile(r"\d{6,}:[\w-]{30,}"),
}


async def examine(settings: Settings, load: Callable[[Path], Workspace]) -> AsyncIterator[Finding]:
    """Yield what was found, as it is found; `load` reads a workspace's folder."""
    workspace = None
    for finding, found in _workspace(settings, load):
        workspace = found or workspace
        yield finding
    for finding in (*_zones(settings, workspace), *_font(), *_disk(settings), *_console(settings), *_shapes(settings)):
        yield finding
    for finding in (*_listeners(settings), *_people(settings, workspace)):
        yield finding
    if workspace:
        async for finding in _facts(workspace):
            yield finding
    async for finding in _store(settings):
        yield finding
    async for finding in calls(settings):
        yield finding


def report_json(findings: list[Finding], tongue: Tongue) -> dict[str, Any]:
    return {
        "well": is_well(findings),
        "checks": [
            {
                "about": one.about,
                "state": one.state.value,
                "code": one.code,
                "text": one.said(tongue),
                "facts": one.facts,
            }
            for one in findings
        ],
    }


def is_well(findings: list[Finding]) -> bool:
    return all(one.state is not State.BROKEN for one in findings)


# --- here ------------------------------------------------------------------------------------------------------


def _workspace(settings: Settings, load: Callable[[Path], Workspace]) -> Iterator[tuple[Finding, Workspace | None]]:
    folder = settings.beacon_workspace
    if folder is None:
        yield Finding("workspace", State.BROKEN, "doctor-no-workspace"), None
        return
    try:
        workspace = load(folder)
    except Invalid as wrong:
        facts: dict[str, Fact] = {"folder": str(folder), "count": len(wrong.mistakes)}
        yield Finding("workspace", State.BROKEN, "doctor-workspace-wrong", facts), None
    except Problem as problem:
        yield Finding("workspace", State.BROKEN, problem.code, dict(problem.facts)), None
    else:
        facts = {"folder": str(folder), "rules": len(workspace.rules), "people": len(workspace.people)}
        yield Finding("workspace", State.FINE, "doctor-workspace-fine", facts), workspace


def _zones(settings: Settings, workspace: Workspace | None) -> Iterator[Finding]:
    zone = settings.beacon_zone or (str(workspace.zone) if workspace else "Asia/Shanghai")
    try:
        data = version("tzdata")
    except PackageNotFoundError:
        data = "?"
    now = datetime.now(UTC)
    facts: dict[str, Fact] = {"zone": zone, "wall": f"{now.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}", "data": data}
    yield Finding("zones", State.FINE, "doctor-zones-fine", facts)


def _font() -> Iterator[Finding]:
    from core.charts.letters import missing_letters

    missing = missing_letters("烽火投产比转化率预警¥▲▼×")
    if missing:
        yield Finding("font", State.BROKEN, "doctor-font-broken", {"letters": missing})
    else:
        yield Finding("font", State.FINE, "doctor-font-fine")


def _disk(settings: Settings) -> Iterator[Finding]:
    folder = _folder_of(settings.beacon_store_url.get_secret_value())
    at = next((one for one in (folder, *folder.parents) if one.exists()), Path())
    left = shutil.disk_usage(at).free // 1_000_000
    state = State.BROKEN if left < SPENT else State.NOTE if left < SCARCE else State.FINE
    yield Finding("disk", state, f"doctor-disk-{state}", {"left": left, "folder": str(at)})


def _console(settings: Settings) -> Iterator[Finding]:
    if settings.beacon_host not in LOCAL:
        yield Finding("console", State.NOTE, "doctor-console-open", {"host": settings.beacon_host})
    else:
        facts: dict[str, Fact] = {"host": settings.beacon_host, "port": str(settings.beacon_port)}
        yield Finding("console", State.FINE, "doctor-console-fine", facts)
    if not settings.beacon_public_url:
        if _listening(settings):
            yield Finding("links", State.NOTE, "doctor-links-off")
    elif not settings.beacon_public_url.startswith("https://"):
        yield Finding("links", State.NOTE, "doctor-links-plain")
    elif settings.beacon_link_secret is None:
        yield Finding("links", State.NOTE, "doctor-links-forgotten")
    else:
        yield Finding("links", State.FINE, "doctor-links-fine")


def _shapes(settings: Settings) -> Iterator[Finding]:
    for name, shape in SHAPES.items():
        secret = getattr(settings, name)
        if secret and not shape.fullmatch(secret.get_secret_value().strip()):
            yield Finding(name.split("_")[0], State.BROKEN, "doctor-token-shape", {"name": name.upper()})
    if settings.slack_bot_token and not (settings.slack_app_token or settings.slack_signing_secret):
        yield Finding("slack", State.BROKEN, "doctor-slack-deaf")
    if settings.telegram_webhook_url and not settings.telegram_webhook_url.startswith("https://"):
        yield Finding("telegram", State.BROKEN, "doctor-telegram-plain")


def _listeners(settings: Settings) -> Iterator[Finding]:
    from bot.listeners import listeners, named

    try:
        on = [adapter.platform for adapter in listeners(settings, None)]
    except Invalid as wrong:
        for mistake in wrong.mistakes:
            yield Finding("listeners", State.BROKEN, mistake.code, dict(mistake.facts))
        return
    for setting, host in HOSTS.items():
        secret = getattr(settings, setting)
        for name, url in named(setting, secret.get_secret_value() if secret else None).items():
            if host not in url and not (host == "open.feishu.cn" and "open.larksuite.com" in url):
                yield Finding(setting.split("_")[0], State.NOTE, "doctor-robot-elsewhere", {"name": name, "host": host})
            elif "#" not in url and setting != "wecom_robots":
                yield Finding(setting.split("_")[0], State.NOTE, "doctor-robot-unsigned", {"name": name})
    if on:
        yield Finding("listeners", State.FINE, "doctor-listeners-fine", {"names": ", ".join(on)})


def _people(settings: Settings, workspace: Workspace | None) -> Iterator[Finding]:
    """Say who could not be told anything, as the chats are now."""
    if workspace is None:
        return
    on = {"web", *_listening(settings)}
    on |= {name for name in ("slack", "telegram") if getattr(settings, f"{name}_bot_token")}
    deaf = [one.id for one in workspace.people.values() if not on & set(one.chats)]
    if deaf:
        yield Finding("people", State.BROKEN, "doctor-people-deaf", {"names": ", ".join(deaf)})
    places = {place for route in workspace.routes for place in route.chats if place.platform not in on}
    if places:
        yield Finding("routes", State.BROKEN, "doctor-routes-deaf", {"places": ", ".join(sorted(map(str, places)))})


def _listening(settings: Settings) -> tuple[str, ...]:
    kinds = {
        "wecom": settings.wecom_robots,
        "dingtalk": settings.dingtalk_robots,
        "feishu": settings.feishu_robots,
        "mail": settings.mail_url,
        "sms": settings.sms_url,
        "ntfy": settings.ntfy_url,
        "webhook": settings.webhook_urls,
    }
    return tuple(name for name, secret in kinds.items() if secret)


async def _facts(workspace: Workspace) -> AsyncIterator[Finding]:
    """Take the sources in once, into memory: what cannot be read is named."""
    from bot.app import open_world
    from bot.clock import SystemClock

    try:
        async with open_world(workspace, SystemClock()) as world:
            await world.warehouse.refresh()
    except Problem as problem:
        yield Finding("warehouse", State.BROKEN, problem.code, dict(problem.facts))
    else:
        yield Finding("warehouse", State.FINE, "doctor-facts-fine", {"count": len(workspace.catalog.sources)})


async def _store(settings: Settings) -> AsyncIterator[Finding]:
    url = settings.beacon_store_url.get_secret_value()
    if url.startswith("sqlite"):
        folder = _folder_of(url)
        at = next((one for one in (folder, *folder.parents) if one.exists()), Path())
        state = State.FINE if os.access(at, os.W_OK) else State.BROKEN
        yield Finding("store", state, f"doctor-store-{state}", {"place": str(folder)})
        return
    from bot.app import open_and_close

    try:
        await open_and_close(url)
    except Problem as problem:
        yield Finding("store", State.BROKEN, problem.code, dict(problem.facts))
    else:
        yield Finding("store", State.FINE, "doctor-store-fine", {"place": "postgresql"})


def _folder_of(url: str) -> Path:
    """Return the folder of a store in a file; elsewhere, where we stand, for the facts are kept here."""
    _, _, path = url.partition(":///")
    return Path(path).resolve().parent if url.startswith("sqlite") and path else Path.cwd()
