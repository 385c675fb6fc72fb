"""Suggestions merged into real files."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings

from bot.catalogue import load, parse
from bot.catalogue.writer import dump
from bot.errors import BotError, CatalogueError, CatalogueUnreadableError
from bot.merging import Merged, merge, move
from bot.model import Catalogue
from bot.overlay import applied, entry
from bot.records import Suggestion
from tests.catalogue.samples import MINIMAL
from tests.samples import a_draft, catalogues, suggestion, suggestions

ONE = suggestion(1, a_draft(ask="what is a bus"), resource="kept-id")
KNOWN = suggestion(2, a_draft(url="http://example.org/talk"))
LOST = suggestion(3, a_draft(url="https://example.org/3", topics=("gone",)))
ADDED = """\
  - id: kept-id
    title: A suggested page
    url: https://example.org/suggested
    summary: What the bus is for.
    topics: [pci]
    asks:
      - what is a bus
    added: 2026-03-01
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A sound catalogue in a folder of its own."""
    file = tmp_path / "resources.yaml"
    file.write_text(MINIMAL, encoding="utf-8")
    return file


def test_what_was_approved_comes_into_the_file(file: Path) -> None:
    """The new ones are added without their mark, what cannot be is told, all else is unchanged."""
    merged = merge(file, [LOST, KNOWN, ONE], dry_run=False)
    assert file.read_text(encoding="utf-8") == MINIMAL + ADDED
    assert (merged.added, merged.present) == ((ONE,), (KNOWN,))
    assert [one for one, _ in merged.skipped] == [LOST]
    assert merged.diff == (
        f"--- {file}\n+++ {file}\n@@ -22,3 +22,11 @@\n"
        "     summary: How a guest gets a device.\n     topics: [vfio]\n"
        "     asks: [how do I pass a device through]\n"
        + "".join(f"+{line}\n" for line in ADDED.splitlines())
    )


def test_a_second_time_changes_nothing(file: Path) -> None:
    """What was merged is there; the file is not even written."""
    merge(file, [ONE], dry_run=False)
    content, state = file.read_bytes(), file.stat()
    again = merge(file, [ONE], dry_run=False)
    assert again == Merged(diff="", added=(), present=(ONE,), skipped=())
    assert file.read_bytes() == content
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (state.st_ino, state.st_mtime_ns)


def test_a_dry_run_writes_nothing(file: Path) -> None:
    """It tells what the real one does, and leaves the file alone."""
    inode = file.stat().st_ino
    told = merge(file, [ONE, LOST], dry_run=True)
    assert file.read_text(encoding="utf-8") == MINIMAL
    assert file.stat().st_ino == inode
    assert merge(file, [ONE, LOST], dry_run=False) == told


def test_bytes_of_every_kind_survive(file: Path) -> None:
    """A mark at the start, line ends of Windows and a last line without one stay."""
    before = b"\xef\xbb\xbf" + MINIMAL.replace("\n", "\r\n").encode() + "# é".encode()
    file.write_bytes(before)
    merged = merge(file, [ONE], dry_run=False)
    after = file.read_bytes()
    assert after.replace(ADDED.replace("\n", "\r\n").encode(), b"") == before
    assert "\\ No newline" in merged.diff
    assert merged.diff.count("\n-") == 0


@pytest.mark.parametrize("text", ["", "version: 1\nresources: [{}]\n", "version: 2\n", "\0"])
def test_a_faulty_file_is_told_and_left(file: Path, text: str) -> None:
    """Nothing is added to a catalogue that is not sound, not even nothing."""
    file.write_text(text, encoding="utf-8")
    for some in ([], [ONE]):
        with pytest.raises(CatalogueError):
            merge(file, some, dry_run=False)
    assert file.read_text(encoding="utf-8") == text


def test_what_is_no_text_is_told_and_left(file: Path) -> None:
    """Bytes that mean nothing are not replaced by others along with an address."""
    before = MINIMAL.encode() + b"# caf\xe9\n"
    file.write_bytes(before)
    with pytest.raises(CatalogueError, match="not UTF-8"):
        move(file, {"https://example.org/talk": "https://new.example/"}, dry_run=False)
    assert file.read_bytes() == before


def test_no_file_is_told(tmp_path: Path) -> None:
    """What cannot be read is told in the reader's words; a pipe stops nobody."""
    os.mkfifo(tmp_path / "pipe")
    for name in ("gone.yaml", "", "pipe"):
        with pytest.raises(CatalogueUnreadableError):
            merge(tmp_path / name, [ONE], dry_run=True)


def test_a_list_in_brackets_is_told_and_left(file: Path) -> None:
    """A file to which nothing can be added stays as it is."""
    text = "version: 1\ntopics: [{id: pci, name: PCI}]\nresources: [{id: a, title: a, "
    text += "url: 'https://a.example', summary: a, topics: [pci]}]\n"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BotError, match="Nothing can be added"):
        merge(file, [ONE], dry_run=False)
    assert file.read_text(encoding="utf-8") == text


@settings(max_examples=40, deadline=None)
@given(catalogues(), suggestions())
def test_what_is_merged_is_what_was_shown(
    tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue, some: list[Suggestion]
) -> None:
    """The file says what the overlay said, without the marks, and leaves nothing to overlay."""
    file = tmp_path_factory.mktemp("merging") / "c.yaml"
    file.write_text(dump(catalogue), encoding="utf-8")
    overlaid = applied(catalogue, some)
    merged = merge(file, some, dry_run=False)
    assert (merged.added, merged.present) == (overlaid.shown, overlaid.retired)
    found = load(file)
    assert found.resources == (*catalogue.resources, *map(entry, overlaid.added))
    assert parse(file.read_bytes()) == found
    assert applied(found, some).shown == ()
    assert merge(file, some, dry_run=False).diff == ""
