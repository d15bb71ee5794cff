"""What became of a message, from what Slack or the network said."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError, SlackClientError

from core.notices.outbox import Dead, Outcome, Repair, Retry, Wait

# What may come of a call to Slack; anything else is a bug.
FAILURES = (SlackClientError, ClientError, TimeoutError, OSError)

PATIENCE = 30.0  # seconds, where a 429 names no time of its own

# https://docs.slack.dev/reference/methods/chat.postMessage and chat.update, under Errors
GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "thread_not_found"})
NEVER = frozenset(
    {
        "account_inactive",
        "cannot_dm_bot",
        "channel_not_found",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "is_archived",
        "is_inactive",
        "messages_tab_disabled",
        "no_permission",
        "not_in_channel",
        "org_login_required",
        "restricted_action",
        "team_access_not_granted",
        "token_revoked",
        "user_disabled",
        "user_not_found",
        "user_not_in_channel",
    }
)
# Not here: what whoever set us up mends (invalid_auth, token_expired, missing_scope). What waits is said after that.
REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"})
LIMITED = frozenset({"ratelimited", "rate_limited"})


def outcome_of(failure: Exception) -> Outcome:
    """Return the house's word for it. What nobody has named yet may work later."""
    code = code_of(failure)
    if code in LIMITED:
        return Wait(_patience(failure))
    if code in GONE:
        return Repair(code)
    return Dead(code) if code in NEVER else Retry(code)


def code_of(failure: Exception) -> str:
    """Return Slack's own word, or the kind of failure; never its message, which may quote a request."""
    if not isinstance(failure, SlackApiError):
        return type(failure).__name__
    status = _status(failure)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return "ratelimited"
    said = getattr(failure.response, "data", None)
    return str(said["error"]) if isinstance(said, dict) and "error" in said else f"http-{status}"


def _status(failure: SlackApiError) -> int:
    # A body that is no JSON is handed on as aiohttp's own response, which calls it `status`.
    return int(getattr(failure.response, "status_code", 0) or getattr(failure.response, "status", 0))


def _patience(failure: Exception) -> float:
    headers = getattr(getattr(failure, "response", None), "headers", {})
    named = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return float(named) if str(named).isdecimal() else PATIENCE
