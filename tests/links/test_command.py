"""`onboard links`, with a catalogue whose links lead to a site on this machine."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from bot.links.judging import Judged
from bot.store import Store
from tests.links.servers import Site, says, site, to
from tests.test_cli import Ran, run

_T = TypeVar("_T")

# Each link has a host of its own, so that none has to wait for another.
PAGES = {
    name: f"127.0.0.{number}"
    for number, name in enumerate(("fine", "moved", "lost", "shy", "front", "mirror"), 2)
}
ANSWERS = {
    "/fine": says(200),
    "/moved": to("/new"),
    "/new": says(200),
    "/shy": says(403),
    "/front": to("/", 308),
    "/": says(200),
    "/mirror": to("/new", 308),
}
TODAY = dt.datetime.now(dt.UTC)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own, with settings that name a store there, which is not made yet."""
    monkeypatch.chdir(tmp_path)
    for name in ("ONBOARD_CATALOGUE", "ONBOARD_LINKS_CONTACT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ONBOARD_DATABASE_URL", "sqlite:///kept.db")
    return tmp_path


def urls(there: Site) -> dict[str, str]:
    """Return the address of each link."""
    port = there.origin.rpartition(":")[2]
    return {name: f"http://{host}:{port}/{name}" for name, host in PAGES.items()}


def written(*names: str, there: Site) -> str:
    """Write a catalogue with these links, and return it; the last is an other one of the first."""
    known = urls(there)
    text = "version: 1\ntopics: [{id: t, name: T}]\nresources:\n"
    for name in names:
        text += f"  - id: {name}\n    title: On {name}\n    summary: S.\n    topics: [t]\n"
        text += f"    url: {known[name]}#part  # checked by hand\n"
    text += f"    also: [{{title: Mirror, url: '{known['mirror']}'}}]\n"
    Path("resources.yaml").write_text(text, encoding="utf-8")
    return text


async def ran(*arguments: str) -> Ran:
    """Run the command beside the site."""
    return await asyncio.to_thread(run, "links", "--allow-private", *arguments)


async def stored(work: Callable[[Store], Awaitable[_T]]) -> _T:
    """Do something with the store of this folder, which is made if there is none."""
    store = Store("sqlite:///kept.db", patience=30)
    await store.migrate()
    try:
        return await work(store)
    finally:
        await store.close()


async def test_what_is_not_well_is_told_and_moves_are_written() -> None:
    """Worst first, each with its line; only what has moved for good is replaced in the file."""
    async with site(ANSWERS, also=list(PAGES.values())) as there:
        names = ("fine", "moved", "lost", "shy", "front")
        text = written(*names, there=there)
        known = urls(there)
        shown = await ran("--fix", "--yes")
        after = Path("resources.yaml").read_text(encoding="utf-8")
        assert shown.code == 1
        new = {name: known[name].replace(f"/{name}", "/new") for name in ("moved", "mirror")}
        for name, address in new.items():
            text = text.replace(known[name], address)
        assert after == text
        lines = shown.out.splitlines()
        assert [line.split()[0] for line in lines[1:6]] == [
            "gone",
            "moved",
            "moved",
            "moved",
            "blocked",
        ]
        assert lines[1].split()[1:4] == ["18", "lost", f"{known['lost']}#part"]
        assert f"has moved for good: {new['moved']}#part" in lines[2]
        assert "as pages do that are gone" in shown.out
        assert "resources.yaml: 6 links: 1 ok, 3 moved, 1 gone, 1 blocked." in lines
        assert "There is no store kept.db yet" in shown.err
        assert "2 new addresses" in shown.err
    assert not Path("kept.db").exists()


