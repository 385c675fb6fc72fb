"""What the operator reads, and what is never among it."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import datetime

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_bolt.logger import get_bolt_app_logger, get_bolt_logger

from bot import logs
from bot.settings import LogFormat, LogLevel

STYLES: tuple[LogFormat, ...] = ("console", "json", "auto")
TOKENS = (
    "xoxb-1234567890-abcdefGHIJKL",
    "xoxp-1-2-3-abcdef",
    "xoxe-1-My0xLWJhc2U2NA",
    "xoxe.xoxb-1-Mi0xLWJhc2U2NA",
    "xoxe.xoxp-1-abc_def.ghi",
    "xapp-1-A0123456789-1234567890-abcdef0123456789",
    "wss://example.org/link/?ticket=5d2c-4c3a-91a.b_c&app_id=1",
)
SECRETS = ("abcdef", "My0xL", "Mi0xL", "1234567890", "5d2c", "4c3a")
letters = st.text("abcXYZ0189-_.", min_size=8, max_size=60)
tokens = st.builds(
    "".join,
    st.tuples(st.sampled_from(["xoxb-", "xoxp-", "xapp-", "xoxe-", "xoxe.xoxb-"]), letters),
)


class Terminal(io.StringIO):
    """A stream that is read by a person."""

    def isatty(self) -> bool:
        """A terminal it is."""
        return True


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    names = ("", "bot", "libraries", "slack_bolt.Thing", "app")
    loggers = [logging.getLogger(name) for name in names]
    before = [(it, it.level, it.handlers[:], it.filters[:]) for it in loggers]
    yield
    for it, level, handlers, filters in before:
        it.setLevel(level)
        it.handlers, it.filters = handlers, filters
    structlog.reset_defaults()


def set_up(style: LogFormat = "json", level: LogLevel = "info") -> io.StringIO:
    """Set the logs up, and return the stream that they are written to."""
    stream = io.StringIO()
    logs.set_up(level, style, stream)
    return stream


def ours() -> structlog.stdlib.BoundLogger:
    """Return a logger as our modules have them."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("bot.test")
    return logger


class FrankError(Exception):
    """An exception that says too much."""


def fail(text: str) -> None:
    """Fail, and say this."""
    raise FrankError(text)


def log_everywhere(token: str) -> None:
    """Log a token in every place where one may come to stand."""
    log = ours()
    log.warning(token)
    log.info("begun %s", token)
    log.info("begun", **{"token": token, token: "name"})
    log.info("begun", inside={"list": [token, {"deep": (token,)}]}, raw=token.encode())
    log.info("begun", error=FrankError(token), line=f"a\n{token}\nb", stack_info=True)
    log.info("begun", line=f"a\n{token[token.find('ticket=') :]}" if "ticket=" in token else "")
    try:
        try:
            fail(token)
        except FrankError as error:
            error.add_note(f"note {token}")
            raise ValueError("broken") from error
    except ValueError:
        log.exception("failed")
        logging.getLogger("bot.other").exception("failed %s", token)
        logs.of_libraries().exception("failed %s", token)
    logging.getLogger("aiohttp.server").warning("failed %s", {"headers": [token]})


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("style", STYLES)
def test_no_line_holds_a_token(token: str, style: LogFormat) -> None:
    """A token is left out wherever it stands: message, field, list, exception, other library."""
    stream = set_up(style)
    log_everywhere(token)
    written = stream.getvalue()
    assert "(secret)" in written
    assert not any(secret in written for secret in SECRETS if secret in token)


@settings(deadline=None)
@given(tokens, st.sampled_from(STYLES))
def test_no_line_holds_any_token(token: str, style: LogFormat) -> None:
    """The same holds for whatever a token is made of."""
    stream = set_up(style)
    log_everywhere(token)
    assert token not in stream.getvalue()
    assert token.partition("-")[2] not in stream.getvalue()


@pytest.mark.parametrize("text", ["oxb-1", "xox-1", "proxy-app-1", "taxapp 1", "xoxbox"])
def test_what_is_no_token_is_left(text: str) -> None:
    """Words that only look a little like a token are written as they are."""
    stream = set_up()
    ours().info(text)
    assert json.loads(stream.getvalue())["event"] == text


