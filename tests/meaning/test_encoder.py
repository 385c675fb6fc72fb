"""An index with its model: what it compares, what an edition costs, and what fails quietly."""

import asyncio
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

from bot.catalogue.writer import dump
from bot.errors import ModelError
from bot.explaining import why_not
from bot.library import Library
from bot.meaning import encoder as encoders
from bot.meaning.encoder import Encoder, encoder, why_none
from bot.meaning.model import Model
from bot.meaning.vectors import Filled
from bot.model import Catalogue, Resource, Topic
from bot.search import Index
from bot.search.meaning import Meaning
from tests.meaning import tiny
from tests.meaning.tiny import model_in
from tests.samples import a_draft, catalogues, suggestion

PATIENCE = 60
"""Seconds after which what should come at once is taken to be stuck."""
UNKNOWN = "hunter2"


def resource(name: str, summary: str = "a talk on the bus", *asks: str) -> Resource:
    """A resource of these words, which the smallest models know."""
    url = f"https://example.org/{name}"
    return Resource(id=name, title="notes", url=url, summary=summary, topics=("pci",), asks=asks)


def of(*resources: Resource) -> Catalogue:
    """A catalogue of these."""
    return Catalogue(version=1, topics=(Topic(id="pci", name="pci"),), resources=resources)


SOME = of(
    resource("one", "a talk", "the bus", "on vfio"), resource("two"), resource("three", "pci")
)


class Told:
    """What an encoder has told."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self.done: list[tuple[int, int]] = []

    def finish(self, filled: Filled, seconds: float) -> None:
        """Note how many vectors were computed, and how many were there."""
        assert seconds >= 0
        self.done.append((filled.computed, filled.reused))

    def encoder(self, model: Model, cache: Path | None = None) -> Encoder:
        """An encoder that tells it."""
        return Encoder(model, cache, warn=self.sentences.append, done=self.finish)


def meaning_of(index: Index) -> Meaning:
    """What an index knows."""
    assert index.meaning
    return index.meaning


@pytest.fixture
def picky(tmp_path: Path) -> Model:
    """A model that can read nothing but the eleven words it knows."""
    path = tiny.write(tmp_path / "picky") / "tokenizer.json"
    path.write_text(path.read_text(encoding="utf-8").replace("[UNK]", "[ANY]", 1), encoding="utf-8")
    return model_in(path.parent)


def test_of_a_trial_nothing_is_kept(small: Model, tmp_path: Path) -> None:
    """What is only tried may hold somebody's question: the file stays as it was."""
    encode = Encoder(small, tmp_path / "cache")
    encode(Index.build(SOME))
    before = (tmp_path / "cache").read_bytes()
    tried = encode(
        Index.build(of(*SOME.resources, resource("new", "vfio", "on the bus"))), keep=False
    )
    assert len(meaning_of(tried).rows) == 4
    assert (tmp_path / "cache").read_bytes() == before


def test_a_word_leads_where_it_stands(small: Model) -> None:
    """Why a resource is behind is told by the words: by their meaning each leads everywhere."""
    text = dump(of(resource("one", "a talk"), resource("two", "the bus"), resource("three", "pci")))
    found = why_not(text, "f", 0, "bus", surface="mention", knowing=Encoder(small, None))
    assert found.because[0] == "“bus” leads to the first, not to the wanted one"


@given(catalogues())
def test_each_resource_has_its_vector_and_those_of_its_asks(
    small: Model, catalogue: Catalogue
) -> None:
    """Whatever the catalogue: rows and asks are those of the resources, in their order."""
    known = meaning_of(Encoder(small, None)(Index.build(catalogue)))
    names = {topic.id: topic.name for topic in catalogue.topics}
    assert len(known.rows) == len(catalogue.resources)
    assert len(known.starts) == len(catalogue.resources) + 1
    for at, one in enumerate(catalogue.resources):
        what = f"{one.title}. {one.summary}"
        both = small.embed([what, f"{names[one.topics[0]]}: {what}"])
        assert known.rows[at].tolist() == both.mean(axis=0).tolist()
        own = known.asks[known.starts[at] : known.starts[at + 1]]
        assert own.tobytes() == small.embed(one.asks).tobytes()
    assert known.starts[-1] == len(known.asks)


