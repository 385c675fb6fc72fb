"""Files that are replaced as a whole or not at all, on a real disk."""

import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot import files
from bot.errors import BotError

LARGE = b"x" * 100_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file in a folder of its own."""
    file = tmp_path / "file"
    file.write_bytes(b"old")
    return file


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no file become larger than a few bytes while the block lasts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def alone(file: Path) -> bool:
    """Whether nothing else was left in the folder."""
    return list(file.parent.iterdir()) == [file]


def test_a_file_is_read_up_to_a_bound(file: Path) -> None:
    """One byte more than the bound tells that there is more."""
    assert files.read(file, 3) == b"old"
    assert files.read(file, 1) == b"ol"


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    """A folder, a pipe that nobody writes to, a name that is none: nothing, at once."""
    os.mkfifo(tmp_path / "pipe")
    for name in ("", "pipe", "gone", "gone/deeper", "\0"):
        assert files.read(tmp_path / name, 9) is None


def test_a_new_file_has_the_mode_of_new_files(file: Path) -> None:
    """What is written anew can be read as any new file can, whatever was there."""
    file.chmod(0o600)
    files.write(file, b"new")
    beside = file.with_name("beside")
    beside.touch()
    assert file.read_bytes() == b"new"
    assert file.stat().st_mode == beside.stat().st_mode


@pytest.mark.parametrize("mode", [0o600, 0o664, 0o640, 0o755])
def test_a_change_keeps_the_mode(file: Path, mode: int) -> None:
    """Whoever could read and write the file still can, and nobody else."""
    file.chmod(mode)
    files.rewrite(file, b"old", b"new")
    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == mode
    assert alone(file)


def test_a_change_follows_links(file: Path, tmp_path: Path) -> None:
    """A link stays a link, and the file it leads to is changed where it is."""
    folder = tmp_path / "links"
    folder.mkdir()
    (folder / "far").symlink_to("../file")
    (folder / "near").symlink_to("far")
    files.rewrite(folder / "near", b"old", b"new")
    assert file.read_bytes() == b"new"
    assert (folder / "near").readlink() == Path("far")
    assert (folder / "far").is_symlink()
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize("now", [b"", b"ol", b"oldest", b"OLD"])
def test_what_somebody_else_has_written_stays(file: Path, now: bytes) -> None:
    """A file that does not hold any more what it held is left alone."""
    file.write_bytes(now)
    with pytest.raises(BotError, match="changed by somebody else"):
        files.rewrite(file, b"old", b"new")
    assert file.read_bytes() == now
    assert alone(file)


def test_a_file_that_cannot_be_written_stays_as_it_was(file: Path) -> None:
    """On a disk that is full the old file stays, and nothing half-written beside it."""
    with pytest.raises(BotError, match=r"file cannot be written: File too large\."), full_disk():
        files.rewrite(file, b"old", LARGE)
    with pytest.raises(BotError, match=r"file cannot be written: File too large\."), full_disk():
        files.write(file, LARGE)
    assert file.read_bytes() == b"old"
    assert alone(file)


@pytest.mark.parametrize("name", ["gone/file", "file/file", "\0"])
def test_a_place_that_there_is_not_is_told(file: Path, name: str) -> None:
    """A folder that is missing is a sentence, not a traceback."""
    for attempt in (files.write, lambda path, data: files.rewrite(path, b"old", data)):
        with pytest.raises(BotError, match="cannot be written"):
            attempt(file.parent / name, b"new")
    assert alone(file)