@settings(deadline=None)
@given(st.text(), st.dictionaries(st.from_regex(r"[a-z]{3,8}", fullmatch=True), st.text()))
def test_each_event_is_one_line_of_json(event: str, fields: dict[str, str]) -> None:
    """Elsewhere than on a terminal each event is one JSON object on one line, whatever it says."""
    stream = set_up("auto")
    told = {f"a_{name}": value for name, value in fields.items()}
    ours().info("%s", event, **told)
    try:
        fail(event)
    except FrankError:
        ours().exception("failed")
    first, second = stream.getvalue().splitlines()
    written = json.loads(first)
    assert written | {"level": "info", "event": event, **told} == written
    assert datetime.fromisoformat(written["timestamp"]).utcoffset() is not None
    assert json.loads(second)["event"] == "failed"


def test_people_read_plain_lines() -> None:
    """For people a line says when, how bad, what and with which fields; colours on a terminal."""
    stream = set_up("console")
    ours().info("begun", resources=25)
    line = stream.getvalue()
    assert line.count("\n") == 1
    assert "info" in line
    assert "begun" in line
    assert "resources=25" in line
    assert "\x1b" not in line
    terminal = Terminal()
    logs.set_up("info", "auto", terminal)
    ours().info("begun", resources=25)
    assert "\x1b[" in terminal.getvalue()
    logs.set_up("info", "json", terminal)
    ours().info("as told")
    assert json.loads(terminal.getvalue().splitlines()[-1])["event"] == "as told"


@pytest.mark.parametrize("style", STYLES)
def test_our_tracebacks_are_kept(style: LogFormat) -> None:
    """When our own code fails, the operator reads where."""
    stream = set_up(style)
    try:
        fail("broken")
    except FrankError:
        ours().exception("failed")
    written = stream.getvalue()
    assert "Traceback (most recent call last)" in written
    assert "test_our_tracebacks_are_kept" in written
    assert "FrankError: broken" in written


@pytest.mark.parametrize(
    ("level", "heard"),
    [
        ("debug", ["debug", "info", "warning", "error"]),
        ("info", ["info", "warning", "error"]),
        ("warning", ["warning", "error"]),
        ("error", ["error"]),
    ],
)
def test_our_events_are_heard_from_the_level_on(level: LogLevel, heard: list[str]) -> None:
    """The level wanted is the least that is written of our events."""
    stream = set_up(level=level)
    log = ours()
    for name in ("debug", "info", "warning", "error"):
        getattr(log, name)(name)
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == heard


def libraries() -> list[logging.Logger]:
    """Return the loggers of Bolt and slack_sdk, as they are made from the one they are given."""

    class Thing:
        """A class of Bolt's."""

    given = logs.of_libraries()
    return [given, get_bolt_logger(Thing, given), get_bolt_app_logger("app", None, given)]


@pytest.mark.parametrize("which", range(3))
@pytest.mark.parametrize("style", STYLES)
def test_libraries_say_only_what_is_wrong(which: int, style: LogFormat) -> None:
    """Of Bolt and slack_sdk even DEBUG shows warnings only, and never a traceback."""
    stream = set_up(style, "debug")
    library = libraries()[which]
    library.debug("the body is hello")
    library.info("the signature of hello is bad")
    assert not library.isEnabledFor(logging.INFO)
    assert stream.getvalue() == ""
    library.warning("careful")
    try:
        fail("hello")
    except FrankError:
        library.exception("failed")
        library.error("failed again", exc_info=True)
    written = stream.getvalue()
    assert [word in written for word in ("careful", "failed", "failed again")] == [True] * 3
    assert "Traceback" not in written
    assert "hello" not in written


def test_other_libraries_are_heard_from_warnings_on() -> None:
    """A library that was given no logger is silent below WARNING, whatever our level is."""
    stream = set_up(level="debug")
    other = logging.getLogger("aiohttp.access")
    other.debug("GET /")
    other.info("GET /")
    other.warning("slow")
    (line,) = stream.getvalue().splitlines()
    assert (json.loads(line)["event"], json.loads(line)["level"]) == ("slow", "warning")


def test_logs_set_up_again_are_written_once() -> None:
    """Setting up a second time replaces the first, so that nothing is written twice."""
    first, second = set_up(), set_up()
    ours().info("begun")
    logs.of_libraries().warning("careful")
    logs.of_libraries()
    assert first.getvalue() == ""
    assert len(second.getvalue().splitlines()) == 2
    assert len(logs.of_libraries().filters) == 1