async def test_programs_get_json_and_a_store_counts_the_days() -> None:
    """With what is known of other days; three of them, and a link is dead."""

    async def fail(store: Store) -> None:
        for days in (2, 1):
            at = TODAY - dt.timedelta(days=days)
            await store.note_links([Judged(address=known["lost"], verdict="gone")], now=at)

    async with site(ANSWERS, also=list(PAGES.values())) as there:
        written("lost", "fine", there=there)
        known = urls(there)
        await stored(fail)
        told = await ran("--json")
    assert (told.code, told.err) == (1, "")
    lost, fine, mirror = told.json["links"]
    assert not told.json["ok"]
    assert (lost["resource"], lost["line"], lost["url"]) == ("lost", 8, f"{known['lost']}#part")
    assert (lost["verdict"], lost["strikes"], lost["fixable"]) == ("gone", 3, False)
    assert lost["dead"] is not None
    assert (fine["verdict"], fine["strikes"], fine["dead"]) == ("ok", 0, None)
    assert (mirror["resource"], mirror["verdict"], mirror["fixable"]) == ("fine", "moved", True)
    assert list(await stored(lambda store: store.dead_links())) == [known["lost"]]


async def test_all_is_well() -> None:
    """Then there is no table, and the exit code says so; what was gone and answers is told."""
    async with site({**ANSWERS, "/mirror": says(200)}, also=list(PAGES.values())) as there:
        text = written("fine", there=there)
        shown = await ran()
        assert (shown.code, shown.out) == (0, "resources.yaml: 2 links: 2 ok.\n")
        Path("resources.yaml").write_text(f"{text}    gone: 2026-01-01\n", encoding="utf-8")
        shown = await ran()
        assert shown.code == 0
        assert 'answers again: delete "gone" in its entry' in shown.out


async def test_private_networks_are_not_looked_at() -> None:
    """Unless that is allowed: what leads there is blocked, and nobody was asked."""
    async with site(ANSWERS, also=list(PAGES.values())) as there:
        written("fine", there=there)
        shown = await asyncio.to_thread(run, "links")
    assert there.asked == []
    assert "2 links: 2 blocked." in shown.out
    assert "looked at with --allow-private" in shown.err
    assert shown.code == 0


async def test_a_machine_without_a_way_out_keeps_nothing() -> None:
    """Where nothing answers as it should, the network is to be mended, and no link is blamed."""
    async with site(ANSWERS, also=list(PAGES.values())) as there:
        # As behind a proxy that breaks every secure connection open.
        text = written("fine", "moved", there=there).replace("http:", "https:")
        Path("resources.yaml").write_text(text, encoding="utf-8")
        await stored(lambda store: store.links())
        shown = await ran()
    assert (shown.code, shown.out) == (2, "")
    assert "seems to have no way out" in shown.err
    assert await stored(lambda store: store.links()) == {}


async def test_where_most_sites_are_silent_no_day_is_counted() -> None:
    """Then it is rather this network than them, which is told of each."""
    async with site(ANSWERS, also=list(PAGES.values())) as there:
        text = written("fine", "moved", "lost", "shy", "front", there=there)
        silent = text.replace("http:", "https:").replace("https:", "http:", 1)
        Path("resources.yaml").write_text(silent, encoding="utf-8")
        await stored(lambda store: store.links())
        shown = await ran()
    assert "6 links: 1 ok, 5 unreachable." in shown.out
    assert shown.out.count("most sites are silent from here, so it does not count") == 5
    assert "strike" not in shown.out
    known = await stored(lambda store: store.links())
    assert {one.strikes for one in known.values()} == {0}


def test_faults_are_told_before_anything_is_asked() -> None:
    """Nobody to ask, a store that is not there, an unsound catalogue: each in a sentence."""
    Path("resources.yaml").write_text("version: 1\n", encoding="utf-8")
    assert "Add --yes" in run("links", "--fix").err
    assert "Add --yes" in run("links", "--fix", "--json").err
    assert "There is no store" in run("links", "--database", "sqlite:///other.db").err
    assert run("links").out == "resources.yaml: 0 links.\n"
    Path("resources.yaml").write_text("version: 2\n", encoding="utf-8")
    assert run("links").code == 2
