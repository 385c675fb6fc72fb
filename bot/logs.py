"""What the operator reads: one event a line, for people on a terminal and as JSON elsewhere.

No line holds a secret or what people wrote. The libraries beneath say only what is wrong, and
without their tracebacks, since some would print whole requests.
"""

import logging
import re
import sys
from typing import Any, TextIO

import structlog

from bot.settings import LogFormat, LogLevel

_TOKEN = re.compile(r"x(?:ox[a-z]|app|oxe\.xox[a-z])-[\w.-]+|ticket=[\w.-]+")
_LIBRARIES = "libraries"


def set_up(level: LogLevel, style: LogFormat, stream: TextIO | None = None) -> None:
    """Send every log line to standard error, in the style wanted."""
    out = stream or sys.stderr
    for_people = style == "console" or (style == "auto" and out.isatty())
    chain: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*chain, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    renderer: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer(colors=out.isatty())
        if for_people
        else structlog.processors.JSONRenderer()
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=chain,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                renderer,
                _without_tokens,
            ],
        )
    )
    handler.addFilter(_without_traceback)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("bot").setLevel(level.upper())


def of_libraries() -> logging.Logger:
    """The logger that is given to Bolt and slack_sdk: warnings only, whatever the level is.

    At DEBUG they print the bodies of requests, and at INFO those with a bad signature.
    """
    logger = logging.getLogger(_LIBRARIES)
    # Their code looks at the logger's own level, not at what it inherits.
    logger.setLevel(logging.WARNING)
    logger.addFilter(_without_traceback)
    return logger


def _without_traceback(record: logging.LogRecord) -> bool:
    """Let a record pass; a library's without its traceback, which may hold what somebody sent."""
    if not record.name.startswith("bot."):
        record.exc_info = None
    return True


def _without_tokens(_logger: object, _method: str, line: Any) -> str:
    # Last of all, on the line itself: a token may hide in any field, list or exception.
    return _TOKEN.sub("(secret)", line)
