"""The library over real files, edited in all the ways that files are edited."""

import asyncio
import dataclasses
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from watchfiles import awatch

from bot.catalogue.writer import dump
from bot.errors import CatalogueError
from bot.library import Library, Snapshot
from bot.model import Problem
from bot.records import Suggestion, Thumbs
from tests.catalogue.samples import MINIMAL, edited
from tests.samples import a_draft, suggestion

PATIENCE = 60
"""Seconds after which what should come at once is taken to be stuck."""
OTHER = edited(("A talk on PCI", "Another talk on PCI"))
BROKEN = edited(("topics: [vfio]\n    asks", "topics: [vifo]\n    asks"))


WOMBATS = suggestion(
    7,
    a_draft(title="Wombats", summary="All about wombats.", url="https://example.org/wombats"),
    resource="wombats",
)
ENTRY = """\
  - id: of-the-file
    title: Wombats
    url: {url}
    summary: All about wombats.
    topics: [pci]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A sound catalogue in a folder of its own."""
    file = tmp_path / "resources.yaml"
    file.write_text(MINIMAL, encoding="utf-8")
    return file


def first_title(snapshot: Snapshot) -> str:
    """Return what tells the catalogues of these tests apart."""
    return snapshot.catalogue.resources[0].title


def found(library: Library, text: str) -> list[str]:
    """Return the ids of what is shown to a question."""
    return [result.resource.id for result in library.current.index.search(text).results]


def replaced(one: Suggestion, title: str = "Wombats") -> Suggestion:
    """Return another suggestion object, of this title."""
    return dataclasses.replace(one, draft=dataclasses.replace(one.draft, title=title))


def replace(file: Path, text: str) -> None:
    """Put a new file in the place of this one, as editors do."""
    aside = file.with_name(".aside")
    aside.write_text(text, encoding="utf-8")
    aside.replace(file)


async def stir(folder: Path) -> None:
    """Change something beside the file, and return when whoever watches the folder has heard it.

    Another watch tells when; as nobody knows which of two hears first, this happens some times.
    """
    for number in range(4):
        watch = awatch(folder, watch_filter=None, recursive=False)
        news = asyncio.ensure_future(anext(watch))
        await asyncio.sleep(0)  # Lets it begin to watch.
        (folder / "beside.txt").write_text(f"{number}", encoding="utf-8")
        await asyncio.wait_for(news, PATIENCE)
        await watch.aclose()


@asynccontextmanager
async def watching(
    file: Path, library: Library, look_every: float = 10 * PATIENCE
) -> AsyncIterator[AsyncIterator[tuple[Problem, ...]]]:
    """Watch the file while the block lasts, and hand the block the outcomes.

    The file is looked at so seldom that what is seen was heard of.
    """
    outcomes: asyncio.Queue[tuple[Problem, ...]] = asyncio.Queue()
    stop = asyncio.Event()

    async def listen() -> None:
        async for problems in library.watch(stop, look_every):
            outcomes.put_nowait(problems)

    async def taken() -> AsyncIterator[tuple[Problem, ...]]:
        while True:
            yield await asyncio.wait_for(outcomes.get(), PATIENCE)

    with file.open("a", encoding="utf-8") as stream:
        stream.write("# An edit from before the watch.\n")
    task = asyncio.create_task(listen())
    try:
        # It is told of when the first look is over, and from then on the folder is watched.
        assert await anext(taken()) == ()
        yield taken()
    finally:
        stop.set()
        await asyncio.wait_for(task, PATIENCE)
    assert outcomes.empty()


async def test_what_is_open_can_be_searched(file: Path) -> None:
    """The first snapshot holds the catalogue of the file and answers from it."""
    current = Library.open(file).current
    assert first_title(current) == "A talk on PCI"
    assert current.index.search("bus talk").results[0].resource is current.catalogue.resources[0]


@pytest.mark.parametrize("text", [None, BROKEN, "", "\0"])
async def test_a_bad_catalogue_does_not_open(file: Path, text: str | None) -> None:
    """Without a sound catalogue there is no library, but every problem in the reader's words."""
    file.unlink()
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        Library.open(file)
    assert caught.value.problems
    assert all(problem.file == str(file) for problem in caught.value.problems)


async def test_a_sound_edit_comes_into_use(file: Path) -> None:
    """After a reload the new catalogue is searched; the snapshot taken before is as it was."""
    library = Library.open(file)
    before = library.current
    replace(file, OTHER)
    assert await library.reload() == ()
    assert first_title(library.current) == "Another talk on PCI"
    assert library.current.index.built.resources is library.current.catalogue.resources
    assert first_title(before) == "A talk on PCI"
    assert before.index.built.resources is before.catalogue.resources


