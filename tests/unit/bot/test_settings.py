from __future__ import annotations

import pytest

from bot.settings import SECRETS, Settings, read_settings
from core.errors import Invalid


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(f"{name.upper()}_FILE", raising=False)


def test_without_an_environment_the_console_is_for_this_machine_alone():
    settings = read_settings()

    assert (settings.beacon_host, settings.beacon_port) == ("127.0.0.1", 8080)
    assert settings.slack_bot_token is None


def test_a_secret_may_stand_in_a_file(monkeypatch, tmp_path):
    (tmp_path / "token").write_text("xoxb-1\n", encoding="utf-8")
    monkeypatch.setenv("SLACK_BOT_TOKEN_FILE", str(tmp_path / "token"))

    settings = read_settings()

    assert settings.slack_bot_token is not None
    assert settings.slack_bot_token.get_secret_value() == "xoxb-1"


def test_what_is_no_secret_is_not_read_from_a_file(monkeypatch, tmp_path):
    (tmp_path / "host").write_text("example.com", encoding="utf-8")
    monkeypatch.setenv("BEACON_HOST_FILE", str(tmp_path / "host"))

    assert read_settings().beacon_host == "127.0.0.1"


def test_a_secret_file_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN_FILE", "/nowhere/token")

    with pytest.raises(Invalid) as caught:
        read_settings()

    assert caught.value.mistakes[0].code == "unreadable-secret"
    assert caught.value.mistakes[0].facts == {"file": "/nowhere/token"}


def test_all_wrong_settings_are_named_at_once_and_their_values_are_not(monkeypatch):
    monkeypatch.setenv("BEACON_PORT", "s3cret")
    monkeypatch.setenv("BEACON_ZONE", "Mars/Olympus")

    with pytest.raises(Invalid) as caught:
        read_settings()

    assert {mistake.facts["name"] for mistake in caught.value.mistakes} == {"BEACON_PORT", "BEACON_ZONE"}
    assert "s3cret" not in str([mistake.facts for mistake in caught.value.mistakes])


def test_no_secret_shows_itself():
    settings = read_settings(slack_bot_token="xoxb-hidden", beacon_store_url="postgresql://u:hidden@h/d")

    assert "hidden" not in repr(settings)
    assert set(SECRETS) == {
        "beacon_deadman_url",
        "beacon_link_secret",
        "beacon_store_url",
        "beacon_ticket_secret",
        "beacon_ticket_url",
        "dingtalk_robots",
        "feishu_robots",
        "mail_url",
        "ntfy_url",
        "slack_bot_token",
        "slack_app_token",
        "slack_signing_secret",
        "sms_url",
        "telegram_bot_token",
        "telegram_webhook_secret",
        "webhook_urls",
        "wecom_robots",
    }


def test_an_empty_variable_is_as_if_it_were_not_there(monkeypatch):
    monkeypatch.setenv("BEACON_ZONE", "")

    assert read_settings().beacon_zone is None


def test_a_secret_file_that_holds_no_text_is_named(monkeypatch, tmp_path):
    (tmp_path / "token").write_bytes(b"\xff\xfe\x80")
    monkeypatch.setenv("SLACK_BOT_TOKEN_FILE", str(tmp_path / "token"))

    with pytest.raises(Invalid) as caught:
        read_settings()

    assert caught.value.mistakes[0].code == "unreadable-secret"


def test_the_file_env_is_read_where_we_stand_and_the_environment_wins(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("BEACON_PORT=9001\nBEACON_HOST=localhost\nSOMEBODY_ELSES=1\n", encoding="utf-8")
    monkeypatch.setenv("BEACON_HOST", "127.0.0.2")

    settings = read_settings()

    assert (settings.beacon_port, settings.beacon_host) == (9001, "127.0.0.2")
