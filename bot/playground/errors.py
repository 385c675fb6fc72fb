"""The two ways to be refused: as Slack refuses an app, and as Slack's client refuses a person."""

from collections.abc import Mapping, Sequence
from typing import Any


class SlackError(Exception):
    """What Slack answers an app instead of doing what it asked: one of Slack's own codes."""

    def __init__(self, code: str, messages: Sequence[str] = (), **detail: Any) -> None:
        super().__init__(": ".join([code, *messages]))
        self.code = code
        self.messages = tuple(messages)
        self.detail = detail

    def answer(self) -> dict[str, Any]:
        """Return the body of the answer."""
        body: dict[str, Any] = {"ok": False, "error": self.code, **self.detail}
        if self.messages:
            body["response_metadata"] = {"messages": list(self.messages)}
        return body


class RefusedError(Exception):
    """What a person tried and Slack's client would not have let them do: a sentence."""

    def __init__(self, sentence: str, errors: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.errors = dict(errors or {})
        """For a form: what is wrong in each block, by block id."""