async def test_a_bad_edit_changes_nothing(file: Path) -> None:
    """Problems are returned each time they are looked for, and the old snapshot stays in use."""
    library = Library.open(file)
    before = library.current
    replace(file, BROKEN)
    for _ in range(2):
        (problem,) = await library.reload()
        assert "vifo" in problem.message
        assert library.current is before
    replace(file, MINIMAL)
    assert await library.reload() == ()
    assert library.current is before


@pytest.mark.parametrize("text", [MINIMAL, f"{MINIMAL}# A remark.\n"])
async def test_the_same_catalogue_is_not_built_again(file: Path, text: str) -> None:
    """A file that says the same, in whatever words, is no new snapshot."""
    library = Library.open(file)
    before = library.current
    replace(file, text)
    assert await library.reload() == ()
    assert library.current is before


async def test_a_pipe_in_place_of_the_file_does_not_stop_the_bot(file: Path) -> None:
    """What would wait for ever when it is opened is a problem like any other."""
    library = Library.open(file)
    file.unlink()
    os.mkfifo(file)
    (problem,) = await asyncio.wait_for(library.reload(), PATIENCE)
    assert "not a file" in problem.message


async def test_reloads_at_once_end_on_the_last_edit(file: Path) -> None:
    """However many ask for a reload at the same time, what the file says last is in use."""
    library = Library.open(file)
    for number in range(20):
        first = asyncio.create_task(library.reload())
        await asyncio.sleep(0)  # Lets the first one begin to read.
        replace(file, edited(("A talk on PCI", f"Talk {number}")))
        assert set(await asyncio.gather(first, *(library.reload() for _ in range(5)))) == {()}
        assert first_title(library.current) == f"Talk {number}"


async def test_reloads_at_once_build_once(file: Path) -> None:
    """Reloads wait for one another, so that one edit is built by one of them only."""
    library = Library.open(file)
    replace(file, OTHER)

    async def reloaded() -> Snapshot:
        await library.reload()
        return library.current

    assert len({id(one) for one in await asyncio.gather(*(reloaded() for _ in range(8)))}) == 1


def volume(number: int) -> str:
    """Return a catalogue in which every entry says of which edition it is."""
    entries = "".join(
        f"  - id: part-{part}\n    title: Bowline part {part} of edition {number}\n"
        f"    url: https://example.org/{number}/{part}\n"
        f"    summary: How to tie it, edition {number}.\n    topics: [knots]\n"
        for part in range(3)
    )
    return f"version: 1\ntopics:\n  - {{id: knots, name: Edition {number}}}\nresources:\n{entries}"


def editions(snapshot: Snapshot) -> set[str]:
    """Return the editions of all that a snapshot holds and answers."""
    answer = snapshot.index.search("tie a bowline")
    assert answer.verdict == "answer"
    assert len(snapshot.catalogue.resources) == len(answer.candidates) == 3
    shown = [one.resource for one in answer.results]
    shown += [one.resource for one in answer.candidates]
    return {
        snapshot.catalogue.topics[0].name.split()[-1],
        *(one.url.split("/")[-2] for one in (*snapshot.catalogue.resources, *shown)),
        *(one.title.split()[-1] for one in shown),
    }


REWRITES = 500


@pytest.mark.timeout(120)
async def test_ten_thousand_questions_while_the_file_is_rewritten(tmp_path: Path) -> None:
    """Half of the rewrites leave the file broken, cut off in the middle of an entry; of twenty
    questions for each none fails meanwhile, and each is answered from one whole edition.
    """
    file = tmp_path / "resources.yaml"
    file.write_text(volume(0), encoding="utf-8")
    library = Library.open(file)
    seen: set[str] = set()
    asked = 0
    broken = 0

    async def rewrite() -> None:
        nonlocal broken
        for number in range(1, REWRITES + 1):
            whole = volume(number)
            # Cut in the last entry, before all of its keys are there.
            replace(file, whole if number % 2 else whole[: whole.rindex("summary")])
            broken += bool(await library.reload())

    async def ask(rewriting: asyncio.Task[None]) -> None:
        nonlocal asked
        while asked < 20 * REWRITES or not rewriting.done():
            found = editions(library.current)
            assert len(found) == 1
            seen.update(found)
            asked += 1
            await asyncio.sleep(0)

    rewriting = asyncio.create_task(rewrite())
    await asyncio.gather(rewriting, *(ask(rewriting) for _ in range(4)))
    assert asked >= 20 * REWRITES
    assert broken == REWRITES // 2
    assert editions(library.current) == {str(REWRITES - 1)}
    assert len(seen) > 10
    assert not {number for number in seen if int(number) % 2 == 0 and number != "0"}


