"""The vectors of a catalogue: what they are made of, and what is kept of them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.meaning import vectors
from bot.meaning.model import Model
from bot.meaning.vectors import Filled, Progress, place, texts_of
from bot.model import Catalogue, Resource, Topic
from tests.meaning import tiny
from tests.samples import catalogues

TOPICS = (Topic(id="pci", name="PCI"), Topic(id="vfio", name="VFIO"))


def resource(number: int, topic: str = "pci", title: str = "A talk") -> Resource:
    """One of many resources, each with words of its own."""
    words = " ".join(tiny.WORDS[1 + int(digit)] for digit in str(number))
    url = f"https://example.org/{number}"
    return Resource(id=f"r{number}", title=title, url=url, summary=words, topics=(topic,))


def of(*resources: Resource) -> Catalogue:
    """A catalogue of these."""
    return Catalogue(version=1, topics=TOPICS, resources=resources)


def fill(
    catalogue: Catalogue,
    model: Model,
    cache: Path | None,
    *,
    before: Filled | None = None,
    threads: int = 1,
    progress: Progress | None = None,
) -> Filled:
    """The vectors of a catalogue."""
    return vectors.fill(
        texts_of(catalogue), model, cache, before=before, threads=threads, progress=progress
    )


SOME = of(resource(1), resource(27, "vfio"), resource(350))


def counts(filled: Filled) -> tuple[int, int, bool, str]:
    """What became of the vectors."""
    return filled.computed, filled.reused, filled.rebuilt, filled.trouble


def test_a_resource_is_its_title_and_summary_and_topic(real: Model, small: Model) -> None:
    """Each row is the mean of the rows of two texts, in the order of the catalogue; those of asks
    come after, and are compared as they stand.
    """
    with_asks = (replace(resource(12), asks=("why", "how")), replace(resource(3), asks=("who",)))
    assert texts_of(of(*with_asks)) == [
        ("A talk. talk on", "PCI: A talk. talk on"),
        ("A talk. pci", "PCI: A talk. pci"),
        ("why",),
        ("how",),
        ("who",),
    ]
    for model in (real, small):
        means = [
            model.embed([f"A talk. {words}", f"{topic}: A talk. {words}"]).mean(axis=0)
            for words, topic in (("a", "PCI"), ("talk bus", "VFIO"), ("pci notes .", "PCI"))
        ]
        catalogue = of(
            replace(resource(1), summary="a"),
            replace(resource(2, "vfio"), summary="talk bus"),
            replace(resource(3), summary="pci notes ."),
        )
        assert fill(catalogue, model, None).rows.tobytes() == np.array(means).tobytes()
        asked = fill(of(replace(resource(1), asks=("a talk",))), model, None).rows[1]
        assert asked.tobytes() == model.embed(["a talk"])[0].tobytes()
    empty = fill(of(), small, None)
    assert (empty.rows.shape, counts(empty)) == ((0, tiny.WIDTH), (0, 0, False, ""))


def test_what_is_kept_is_not_computed_again(tmp_path: Path, small: Model) -> None:
    """A second start takes everything from the file, and leaves the file alone."""
    cache = tmp_path / "not" / "there" / "yet"
    first = fill(SOME, small, cache)
    assert counts(first) == (3, 0, False, "")
    held = cache.stat()
    second = fill(SOME, small, cache)
    assert counts(second) == (0, 3, False, "")
    assert second.rows.tobytes() == first.rows.tobytes()
    assert cache.stat().st_ino == held.st_ino
    assert cache.parent.stat().st_mode & 0o077 == 0


def test_what_changed_is_computed_alone(tmp_path: Path, small: Model) -> None:
    """A changed title concerns its resource, a changed topic those at home in it, an ask itself;
    what is gone from the catalogue is gone from the file.
    """
    cache = tmp_path / "cache"
    one, two, three = SOME.resources
    fill(SOME, small, cache)
    assert counts(fill(of(one, replace(two, title="Notes"), three), small, cache))[:2] == (1, 2)
    assert counts(fill(SOME, small, cache))[:2] == (1, 2)
    assert counts(fill(of(three, one, replace(two, asks=("why",))), small, cache))[:2] == (1, 3)
    assert counts(fill(SOME, small, cache))[:2] == (0, 3)
    renamed = replace(SOME, topics=(TOPICS[0], replace(TOPICS[1], name="The bus")))
    assert counts(fill(renamed, small, cache))[:2] == (1, 2)
    size = cache.stat().st_size
    assert counts(fill(of(one), small, cache))[:2] == (0, 1)
    assert cache.stat().st_size < size
    assert counts(fill(SOME, small, cache))[:2] == (2, 1)


def test_two_resources_of_the_same_words_are_computed_once(tmp_path: Path, small: Model) -> None:
    """What two resources say alike is one vector, which both have."""
    twice = of(resource(1), replace(resource(1), id="again", url="https://example.org/again"))
    told: list[tuple[int, int]] = []
    filled = fill(twice, small, tmp_path / "c", progress=lambda *at: told.append(at))
    assert counts(filled)[:2] == (2, 0)
    assert filled.rows[0].tolist() == filled.rows[1].tolist()
    assert told == [(0, 1), (1, 1)]


@given(catalogues(), catalogues())
def test_a_file_makes_no_difference(
    small: Model, tmp_path_factory: pytest.TempPathFactory, one: Catalogue, other: Catalogue
) -> None:
    """From one catalogue to any other: the rows are those that would be computed anew."""
    cache = tmp_path_factory.mktemp("cache") / "cache"
    before = fill(one, small, cache)
    anew = fill(other, small, None)
    for after in (fill(other, small, cache), fill(other, small, None, before=before)):
        assert after.rows.tobytes() == anew.rows.tobytes()
        assert after.marks == anew.marks
        shared = sum(mark in before.marks for mark in after.marks)
        assert (after.reused, after.rebuilt) == (shared, False)


def _flipped(at: int) -> Callable[[bytes], bytes]:
    def damage(whole: bytes) -> bytes:
        place = at % len(whole)
        return whole[:place] + bytes([whole[place] ^ 1 << at % 8]) + whole[place + 1 :]

    return damage


def _cut(at: int) -> Callable[[bytes], bytes]:
    return lambda whole: whole[: at % len(whole)]


def _longer(more: bytes) -> Callable[[bytes], bytes]:
    return lambda whole: whole + more


@given(
    st.integers(0, 9999).map(_flipped)
    | st.integers(0, 9999).map(_cut)
    | st.binary(min_size=1).map(_longer)
    | st.binary().map(lambda all_of_it: lambda _: all_of_it)
)
@example(_flipped(60))
@example(_flipped(63))
@example(_cut(63))
@example(_cut(64))
def test_a_damaged_file_is_made_anew(
    small: Model, tmp_path_factory: pytest.TempPathFactory, damage: Callable[[bytes], bytes]
) -> None:
    """Whatever bits are turned, missing or added: it counts as nothing, and is sound afterwards."""
    cache = tmp_path_factory.mktemp("cache") / "cache"
    sound = fill(SOME, small, cache)
    cache.write_bytes(damage(cache.read_bytes()))
    repaired = fill(SOME, small, cache)
    assert counts(repaired) == (3, 0, True, "")
    assert repaired.rows.tobytes() == sound.rows.tobytes()
    assert counts(fill(SOME, small, cache)) == (0, 3, False, "")


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_a_file_of_no_numbers_is_made_anew(tmp_path: Path, small: Model, number: float) -> None:
    """A file may be whole and hold what no model makes; it would spoil every comparison."""
    cache = tmp_path / "cache"
    sound = fill(SOME, small, cache)
    rows = dict(zip(sound.marks, sound.rows.copy(), strict=True))
    rows[sound.marks[1]][0] = number
    assert vectors._keep(cache, small, rows) == ""
    repaired = fill(SOME, small, cache)
    assert counts(repaired) == (3, 0, True, "")
    assert repaired.rows.tobytes() == sound.rows.tobytes()


def test_vectors_of_another_model_count_for_nothing(
    tmp_path: Path, small: Model, other: Model
) -> None:
    """Neither from the file nor from before is anything taken that another model made."""
    cache = tmp_path / "cache"
    before = fill(SOME, small, cache)
    changed = fill(SOME, other, cache, before=before)
    assert counts(changed) == (3, 0, True, "")
    assert changed.rows.tobytes() == fill(SOME, other, None).rows.tobytes()


def test_a_file_of_another_version_is_made_anew(
    tmp_path: Path, small: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an earlier version computed otherwise is not mixed with what this one computes."""
    cache = tmp_path / "cache"
    fill(SOME, small, cache)
    monkeypatch.setattr(vectors, "_VERSION", vectors._VERSION + 1)
    assert counts(fill(SOME, small, cache)) == (3, 0, True, "")


