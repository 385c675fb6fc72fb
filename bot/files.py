"""Files as a whole: read within bounds, and replaced as a whole or not at all."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from difflib import unified_diff
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from bot.errors import BotError


def read(path: Path, most: int) -> bytes | None:
    """Return what is in a file, or None if it cannot be read; opening a pipe would wait.

    Of a file that holds more than `most` bytes, one more than that comes back.
    """
    with suppress(OSError, ValueError):
        if path.is_file():
            with path.open("rb") as file:
                return file.read(most + 1)
    return None


def write(path: Path, data: bytes) -> None:
    """Put a file in this place, whatever was there; raises BotError."""
    with replacing(path) as file:
        file.write(data)


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes the place of this one when all is written, and only then.

    Raises BotError.
    """
    aside: Path | None = None
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=".onboard-", delete=False) as file:
            aside = Path(file.name)
            yield file
            file.flush()
            os.fsync(file.fileno())
        aside.chmod(0o666 & ~_umask())
        aside.replace(path)
    except (OSError, ValueError) as error:
        raise _unwritten(path, error) from error
    finally:
        _clear(aside)


def rewrite(path: Path, before: bytes, after: bytes) -> None:
    """Change what a file holds, if it still holds what it held; raises BotError.

    Its mode stays, and its owner where that is allowed. Of a link, the file it leads to is changed.
    """
    aside: Path | None = None
    try:
        real = path.resolve(strict=True)
        held = real.stat()
        aside = _aside(real, after)
        with suppress(PermissionError):
            os.chown(aside, held.st_uid, held.st_gid)
        # After the owner, because a change of that may take rights away.
        aside.chmod(stat.S_IMODE(held.st_mode))
        # As late as can be: somebody may be editing it by hand.
        if read(real, len(before)) != before:
            raise BotError(
                f"{path} was changed by somebody else meanwhile, so nothing was written. "
                "Run it again."
            )
        aside.replace(real)
        _settle(real.parent)
    except (OSError, ValueError) as error:
        raise _unwritten(path, error) from error
    finally:
        _clear(aside)


def difference(before: str, after: str, path: Path) -> str:
    """Return the change of a file as patch and git write it; empty if there is none."""
    lines = unified_diff(_lines(before), _lines(after), str(path), str(path))
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _lines(text: str) -> list[str]:
    """Split where patch does: it knows one end of a line."""
    found = text.split("\n")
    return [f"{line}\n" for line in found[:-1]] + [found[-1]] * bool(found[-1])


def reason(error: OSError | ValueError) -> str:
    """Return what the system says of a failure, in words."""
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)


def _aside(path: Path, data: bytes) -> Path:
    """Write the data beside the file, safe from a loss of power, and return where."""
    with NamedTemporaryFile(dir=path.parent, prefix=".onboard-", delete=False) as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            _clear(Path(file.name))
            raise
    return Path(file.name)


def _clear(aside: Path | None) -> None:
    if aside is not None:
        with suppress(OSError):
            aside.unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    """Have the system write down a new name; what it cannot promise, it does not."""
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _umask() -> int:
    """The mask for new files; the system tells it only to those who set it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _unwritten(path: Path, error: OSError | ValueError) -> BotError:
    return BotError(f"{path} cannot be written: {reason(error)}.")
