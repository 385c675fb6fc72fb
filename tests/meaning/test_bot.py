"""The real bot with a model: what it finds by it, how it starts with it, and how it does not."""

import asyncio
from pathlib import Path

import pytest

from bot import serve as serving_module
from bot.catalogue.writer import dump
from bot.errors import BotError
from bot.meaning import encoder as encoders
from bot.model import Catalogue, Resource, Topic
from bot.serve import serve
from tests.e2e.double import running, serving, settings_of, workspace
from tests.e2e.log import logged
from tests.meaning import tiny

PATIENCE = 60
"""Seconds after which what should come at once is taken to be stuck."""
ASKED = "how do I make bread"
"""Nothing in the catalogue holds a word of it that says what it is about."""
THINGS = (
    ("baking", "Baking with sourdough", "How dough rises over night.", "how is a loaf baked"),
    ("slow", "Why a program is slow", "Where the time goes.", "why does it take so long"),
    ("knots", "Tying a bowline", "A loop that does not slip.", "which knot holds"),
    ("stars", "The night sky", "How to find planets and nebulae.", "where is Saturn"),
)


def books(folder: Path, count: int = 0) -> Path:
    """Write a catalogue of these things, and of so many more."""
    more = ((f"n{number}", f"Number {number}", "One of many.", "") for number in range(count))
    resources = tuple(
        Resource(
            id=name,
            title=title,
            url=f"https://example.org/{name}",
            summary=summary,
            topics=("things",),
            asks=(ask,) if ask else (),
        )
        for name, title, summary, ask in (*THINGS, *more)
    )
    topics = (Topic(id="things", name="Things"),)
    file = folder / "resources.yaml"
    file.write_text(
        dump(Catalogue(version=1, topics=topics, resources=resources)), encoding="utf-8"
    )
    return file


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Vectors are kept in a folder of the test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.mark.parametrize(
    ("model", "said", "how"),
    [
        ("", "Baking with sourdough", "words and meaning (all-MiniLM-L6-v2)."),
        ("off", "I have nothing on “bread”.", "words alone, because ONBOARD_MODEL is off."),
    ],
)
async def test_it_answers_what_words_do_not_find(
    model: str, said: str, how: str, tmp_path: Path
) -> None:
    """A question that shares no telling word with its answer is answered with a model, and not
    without; how it is compared stands in the log, and what was asked does not.
    """
    file = str(books(tmp_path))
    with logged() as log:
        async with running("socket", ONBOARD_CATALOGUE=file, ONBOARD_MODEL=model) as slack:
            mentioned = await slack.answer_to(slack.mention(ASKED))
            await slack.quiet()
            commanded = await slack.onboard(ASKED)
    for message in (mentioned, commanded):
        assert said in str(message.blocks)
    (line,) = log.events("search")
    assert line["told"] == f"Compared by {how}"
    embedded = [(one["computed"], one["reused"]) for one in log.events("embedded")]
    assert embedded == ([(8, 0)] if model != "off" else [])
    assert "bread" not in log.getvalue()


async def test_the_log_does_not_tell_of_a_model_that_has_no_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A catalogue too large for a model is searched by words alone, and that is what is said."""
    monkeypatch.setattr(encoders, "MOST_VECTORS", 4)
    file, own = str(books(tmp_path)), str(tiny.write(tmp_path / "model"))
    with logged() as log:
        async with running("socket", ONBOARD_CATALOGUE=file, ONBOARD_MODEL=own):
            pass
    assert [line["told"] for line in log.events("search")] == ["Compared by words alone."]
    (line,) = log.events("embedding")
    assert line["told"].startswith("A catalogue of more than 4 resources and asks is searched by")


async def test_the_log_tells_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While vectors are computed there is a line every few seconds, and one at the end."""
    monkeypatch.setattr(serving_module, "_TELL_EVERY", 0)
    file, own = str(books(tmp_path, 30)), str(tiny.write(tmp_path / "model"))
    with logged() as log:
        async with running("socket", ONBOARD_CATALOGUE=file, ONBOARD_MODEL=own):
            pass
    assert [(one["done"], one["of"]) for one in log.events("embedding")] == [
        (0, 38), (20, 38), (38, 38)
    ]  # fmt: skip
    (end,) = log.events("embedded")
    assert (end["computed"], end["reused"]) == (38, 0)


async def test_it_can_be_told_to_stop_before_all_is_embedded(tmp_path: Path) -> None:
    """Whoever does not want to wait for the vectors of a large catalogue need not."""
    own = tiny.write(tmp_path / "model")
    file = books(tmp_path, 100)
    stop, ready = asyncio.Event(), asyncio.Event()
    loop, seen = asyncio.get_running_loop(), []

    async def end() -> None:
        stop.set()

    def progress(done: int, total: int) -> None:
        seen.append((done, total))
        if done == 40:
            asyncio.run_coroutine_threadsafe(end(), loop).result(PATIENCE)

    async with workspace("socket") as (slack, port):
        settings = settings_of(slack, port, ONBOARD_CATALOGUE=str(file), ONBOARD_MODEL=str(own))
        running = serve(settings, stop=stop, ready=lambda _: ready.set(), progress=progress)
        await asyncio.wait_for(running, PATIENCE)
    assert seen == [(0, 108), (20, 108), (40, 108)]
    assert not ready.is_set()


async def test_it_names_what_is_wrong_with_model_and_catalogue_at_once(tmp_path: Path) -> None:
    """Both are told of in one run, and nothing is answered."""
    (tmp_path / "broken.yaml").write_text("{", encoding="utf-8")
    own = tiny.write(tmp_path / "model")
    (own / "model.onnx").write_bytes(b"")
    given = {"ONBOARD_CATALOGUE": str(tmp_path / "broken.yaml"), "ONBOARD_MODEL": str(own)}
    async with workspace("socket") as (slack, port):
        with pytest.raises(BotError) as caught:
            async with serving(settings_of(slack, port, **given)):
                pass
    model, catalogue = str(caught.value).splitlines()
    assert model.startswith(f"{own}/model.onnx is no ONNX model that can be run. ONBOARD_MODEL")
    assert catalogue.startswith(f"{tmp_path}/broken.yaml:")
