"""When the store does not answer: why, in words, and how often it is asked and told of it."""

import sqlite3
from collections.abc import Callable
from time import monotonic

import structlog
from sqlalchemy import exc

from bot.errors import StoreDownError

_log = structlog.stdlib.get_logger(__name__)

FAILURES = (
    exc.DBAPIError,
    exc.TimeoutError,
    exc.DisconnectionError,
    sqlite3.Error,
    OSError,
    TimeoutError,
)
"""Everything by which a driver, the pool or the system says that it could not be done."""

_TOLD_EVERY = 60.0
_REFUSED = "it refuses the user or the password"
_NO_DATABASE = "it has no such database"
_CROWDED = "it takes no more connections"
_TURNING = "it is starting or stopping"
_SLOW = "it did not answer in time"
_UNREACHABLE = "it cannot be reached"
_LOCKED = "another process has locked it"

# By SQLite's primary result code.
_SQLITE = {
    5: _LOCKED,
    6: _LOCKED,
    7: "memory is short",
    8: "it cannot be written",
    10: "its disk fails or has no room",
    11: "its file is damaged",
    13: "the disk is full",
    14: "its file cannot be opened",
    23: "its file cannot be opened",
    26: "its file is not a database",
}
# By the beginning of PostgreSQL's code, the longest that fits.
_POSTGRESQL = {
    "08": _UNREACHABLE,
    "25006": "it can only be read",
    "28": _REFUSED,
    "3D000": _NO_DATABASE,
    "3F": "it has no such schema",
    "42501": "it does not allow that to this user",
    "42P01": "its tables are missing",
    "53100": "the disk is full",
    "53200": "memory is short",
    "53300": _CROWDED,
    "55P03": _LOCKED,
    "57014": _SLOW,
    "57P": _TURNING,
}
# By what it says to those who cannot connect.
_SAID = {
    "password": _REFUSED,
    "authentication": _REFUSED,
    "role": _REFUSED,
    "pg_hba": _REFUSED,
    "database system": _TURNING,
    "connection slots": _CROWDED,
    "too many": _CROWDED,
    "does not exist": _NO_DATABASE,
}


def reason(error: BaseException) -> str:
    """Why the store did not do what it was asked, in the rest of a sentence."""
    if isinstance(error, TimeoutError | exc.TimeoutError):
        return _SLOW
    cause = error
    if isinstance(error, exc.DBAPIError) and error.orig is not None:
        cause = error.driver_exception
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE.get(code & 0xFF, "it failed")
    state = getattr(cause, "sqlstate", None)
    if state is None:
        # Who cannot connect is given no code: if the server said why, it is in its words.
        said = str(cause)
        fitting = (why for words, why in _SAID.items() if "FATAL:" in said and words in said)
        return next(fitting, _UNREACHABLE)
    fitting = (said for start, said in _POSTGRESQL.items() if state.startswith(start))
    return next(fitting, "it failed")


def may_pass(error: BaseException) -> bool:
    """Whether waiting may help, without anybody mending anything."""
    return reason(error) in (_UNREACHABLE, _SLOW, _CROWDED, _TURNING)


def is_locked(error: BaseException) -> bool:
    """Whether somebody else only has to be done."""
    return reason(error) == _LOCKED


class Breaker:
    """After a failure everything fails at once for a while; then one caller tries again."""

    def __init__(self, name: str, pause: float, *, clock: Callable[[], float] = monotonic) -> None:
        self._name = name
        self._pause = pause
        self._clock = clock
        self._open_again: float | None = None
        """When the next caller may try; None while all may."""
        self._why = ""
        self._failed = 0
        self._told_at: float | None = None
        self._told = False

    def enter(self, patience: float) -> None:
        """Let a caller pass, or raise StoreDownError."""
        if self._open_again is None:
            return
        now = self._clock()
        if now < self._open_again:
            self._failed += 1
            raise down(self._why)
        # This caller tries; the others wait until it knows, or must have given up.
        self._open_again = now + patience + self._pause

    def failed(self, error: BaseException) -> StoreDownError:
        """Note a failure, and return what the caller is to raise."""
        why = reason(error)
        if isinstance(error, exc.DataError | exc.IntegrityError):
            # It answers; only this very thing it did not take.
            self.worked()
            _log.error("store_refused", store=self._name, error=type(error).__name__)
            return down(why)
        now = self._clock()
        self._why = why
        self._failed += 1
        self._open_again = now + self._pause
        if self._told_at is None or now - self._told_at >= _TOLD_EVERY:
            self._told_at = now
            self._told = True
            _log.error(
                "store_down",
                store=self._name,
                told=f"The store does not answer: {why}. Questions are answered nevertheless; what "
                "people do is not kept until it is back.",
            )
        return down(why)

    def worked(self) -> None:
        """Note that the store answered."""
        if self._open_again is None:
            return
        self._open_again = None
        if self._told:
            _log.info("store_back", store=self._name, failed=self._failed)
            self._told = False
            self._failed = 0


def down(why: str) -> StoreDownError:
    """Return the failure with its sentence."""
    return StoreDownError(f"The store does not answer right now: {why}. Try again in a minute.")
