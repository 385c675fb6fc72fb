"""An index in a file: the same answers, whole or not at all."""

import gc
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.labelled import Set
from bot import contract, indexfile
from bot.errors import IndexFileError
from bot.model import Catalogue, Resource
from bot.search import Index, build, runs
from tests.search.samples import VIRTUALIZATION, catalogue, labelled_sets, own_index, resource

ROOT = Path(__file__).parents[1]


def written(given: Catalogue, path: Path) -> bytes:
    """Write a catalogue as a stream, and return what is in the file."""
    indexfile.write(path, given.topics, given.glossary, iter(given.resources))
    return path.read_bytes()


def saved(given: Catalogue, path: Path) -> bytes:
    """Build an index, save it, and return what is in the file."""
    indexfile.save(Index.build(given), path)
    return path.read_bytes()


@pytest.mark.parametrize("one", labelled_sets().values(), ids=labelled_sets())
def test_an_opened_index_answers_the_same(one: Set, tmp_path: Path) -> None:
    """Each labelled question has the very same answer, reasons and sums included, from a file; so
    have some that are misspelt.
    """
    built = own_index(one.name)
    indexfile.save(built, tmp_path / "index")
    opened = indexfile.open_index(tmp_path / "index")
    assert opened.catalogue == one.catalogue
    for asked in one.questions:
        answers = [
            json.dumps(
                contract.answer_json(index.search(asked.text, asked.surface, 10), explain=True)
            )
            for index in (built, opened)
        ]
        assert answers[0] == answers[1]
    for at, line in enumerate(one.questions[::4]):
        misspelt = line.text[: at % 40] + line.text[at % 40 + 1 :]
        assert built.search(misspelt, "dm") == opened.search(misspelt, "dm")


@pytest.mark.parametrize("one", labelled_sets().values(), ids=labelled_sets())
def test_a_stream_gives_the_same_file(one: Set, tmp_path: Path) -> None:
    """Resources that come one by one give byte for byte the file of an index built in memory."""
    assert written(one.catalogue, tmp_path / "a") == saved(one.catalogue, tmp_path / "b")
    indexfile.save(indexfile.open_index(tmp_path / "a"), tmp_path / "c")
    assert (tmp_path / "c").read_bytes() == (tmp_path / "a").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "c"]


WORDS = st.lists(
    st.sampled_from(
        [*"virtio rings vhost-user ci/cd device tree DEVICE-TREE c++ Über ' x".split(), "\0", "\1"]
    ),
    max_size=8,
).map(" ".join)
RESOURCES = st.builds(
    resource,
    WORDS,
    summary=WORDS,
    tags=st.lists(WORDS, max_size=3).map(tuple),
    asks=st.lists(WORDS, max_size=3).map(tuple),
    aliases=st.lists(WORDS, max_size=2).map(tuple),
    topics=st.lists(st.sampled_from(["one", "two", "nowhere"]), min_size=1, max_size=3).map(tuple),
    kind=st.sampled_from([None, "talk", "spec"]),
)


@settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    resources=st.lists(RESOURCES, max_size=12),
    batch=st.integers(1, 5),
    together=st.integers(1, 6),
)
def test_batches_leave_no_trace(
    resources: list[Resource], batch: int, together: int, tmp_path: Path
) -> None:
    """However few are read, sampled and merged at a time, the index is the same, to the bit."""
    given = catalogue(*resources, glossary=[("device tree", "vhost user", "rings")])
    whole = saved(given, tmp_path / "whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "BATCH", batch)
        patch.setattr(runs, "_AT_A_TIME", together)
        patch.setattr(runs, "_SAMPLE", 2)
        assert saved(given, tmp_path / "parts") == whole
        assert written(given, tmp_path / "stream") == whole


def test_arrays_are_where_they_can_be_read_fast(tmp_path: Path) -> None:
    """Every array begins at a multiple of 64 bytes, and is only to be read."""
    indexfile.save(Index.build(VIRTUALIZATION), tmp_path / "index")
    postings = indexfile.open_index(tmp_path / "index").built.postings
    for array in (postings.starts, postings.docs, postings.impacts, postings.fields):
        assert array.ctypes.data % 64 == 0
        assert not array.flags.writeable


def test_pieces_end_where_the_array_ends(tmp_path: Path) -> None:
    """What is read piece by piece is what was written, and nothing of what follows it."""
    indexfile.save(Index.build(VIRTUALIZATION), tmp_path / "index")
    marks = indexfile.open_index(tmp_path / "index").built.neighbours.marks
    assert marks.read(3, 5).tolist() == marks.whole()[3:5].tolist()
    assert marks.read(0, 1 << 20).tolist() == marks.whole().tolist()


# What can be wrong with a file


def cut(content: bytes, share: float) -> bytes:
    """Return the beginning of a file."""
    return content[: int(len(content) * share)]


def changed(content: bytes, at: int) -> bytes:
    """Return the file with one bit turned."""
    return (
        bytes([*content[:at], content[at] ^ 4, *content[at + 1 :]])
        if at >= 0
        else (content[:at] + bytes([content[at] ^ 4]) + content[len(content) + at + 1 :])
    )


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda _: b"", "was cut off"),
        (lambda _: b"version: 1\n" * 40, "is no index"),
        (partial(cut, share=0.001), "was cut off"),
        (partial(cut, share=0.5), "damaged or was cut off"),
        (partial(cut, share=0.999), "damaged or was cut off"),
        (lambda content: content + b"\0", "damaged or was cut off"),
        (lambda content: content.replace(b"\r\n", b"\n", 1), "is no index"),
        (partial(changed, at=0), "is no index"),
        (partial(changed, at=16), "of version 6, and version 2 is read"),
        (partial(changed, at=20), "damaged"),
        (partial(changed, at=24), "damaged"),
        (partial(changed, at=33), "damaged"),
        (partial(changed, at=-1), "damaged"),
        (partial(changed, at=-40), "damaged"),
    ],
)
def test_a_damaged_file_is_refused(
    spoil: Callable[[bytes], bytes], said: str, tmp_path: Path
) -> None:
    """A file that is none, is cut off, or says of itself what is not so, is told in a sentence."""
    path = tmp_path / "index"
    path.write_bytes(spoil(saved(VIRTUALIZATION, tmp_path / "sound")))
    with pytest.raises(IndexFileError, match=said) as failed:
        indexfile.open_index(path)
    assert str(path) in str(failed.value)


