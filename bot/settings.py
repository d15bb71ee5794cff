"""Everything that the outside may set, read once into one frozen value.

A secret may be given as `NAME_FILE`, the path of a file that holds it, so that it need not stand in the environment.
A chat is on when its token is there.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from core.errors import Invalid, Mistake
from core.notices.notice import Place

if TYPE_CHECKING:
    from collections.abc import Mapping


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{name} is no zone such as Asia/Shanghai") from None
    return name


def _places(text: str) -> str:
    for place in text.split():
        try:
            Place.read(place)
        except ValueError:
            raise ValueError(f"{place} is no chat such as slack:C123") from None
    return text


class Settings(BaseSettings):
    """See `.env.example` for what each one means; a test holds the two together."""

    model_config = SettingsConfigDict(
        frozen=True, env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore"
    )

    beacon_workspace: Path | None = None
    beacon_store_url: SecretStr = SecretStr("sqlite:///beacon.db")
    beacon_host: str = "127.0.0.1"
    beacon_port: int = Field(default=8080, ge=0, le=65535)
    beacon_deadman_url: SecretStr | None = None
    beacon_watchdog_chat: Annotated[str, AfterValidator(_places)] | None = None
    beacon_zone: Annotated[str, AfterValidator(_zone)] | None = None

    beacon_public_url: str | None = None
    beacon_link_secret: SecretStr | None = None

    beacon_ticket_url: SecretStr | None = None
    beacon_ticket_secret: SecretStr | None = None

    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_api_url: str = "https://slack.com/api/"

    telegram_bot_token: SecretStr | None = None
    telegram_api_url: str = "https://api.telegram.org"
    telegram_webhook_url: str | None = None
    telegram_webhook_secret: SecretStr | None = None

    wecom_robots: SecretStr | None = None
    dingtalk_robots: SecretStr | None = None
    feishu_robots: SecretStr | None = None
    mail_url: SecretStr | None = None
    sms_url: SecretStr | None = None
    ntfy_url: SecretStr | None = None
    webhook_urls: SecretStr | None = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic hands it in
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read what is handed in, then the environment, then the files that it names, then `.env` where we stand."""
        return init_settings, env_settings, _SecretFiles(settings_cls), dotenv_settings


SECRETS = tuple(name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation))


class _SecretFiles(PydanticBaseSettingsSource):
    """`SLACK_BOT_TOKEN_FILE=/run/secrets/slack` gives `slack_bot_token`."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 - its port
        from os import environ

        path = environ.get(f"{field_name.upper()}_FILE") if field_name in SECRETS else None
        if not path:
            return None, field_name, False
        try:
            return Path(path).read_text(encoding="utf-8").strip(), field_name, False
        except (OSError, UnicodeDecodeError):
            raise Invalid([Mistake("unreadable-secret", {"file": path})]) from None

    def __call__(self) -> dict[str, Any]:
        read = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in read.items() if value}


def read_settings(**given: Any) -> Settings:
    """Return the settings of this process; Invalid names every one that is wrong, and never shows its value."""
    try:
        return Settings(**_present(given))
    except ValidationError as error:
        raise Invalid(
            Mistake("bad-setting", {"name": str(wrong["loc"][0]).upper(), "why": wrong["msg"]})
            for wrong in error.errors(include_input=False)
        ) from None


def _present(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not None}
