"""`onboard map`, as whoever keeps a catalogue meets it."""

import asyncio
import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from bot.store import Store
from tests.meaning import tiny
from tests.store.samples import DAY, DRAFT, asking
from tests.test_cli import SAILING, run
from tests.test_map_page import Read


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own, with a catalogue, a model of a few words, and no store yet."""
    monkeypatch.chdir(tmp_path)
    for name in ("ONBOARD_CATALOGUE", "ONBOARD_GAP_PEOPLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ONBOARD_DATABASE_URL", "sqlite:///kept.db")
    monkeypatch.setenv("ONBOARD_MODEL", str(tiny.write(tmp_path / "model")))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    Path("resources.yaml").write_text(SAILING, encoding="utf-8")
    return tmp_path


async def _fill() -> None:
    """Two people miss one thing and one another, long ago two a third; one page is approved."""
    now = dt.datetime.now(dt.UTC)
    store = Store("sqlite:///kept.db", patience=30)
    await store.migrate()
    said = (("sail", "repair"), ("repairing", "sails"), ("celestial",), ("bus",), ("bus",))
    for at, words in enumerate(said):
        day = now - (40 if words == ("bus",) else 1) * DAY
        await store.record(asking(f"q{at}", *words, at=day), f"U{at % 2}", now=day)
    draft = replace(DRAFT, url="https://example.org/second-moon")
    await store.suggest(draft, "U1", now=now)
    await store.approve(1, "U9", resource="second-moon", now=now)
    await store.close()


def test_the_map_shows_the_catalogue_and_what_several_missed_this_month() -> None:
    """On the page is each resource, those that were approved too, and what enough people asked for
    in vain in these days; what one person asked is not.
    """
    asyncio.run(_fill())
    ran = run("map", "-o", "map.html")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "map.html: 5 resources, and 1 question asked in vain within 30 days.\n"
    read = Read.of(Path("map.html").read_text(encoding="utf-8"))
    assert "repair sail" in read.said
    assert read.said.count("The moon and the sea") == 2
    assert "celestial" not in read.said
    assert "bus" not in read.said
    places = [(said["data-x"], said["data-y"]) for tag, said in read.opened if tag == "li"]
    assert len(places) == 6
    assert len(set(places)) > 3
    ran = run("map", "-o", "map.html", "--days", "60", "--people", "1")
    assert "3 questions asked in vain within 60 days" in ran.out
    assert list(Path("cache/onboard").iterdir())


def test_without_a_store_there_is_a_map_of_the_catalogue() -> None:
    """Where nobody asked yet, that is told, and the map is drawn; a store that is named has to be
    there.
    """
    ran = run("map", "-o", "map.html")
    assert (ran.code, ran.out) == (0, "map.html: 4 resources.\n")
    assert ran.err == (
        "There is no store kept.db yet, so nothing is known of what was asked in vain.\n"
    )
    ran = run("map", "-o", "other.html", "--database", "sqlite:///other.db")
    assert (ran.code, ran.out) == (2, "")
    assert "There is no store other.db." in ran.err
    assert not Path("other.html").exists()


@pytest.mark.parametrize("resources", [0, 1, 2])
def test_a_small_catalogue_has_a_map(resources: int) -> None:
    """A map is drawn of whatever there is."""
    entry = (
        "  - {{id: r{0}, title: On {0}, url: 'https://example.org/{0}', summary: S., topics: [t]}}"
    )
    entries = "\n".join(entry.format(at) for at in range(resources))
    text = f"version: 1\ntopics:\n  - {{id: t, name: Talk}}\nresources:\n{entries or '  []'}\n"
    Path("resources.yaml").write_text(text, encoding="utf-8")
    ran = run("map", "-o", "map.html")
    assert (ran.code, ran.out) == (0, f"map.html: {resources} resource{'s' * (resources != 1)}.\n")


def test_what_cannot_be_drawn_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a model, with a broken one, and where nothing can be written, there is a sentence,
    exit code 2, and no half of a file.
    """
    asyncio.run(_fill())
    ran = run("map", "-o", "nowhere/map.html")
    assert (ran.code, ran.out) == (2, "")
    assert "nowhere/map.html cannot be written" in ran.err
    monkeypatch.setenv("ONBOARD_MODEL", "off")
    ran = run("map", "-o", "map.html")
    assert (ran.code, ran.out) == (2, "")
    assert "A map needs a sentence model, and ONBOARD_MODEL is off. Leave it out" in ran.err
    monkeypatch.setenv("ONBOARD_MODEL", "model")
    Path("model/model.onnx").write_bytes(b"no model")
    ran = run("map", "-o", "map.html")
    assert (ran.code, ran.out) == (2, "")
    assert "model.onnx is no ONNX model" in ran.err
    assert not list(Path().glob("**/*.html"))
    assert not list(Path().glob("**/.onboard-*"))