def test_a_file_too_large_is_not_read(
    tmp_path: Path, small: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that holds far more than the catalogue is made anew, and sized by the catalogue."""
    cache = tmp_path / "cache"
    fill(SOME, small, cache)
    monkeypatch.setattr(vectors, "_SPARE", 1)
    assert counts(fill(of(SOME.resources[0]), small, cache)) == (1, 0, True, "")
    fill(SOME, small, cache)
    assert counts(fill(of(*SOME.resources[:2]), small, cache)) == (0, 2, False, "")


@pytest.mark.parametrize("block", ["folder", "file in between", "nothing there may be made"])
def test_vectors_that_cannot_be_kept_are_there_all_the_same(
    block: str, tmp_path: Path, small: Model
) -> None:
    """One sentence says why they will be computed again; no half of a file stays behind."""
    cache = tmp_path / "cache"
    if block == "folder":
        cache.mkdir()
    elif block == "file in between":
        cache.write_bytes(b"")
        cache /= "inside"
    else:
        cache = Path("/proc/onboard/cache")
    filled = fill(SOME, small, cache)
    assert (filled.computed, filled.rebuilt) == (3, False)
    assert filled.trouble.startswith("The vectors of the catalogue are computed at each start, ")
    assert str(cache.parent if block != "folder" else cache) in filled.trouble
    assert filled.trouble.endswith(".")
    assert "Errno" not in filled.trouble
    assert filled.rows.tobytes() == fill(SOME, small, None).rows.tobytes()
    assert len(list(tmp_path.iterdir())) <= 1
    again = fill(SOME, small, cache, before=filled)
    assert again.computed == 0


def test_whoever_is_stopped_has_not_lost_all(tmp_path: Path, small: Model) -> None:
    """Of many resources those are kept that were computed until a while before the end."""
    cache = tmp_path / "cache"
    many = of(*(resource(number) for number in range(1300)))

    def stop(done: int, whole: int) -> None:
        assert whole == 1300
        if done == 1200:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill(many, small, cache, progress=stop)
    assert 100 < fill(many, small, cache).computed <= 600
    assert counts(fill(many, small, cache)) == (0, 1300, False, "")


def test_a_large_catalogue_is_not_written_again_and_again(
    tmp_path: Path, small: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten times as many resources are written only some times more often: each time all of them."""
    monkeypatch.setattr(vectors, "_PIECE", 20)
    cache = tmp_path / "cache"

    def writings(count: int) -> int:
        cache.unlink(missing_ok=True)
        seen = set()

        def look(_done: int, _of: int) -> None:
            if cache.exists():
                seen.add(cache.stat().st_size)

        fill(of(*(resource(number) for number in range(count))), small, cache, progress=look)
        return len(seen)

    few, many = writings(200), writings(2000)
    assert 5 <= few < many <= few + 15


def test_writers_do_not_disturb_each_other(tmp_path: Path, small: Model) -> None:
    """Several that write the same file at once: whoever reads finds one of them whole."""
    cache = tmp_path / "cache"
    sides = [of(*(resource(number + side) for number in range(60))) for side in (0, 30, 60, 90)]
    wanted = [fill(side, small, None).rows.tobytes() for side in sides]

    def write(at: int) -> list[tuple[bytes, bool, str]]:
        filled = [fill(sides[at], small, cache) for _ in range(30)]
        return [(one.rows.tobytes(), one.rebuilt, one.trouble) for one in filled]

    with ThreadPoolExecutor(len(sides)) as pool:
        for at, done in enumerate(pool.map(write, range(len(sides)))):
            assert set(done) == {(wanted[at], False, "")}
    assert list(tmp_path.iterdir()) == [cache]


def test_threads_make_no_difference(real: Model) -> None:
    """Whether one thread computes or four: the rows are the same, and in the same order."""
    many = of(*(resource(number) for number in range(60)))
    alone, together = (fill(many, real, None, threads=threads) for threads in (1, 4))
    assert alone.rows.tobytes() == together.rows.tobytes()


def test_each_catalogue_has_a_place_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the folder that the user's system has for such files; nowhere if there is none."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    one = place(Path("resources.yaml"))
    assert one
    assert one.parent == tmp_path / "onboard"
    assert one == place(Path.cwd() / "resources.yaml") != place(tmp_path / "resources.yaml")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for unset in ("", "relative"):
        monkeypatch.setenv("XDG_CACHE_HOME", unset)
        assert place(Path("resources.yaml")) == tmp_path / f"home/.cache/onboard/{one.name}"
    assert list(tmp_path.iterdir()) == []