def test_it_does_not_matter_in_which_order_many_resources_stand(
    small: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where some of a large catalogue stand for all, each is as near as in any other order, however
    they are chosen.
    """
    monkeypatch.setattr(encoders, "_STANDING", 6)
    words = "pci acpi bus talk vfio the on a".split()
    some = tuple(
        resource(f"r{at}", f"{one} {other}")
        for at, (one, other) in enumerate(permutations(words[:5], 2))
    )
    encode = Encoder(small, None)
    forward = near(encode(Index.build(of(*some))))
    backward = near(encode(Index.build(of(*reversed(some)))))
    assert forward == pytest.approx(backward, abs=1e-6)
    assert len(set(forward.values())) > 1


def near(index: Index) -> dict[str, float]:
    """How near each resource is to a question."""
    known = meaning_of(index)
    found = known.near("a talk on the bus", np.arange(len(known.rows), dtype=np.int32))
    assert found
    ids = [one.id for one in index.catalogue.resources]
    return dict(zip(ids, found.nearness.tolist(), strict=True))


def test_the_next_edition_costs_what_changed(small: Model, tmp_path: Path) -> None:
    """Of another edition only what is new is computed; of the same one, at a new start, nothing."""
    told = Told()
    first = told.encoder(small, tmp_path / "cache")
    first(Index.build(SOME))
    changed = of(*SOME.resources[:2], replace(SOME.resources[2], asks=("notes",), title="vfio"))
    first(Index.build(changed))
    told.encoder(small, tmp_path / "cache")(Index.build(changed))
    assert told.done == [(5, 0), (2, 4), (0, 6)]
    assert told.sentences == []


def test_a_question_that_cannot_be_read_is_answered_by_words(picky: Model) -> None:
    """It is answered to the byte as without a model; the log hears of it once, without its text."""
    told = Told()
    plain = Index.build(SOME)
    known = told.encoder(picky)(plain)
    for text in (f"talk {UNKNOWN}", f"the bus {UNKNOWN}"):
        assert known.search(text) == plain.search(text)
    assert known.search("talk") != plain.search("talk")
    (sentence,) = told.sentences
    assert sentence.startswith("A question was answered by words alone. The sentence model cannot")
    assert UNKNOWN not in sentence


def test_an_edition_that_cannot_be_read_is_searched_by_words(picky: Model) -> None:
    """Until the next one it is as without a model, and that is told each time."""
    told = Told()
    encode = told.encoder(picky)
    assert encode(Index.build(SOME)).meaning
    strange = Index.build(of(*SOME.resources, resource("strange", UNKNOWN)))
    for _ in range(2):
        assert encode(strange).meaning is None
    assert encode(Index.build(SOME)).meaning
    assert len(told.sentences) == 2
    for sentence in told.sentences:
        assert sentence.startswith("This edition of the catalogue is searched by words alone. The ")
        assert UNKNOWN not in sentence
    assert told.done == [(5, 0), (0, 5)]


def test_a_first_edition_that_cannot_be_read_is_refused(picky: Model) -> None:
    """Who has just named a model hears that it will not do."""
    with pytest.raises(ModelError, match="ONBOARD_MODEL has to name"):
        Encoder(picky, None)(Index.build(of(resource("strange", UNKNOWN))))


def test_a_catalogue_too_large_is_searched_by_words(
    small: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Resources and asks count; it is told once, and nothing is computed."""
    told = Told()
    encode = told.encoder(small)
    monkeypatch.setattr(encoders, "MOST_VECTORS", 4)
    for _ in range(2):
        assert encode(Index.build(SOME)).meaning is None
    assert encode(Index.build(of(*SOME.resources[:1]))).meaning
    assert told.sentences == [
        "A catalogue of more than 4 resources and asks is searched by words alone."
    ]
    assert told.done == [(3, 0)]


def test_vectors_that_cannot_be_kept_are_told_of_once(small: Model, tmp_path: Path) -> None:
    """The catalogue is searched by meaning all the same."""
    told = Told()
    encode = told.encoder(small, tmp_path)
    for edition in (SOME, of(*SOME.resources[:1])):
        assert encode(Index.build(edition)).meaning
    (sentence,) = told.sentences
    assert sentence.startswith("The vectors of the catalogue are computed at each start, because")


def test_it_tells_whether_the_model_had_a_say(picky: Model) -> None:
    """Its name stands for an answer that it took part in, and for no other."""
    encode = Encoder(picky, None)
    known = encode(Index.build(SOME))
    assert encode.used_in(known.search("a talk")) == "picky"
    for silent in (known.search(f"talk {UNKNOWN}"), known.search("the talk was on", "channel")):
        assert silent.candidates
        assert encode.used_in(silent) is None


def test_without_a_model_there_is_no_encoder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Off is off; what is named is loaded at once, and refused at once."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    file = tmp_path / "resources.yaml"
    assert encoder("off", file) is None
    assert why_none("off") == "ONBOARD_MODEL is off"
    assert why_none("") == "the extra semantic is not installed"
    broken = tiny.write(tmp_path / "broken")
    (broken / "model.onnx").write_bytes(b"")
    for wrong in ("broken", "nowhere"):
        with pytest.raises(ModelError, match=wrong):
            encoder(str(tmp_path / wrong), file)
    named, real = encoder(str(tiny.write(tmp_path / "own")), file), encoder("", file)
    assert named
    assert real
    assert (named.model.name, real.model.name) == ("own", "all-MiniLM-L6-v2")
    named(Index.build(SOME))
    (kept,) = (tmp_path / "onboard").iterdir()
    assert kept.suffix == ".vectors"


async def test_questions_are_answered_while_an_edition_is_embedded(
    real: Model, tmp_path: Path
) -> None:
    """Embedding goes on beside the questions, and the new edition comes into use when it is done.

    What is watched is how many vectors were done when a question was answered.
    """
    file = tmp_path / "resources.yaml"
    file.write_text(dump(SOME), encoding="utf-8")
    at = 0
    total = asyncio.get_running_loop().create_future()
    loop = asyncio.get_running_loop()

    def progress(done: int, of: int) -> None:
        nonlocal at
        at = done
        if of > len(SOME.resources) + 2 and done == 0:
            loop.call_soon_threadsafe(total.set_result, of)

    library = Library.open(file, Encoder(real, None, progress=progress))
    before = library.current
    more = [resource(f"r{number}", f"a talk on pci number {number}") for number in range(150)]
    file.write_text(dump(of(*SOME.resources, *more)), encoding="utf-8")
    reloading = asyncio.create_task(library.reload())
    whole = await asyncio.wait_for(total, PATIENCE)
    answered = []
    for number in range(8):
        given = await library.current.search(f"which notes are on bus {number}")
        assert given.candidates
        answered.append(at)
    assert library.current is before
    assert answered[0] <= answered[-1] < whole == len(more)
    assert await asyncio.wait_for(reloading, PATIENCE) == ()
    assert at == whole
    assert meaning_of(library.current.index).rows.shape == (len(more) + 3, real.width)
    # What curators approve is embedded, too.
    approved = suggestion(1, a_draft(url="https://example.org/new"), resource="new")
    await library.overlay([approved], {})
    assert meaning_of(library.current.index).rows.shape == (len(more) + 4, real.width)


async def test_whoever_asks_is_not_held_up_by_others(real: Model, tmp_path: Path) -> None:
    """Questions are embedded beside the event loop: it turns while the model computes."""
    file = tmp_path / "resources.yaml"
    file.write_text(dump(SOME), encoding="utf-8")
    snapshot = Library.open(file, Encoder(real, None)).current
    turns = 0
    asking = asyncio.gather(
        *(snapshot.search(f"where is a talk on bus number {number} " * 9) for number in range(20))
    )
    while not asking.done():
        turns += 1
        await asyncio.sleep(0)
    assert len(await asking) == 20
    # One turn each, if the loop were what computes.
    assert turns > 200


def test_thumbs_and_meaning_go_together(small: Model) -> None:
    """What people preferred is weighed in an index that knows meaning, in the same sum."""
    index = Encoder(small, None)(Index.build(SOME)).preferring({"two": 1.0})
    first, *_ = index.search("the bus").candidates
    assert [line.name for line in first.features][-2:] == ["meaning", "feedback"]
