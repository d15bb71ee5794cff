"""Ours and a bare handler are asked alike, and each question is answered; how fast, `beacon bench chat` says."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from bot.bench import chat
from bot.cli import cli

PROMISED = {"kpi_p50_seconds", "kpi_p99_seconds", "bare_p50_seconds", "bare_p99_seconds"}


def test_every_question_is_answered_by_both(monkeypatch):
    monkeypatch.setattr(chat, "AT_ONCE", 5)
    monkeypatch.setattr(chat, "ROUNDS", 1)
    printed = CliRunner().invoke(cli, ["bench", "chat", "--json"])
    waited = json.loads(printed.stdout)
    assert waited.keys() >= PROMISED
    assert waited["requests"] == 5
    assert all(0 < waited[name] < chat.PATIENCE for name in PROMISED)
    assert waited["kpi_p50_seconds"] <= waited["kpi_p99_seconds"]