@pytest.mark.parametrize("name", ["missing", "."], ids=["missing", "a folder"])
def test_what_is_no_file_is_refused(name: str, tmp_path: Path) -> None:
    """A file that is not there, and a folder, are told as such."""
    with pytest.raises(IndexFileError, match="cannot be read"):
        indexfile.open_index(tmp_path / name)


def test_a_disk_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """To save where there is no folder, or over a folder, is told in a sentence."""
    index = Index.build(VIRTUALIZATION)
    for path in (tmp_path / "missing" / "index", tmp_path):
        with pytest.raises(IndexFileError, match="cannot be written"):
            indexfile.save(index, path)


def test_who_has_it_open_keeps_it(tmp_path: Path) -> None:
    """An index that is replaced by another goes on answering from what it was."""
    path = tmp_path / "index"
    indexfile.save(Index.build(VIRTUALIZATION), path)
    opened = indexfile.open_index(path)
    before = opened.search("virtio rings")
    indexfile.save(Index.build(catalogue(resource("Something else"))), path)
    fresh = [opened.search("kvm"), opened.search("virtio rings")]
    assert fresh == [Index.build(VIRTUALIZATION).search("kvm"), before]
    assert [one.title for one in indexfile.open_index(path).catalogue.resources] == [
        "Something else"
    ]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="no such folder here")
def test_the_file_is_let_go(tmp_path: Path) -> None:
    """A file stays open as long as the index that was opened, and no longer."""
    path = tmp_path / "index"
    indexfile.save(Index.build(VIRTUALIZATION), path)

    def is_open() -> bool:
        gc.collect()
        links = (link for link in Path("/proc/self/fd").iterdir() if link.is_symlink())
        return path in {link.readlink() for link in links}

    opened = indexfile.open_index(path)
    assert is_open()
    resources = opened.built.resources
    del opened
    assert resources[0] == VIRTUALIZATION.resources[0]
    del resources
    assert not is_open()


def test_a_failing_stream_changes_nothing(tmp_path: Path) -> None:
    """If the resources end with an error, it is passed on, and the file is as it was."""
    path = tmp_path / "index"
    before = saved(VIRTUALIZATION, path)

    def failing() -> Iterator[Resource]:
        yield VIRTUALIZATION.resources[0]
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        indexfile.write(path, (), (), failing())
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


_KILLED = """
import os, signal, sys
from pathlib import Path
from bot import indexfile
from tests.search.samples import resource

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def stream():
    for number in range(20_000):
        if number == 18_000 and sys.argv[2] == "reading":
            die()
        yield resource(f"word{number} in a title")

if sys.argv[2] == "writing":
    os.fsync = die
if sys.argv[2] == "renaming":
    Path.replace = die
indexfile.write(Path(sys.argv[1]), (), (), stream())
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
@pytest.mark.parametrize("when", ["reading", "writing", "renaming"])
def test_who_is_killed_leaves_the_file_whole(when: str, tmp_path: Path) -> None:
    """A process that is killed while it writes an index leaves the one before as it was."""
    path = tmp_path / "index"
    before = saved(VIRTUALIZATION, path)
    ran = subprocess.run(
        [sys.executable, "-c", _KILLED, str(path), when],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    assert ran.returncode == -signal.SIGKILL, ran.stderr
    assert path.read_bytes() == before
    assert indexfile.open_index(path).search("kvm internals").results


def test_leaders_are_those_that_stand_out() -> None:
    """Of a common term the resources are known where it is strongest, of equal ones the first."""
    strong = [resource(f"virtio {n}", id=f"s{n}", tags=("virtio",)) for n in range(100)]
    weak = [
        resource(f"x{n}", summary="Virtio among many other words of a long sentence", id=f"w{n}")
        for n in range(1_500)
    ]
    given = catalogue(*weak[:700], *strong, *weak[700:])
    built = build.read_catalogue(given)
    term = built.words.surfaces["virtio"]
    leaders = built.postings.leaders[built.postings.crowded.tolist().index(term)].tolist()
    assert leaders == [*range(128 - 100), *range(700, 800)]
