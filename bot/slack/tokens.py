"""What Slack says against a token, and what the operator does about it."""

from slack_sdk.errors import SlackApiError

_FAULTS = {
    "invalid_auth": "is not accepted by Slack. Copy it again from your app's page.",
    "not_authed": "is not accepted by Slack. Copy it again from your app's page.",
    "token_revoked": "has been revoked. Reinstall the app and copy the new token.",
    "token_expired": "has expired. Reinstall the app and copy the new token.",
    "account_inactive": "belongs to an app that was removed. Reinstall it and copy the new token.",
    "not_allowed_token_type": "is a token of another kind.",
    "missing_scope": "lacks the scope connections:write. Make a new one that has it.",
}


def fault(name: str, error: SlackApiError) -> str:
    """A sentence about the token in the variable of that name; it never holds the token."""
    code = str(error.response.get("error")) if hasattr(error.response, "get") else "no answer"
    return f"{name} {_FAULTS.get(code, f'cannot be used: Slack says {code}.')}"
