"""A message that an app wants to send, read from its arguments and found fit, or refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.playground import blocks as checker
from bot.playground.composer import settled
from bot.playground.errors import SlackError

MAX_TEXT = 40_000
MAX_MARKDOWN = 12_000


@dataclass(frozen=True)
class Draft:
    """What a message will hold; None says that the app did not mention it."""

    text: str | None = None
    blocks: list[dict[str, Any]] | None = None
    attachments: list[Any] | None = None
    metadata: dict[str, Any] | None = None

    @property
    def is_mute(self) -> bool:
        """Whether it has blocks and no text for notifications and screen readers."""
        return bool(self.blocks) and not self.text


def read(given: Mapping[str, Any], max_text: int = MAX_TEXT) -> Draft:
    """Read and check a message; raises what Slack answers to one it refuses."""
    text, blocks = given.get("text"), given.get("blocks")
    markdown = given.get("markdown_text")
    for name, value in (("text", text), ("markdown_text", markdown)):
        if not isinstance(value, str | None):
            message = f"[ERROR] must be a string [json-pointer:/{name}]"
            raise SlackError("invalid_arguments", [message])
    if markdown is not None:
        if text or blocks:
            raise SlackError("markdown_text_conflict")
        if len(markdown) > MAX_MARKDOWN:
            raise SlackError("msg_too_long")
        text, blocks = markdown, [{"type": "markdown", "text": markdown}]
    if not (text or blocks or given.get("attachments")):
        raise SlackError("no_text")
    if text and len(text) > max_text:
        raise SlackError("msg_too_long")
    if blocks is not None and (problems := checker.message_problems(text or "", blocks)):
        raise SlackError("invalid_blocks", problems)
    return Draft(
        text=None if text is None else settled(text),
        blocks=blocks,
        attachments=given.get("attachments"),
        metadata=_metadata(given.get("metadata")),
    )


def _metadata(given: object) -> dict[str, Any] | None:
    match given:
        case None:
            return None
        case {"event_type": str(name), "event_payload": dict(payload), **rest} if not rest:
            return {"event_type": name, "event_payload": payload}
    raise SlackError("invalid_metadata_format")