async def test_what_is_laid_over_the_file_is_found(file: Path) -> None:
    """An approved suggestion is searched from then on; whoever took the snapshot before has not
    got it, and when it is withdrawn all is as it was.
    """
    library = Library.open(file)
    before = library.current
    overlaid = await library.overlay([WOMBATS], {})
    assert overlaid.shown == (WOMBATS,)
    assert library.current.overlaid is overlaid
    assert library.current.catalogue is overlaid.catalogue
    assert found(library, "wombats") == ["wombats"]
    assert before.index.search("wombats").results == ()
    assert (await library.overlay([], {})).shown == ()
    assert found(library, "wombats") == []
    assert library.current.catalogue == before.catalogue
    assert library.current.fingerprint == before.fingerprint


async def test_the_same_overlay_makes_nothing_anew(file: Path) -> None:
    """The snapshot stays when nothing has changed, and the index when no resource has."""
    library = Library.open(file)
    empty = library.current
    assert (await library.overlay([], {})).shown == ()
    assert library.current is empty
    thumbs = {"pci-talk": Thumbs(up=2)}
    await library.overlay([WOMBATS], thumbs)
    first = library.current
    await library.overlay([replaced(WOMBATS)], dict(thumbs))
    assert library.current is first
    refused = suggestion(9, a_draft(topics=("gone",)))
    overlaid = await library.overlay([WOMBATS, refused], thumbs)
    assert [one for one, _ in overlaid.left_out] == [refused]
    assert library.current.overlaid is overlaid
    assert library.current.index is first.index
    assert library.current.catalogue is first.catalogue
    thumbs["pci-talk"] = Thumbs(down=1)
    await library.overlay([WOMBATS], thumbs)
    assert library.current.index.built is first.index.built
    assert library.current.catalogue is first.catalogue


async def test_an_edit_keeps_what_is_laid_over_the_file(file: Path) -> None:
    """A new file has the suggestions laid over it again; a broken one changes nothing."""
    library = Library.open(file)
    await library.overlay([WOMBATS], {})
    overlaid = library.current
    replace(file, BROKEN)
    assert len(await library.reload()) == 1
    assert library.current is overlaid
    replace(file, f"{MINIMAL}# A remark.\n")
    assert await library.reload() == ()
    assert library.current is overlaid
    replace(file, OTHER)
    assert await library.reload() == ()
    assert first_title(library.current) == "Another talk on PCI"
    assert found(library, "wombats") == ["wombats"]
    assert len({one.fingerprint for one in (overlaid, library.current)}) == 2


async def test_a_suggestion_that_comes_into_the_file_is_retired(file: Path) -> None:
    """The file wins: its own entry is found, once."""
    library = Library.open(file)
    await library.overlay([WOMBATS], {})
    url = WOMBATS.draft.url.replace("https", "http")
    replace(file, MINIMAL + ENTRY.format(url=url))
    assert await library.reload() == ()
    assert library.current.overlaid.retired == (WOMBATS,)
    assert library.current.overlaid.shown == ()
    assert found(library, "wombats") == ["of-the-file"]


async def test_a_suggestion_that_is_in_the_file_to_the_letter_is_retired(file: Path) -> None:
    """Nothing is made anew when the file says what was searched before, but its fate is told."""
    library = Library.open(file)
    await library.overlay([WOMBATS], {})
    before = library.current
    replace(file, dump(before.catalogue))
    assert await library.reload() == ()
    assert library.current.overlaid.retired == (WOMBATS,)
    assert library.current.index is before.index
    assert library.current.fingerprint == before.fingerprint
    await library.overlay([], {})
    assert found(library, "wombats") == ["wombats"]


async def test_a_broken_file_does_not_stop_suggestions(file: Path) -> None:
    """They are laid over what the file said when it was sound."""
    library = Library.open(file)
    replace(file, BROKEN)
    assert len(await library.reload()) == 1
    await library.overlay([WOMBATS], {})
    assert found(library, "wombats") == ["wombats"]


async def test_edits_and_suggestions_at_once_lose_nothing(file: Path) -> None:
    """However reloads and overlays fall together, the last of both is in use."""
    library = Library.open(file)
    for text, some in [(OTHER, [WOMBATS]), (MINIMAL, []), (OTHER, []), (MINIMAL, [WOMBATS])]:
        replace(file, text)
        await asyncio.gather(
            library.reload(), library.overlay(some, {}), library.reload(), library.reload()
        )
        title = "Another talk on PCI" if text == OTHER else "A talk on PCI"
        assert first_title(library.current) == title
        assert found(library, "wombats") == ["wombats" for _ in some]


async def test_a_fingerprint_tells_catalogues_apart(file: Path) -> None:
    """It is the same for the same catalogue, in another library and another file as well, and it
    differs as soon as anything differs that can be searched.
    """
    library = Library.open(file)
    seen = {library.current.fingerprint}
    for some in ([WOMBATS], [replaced(WOMBATS, title="Other wombats")], [WOMBATS, suggestion(8)]):
        await library.overlay(some, {})
        seen.add(library.current.fingerprint)
    replace(file, OTHER)
    await library.reload()
    seen.add(library.current.fingerprint)
    assert len(seen) == 5
    assert all(len(one) == 16 and int(one, 16) >= 0 for one in seen)
    other = Library.open(file)
    await other.overlay([suggestion(8), WOMBATS], {})
    assert other.current.fingerprint == library.current.fingerprint
    replace(file, f"# A remark.\n{OTHER}")
    await library.reload()
    assert other.current.fingerprint == library.current.fingerprint


async def test_a_file_put_in_its_place_is_seen(file: Path) -> None:
    """Editors write aside and rename; the library hears of it."""
    library = Library.open(file)
    async with watching(file, library) as outcomes:
        replace(file, OTHER)
        assert await anext(outcomes) == ()
        assert first_title(library.current) == "Another talk on PCI"


async def test_a_write_into_the_file_is_seen(file: Path) -> None:
    """A file that is written where it is comes into use as well."""
    library = Library.open(file)
    async with watching(file, library) as outcomes:
        with file.open("a", encoding="utf-8") as stream:
            stream.write("    note: Begin here.\n")
        assert await anext(outcomes) == ()
        assert library.current.catalogue.resources[1].note == "Begin here."


async def test_a_link_that_is_swapped_is_seen(tmp_path: Path) -> None:
    """Kubernetes swaps a link beside the file; the file itself is never touched."""
    for version, text in (("..1", MINIMAL), ("..2", OTHER)):
        (tmp_path / version).mkdir()
        (tmp_path / version / "resources.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "..data").symlink_to("..1")
    file = tmp_path / "resources.yaml"
    file.symlink_to("..data/resources.yaml")
    library = Library.open(file)
    async with watching(file, library) as outcomes:
        (tmp_path / "..data_tmp").symlink_to("..2")
        (tmp_path / "..data_tmp").rename(tmp_path / "..data")
        assert await anext(outcomes) == ()
        assert first_title(library.current) == "Another talk on PCI"


async def test_a_file_that_goes_and_comes_back_is_seen(file: Path) -> None:
    """A file that is gone is a problem, told once, and no reason to forget what it said."""
    library = Library.open(file)
    before = library.current
    async with watching(file, library) as outcomes:
        file.unlink()
        (problem,) = await anext(outcomes)
        assert problem.message == "There is no such file."
        assert library.current is before
        await stir(file.parent)
        replace(file, OTHER)
        assert await anext(outcomes) == ()
        assert first_title(library.current) == "Another talk on PCI"


async def test_a_broken_edit_that_is_mended_is_seen(file: Path) -> None:
    """The curator hears what is wrong, and then that it is well again."""
    library = Library.open(file)
    async with watching(file, library) as outcomes:
        replace(file, BROKEN)
        (problem,) = await anext(outcomes)
        assert "vifo" in problem.message
        assert first_title(library.current) == "A talk on PCI"
        replace(file, OTHER)
        assert await anext(outcomes) == ()
        assert first_title(library.current) == "Another talk on PCI"


async def test_what_happens_beside_the_file_is_nothing(file: Path) -> None:
    """Other files of the folder, and a new date on the same bytes, yield no outcome."""
    library = Library.open(file)
    async with watching(file, library) as outcomes:
        await stir(file.parent)
        file.touch()
        await stir(file.parent)
        replace(file, OTHER)
        assert await anext(outcomes) == ()
        assert first_title(library.current) == "Another talk on PCI"


async def test_an_edit_before_the_watch_is_not_lost(file: Path) -> None:
    """What was edited after the library opened and before it was watched is found at once."""
    library = Library.open(file)
    replace(file, OTHER)
    stop = asyncio.Event()
    watch = library.watch(stop, look_every=10 * PATIENCE)
    assert await asyncio.wait_for(anext(watch), PATIENCE) == ()
    assert first_title(library.current) == "Another talk on PCI"


async def test_a_change_that_nobody_tells_of_is_seen(tmp_path: Path) -> None:
    """A link further up is swapped outside the folder that is watched, and found by looking."""
    for version, text in (("1", MINIMAL), ("2", OTHER)):
        (tmp_path / version).mkdir()
        (tmp_path / version / "resources.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "now").symlink_to("1")
    file = tmp_path / "now" / "resources.yaml"
    library = Library.open(file)
    async with watching(file, library, look_every=0.01) as outcomes:
        (tmp_path / "next").symlink_to("2")
        (tmp_path / "next").rename(tmp_path / "now")
        assert await anext(outcomes) == ()
        assert first_title(library.current) == "Another talk on PCI"
