"""The round of each night, with a real store, a real catalogue, and sites on this machine."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from bot.library import Library
from bot.links.judging import NIGHT, moment
from bot.links.rounds import Rounds
from bot.listening import Listening
from bot.model import Resource
from bot.sharing import Sharing
from bot.store import Store
from tests.e2e.log import logged
from tests.links.servers import Answering, Names, checker, says, site
from tests.sqlite import migrated

MIDNIGHT = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
MORNING = MIDNIGHT + NIGHT
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
LOCAL = ["127.0.0.1"]
NAMES = Names(a_example=LOCAL, b_example=LOCAL, c_example=LOCAL)
HEAD = "version: 1\ntopics: [{id: t, name: T}]\nresources:\n"


class Night:
    """A store, a catalogue, and what was told, with a clock that is set by hand."""

    def __init__(self, folder: Path) -> None:
        file = folder / "onboard.db"
        file.write_bytes(migrated())
        self.catalogue = folder / "resources.yaml"
        self.store = Store(f"sqlite:///{file}", patience=30, claim_patience=30)
        self.at = MORNING
        self.died: list[tuple[str, str]] = []
        self.told = 0
        self.names = NAMES

    def write(self, **urls: str) -> None:
        """Write a catalogue with these links."""
        entry = "- {{id: {0}, title: On {0}, summary: S., topics: [t], url: '{1}'}}\n"
        text = HEAD + "".join(entry.format(*pair) for pair in urls.items())
        self.catalogue.write_text(text, encoding="utf-8")
        self.library = Library.open(self.catalogue)

    def rounds(self) -> Rounds:
        """Return those of one replica."""

        async def died(some: Sequence[tuple[Resource, str]]) -> None:
            self.told += 1
            self.died += [(one.id, why) for one, why in some]

        return Rounds(
            self.store,
            self.library,
            checker=checker(names=self.names),
            died=died,
            clock=lambda: self.at,
        )


@pytest.fixture
async def night(tmp_path: Path) -> AsyncIterator[Night]:
    """A night at its end, when everything is due."""
    made = Night(tmp_path)
    yield made
    await made.store.close()


async def test_each_link_is_looked_at_once_a_night(night: Night) -> None:
    """By one of the replicas, each once its moment has come, and again the next night."""
    async with site({f"/{n}": says(200) for n in range(60)}) as there:
        urls = {f"r{n}": there(f"/{n}") for n in range(60)}
        night.write(**urls)
        one, other = night.rounds(), night.rounds()
        for hour in range(8):
            night.at = MIDNIGHT + hour * HOUR
            await asyncio.gather(one.run(), other.run())
            due = sum(moment(url, night.at.date()) <= night.at for url in urls.values())
            assert len(there.asked) == len(await night.store.links()) == due
        assert sorted(path for _, path in there.asked) == sorted(f"/{n}" for n in range(60))
        night.at = MORNING + DAY
        await asyncio.gather(one.run(), other.run())
        assert len(there.asked) == 120
    assert night.died == []


async def test_three_nights_without_an_answer_and_it_is_dead(night: Night) -> None:
    """It is told once, comes last with its day, and is as before at the first answer."""
    answers: dict[str, Answering] = {"/a": says(404), "/b": says(200)}
    async with site(answers) as there:
        night.write(whales=there("/a#part"), wombats=there("/b"))
        sharing = Sharing(
            night.store,
            night.library,
            Listening(night.store),
            by_feedback=True,
            clock=lambda: night.at,
        )
        rounds, before = night.rounds(), night.library.current
        gone: list[dt.date | None] = []
        for days in range(5):
            night.at = MORNING + days * DAY
            await rounds.run()
            await sharing.refresh()
            gone.append(night.library.current.catalogue.resources[0].gone)
        third = (MORNING + 2 * DAY).date()
        assert gone == [None, None, third, third, third]
        assert night.died == [("whales", "answered 404 (not found)")]
        assert night.library.current.catalogue.resources[1].gone is None
        answers["/a"] = says(200)
        night.at = MORNING + 5 * DAY
        await rounds.run()
        await sharing.refresh()
    assert night.library.current.catalogue == before.catalogue
    assert night.library.current.fingerprint == before.fingerprint
    assert len(night.died) == 1


async def test_a_night_without_a_network_teaches_nothing(night: Night) -> None:
    """Where nobody answers, nothing is kept, and the log says so once; then comes another."""
    night.names = Names()
    night.write(a="http://a.example/", b="http://b.example/")
    rounds = night.rounds()
    with logged() as log:
        for hour in range(6):
            night.at = MORNING + hour * HOUR / 6
            await rounds.run()
        assert await night.store.links() == {}
        assert len(log.events("links_cut_off")) == 1
    async with site({"/": says(200)}, name="a.example") as there:
        port = there.origin.rpartition(":")[2]
        night.write(a=there("/"), b=f"http://b.example:{port}/")
        night.names = NAMES
        night.at = MORNING + DAY
        await night.rounds().run()
        assert {one.verdict for one in (await night.store.links()).values()} == {"ok"}


async def test_a_network_that_lets_out_to_one_site_kills_no_other(night: Night) -> None:
    """However many nights the others stay silent."""
    async with site({"/": says(200)}, name="a.example") as there:
        night.names = Names(a_example=LOCAL)
        night.write(a=there("/"), **{f"r{n}": f"http://r{n}.example/" for n in range(5)})
        rounds = night.rounds()
        for days in range(4):
            night.at = MORNING + days * DAY
            await rounds.run()
    known = (await night.store.links()).values()
    assert sorted((one.verdict, one.strikes) for one in known) == [
        ("ok", 0),
        *[("unreachable", 0)] * 5,
    ]
    assert night.died == []


async def test_who_died_is_told_when_the_night_is_over(night: Night) -> None:
    """All of them at once, however many looks it took to find them."""
    async with site({}) as there:
        night.write(**{f"r{n}": there(f"/{n}") for n in range(8)})
        rounds = night.rounds()
        for days in range(3):
            for hour in range(7):
                assert night.told == 0
                night.at = MIDNIGHT + days * DAY + hour * HOUR
                await rounds.run()
        await rounds.run()
    assert (night.told, len(night.died)) == (1, 8)


@pytest.mark.parametrize("there_is_a_way_out", [True, False])
async def test_others_tell_whether_it_is_us(night: Night, *, there_is_a_way_out: bool) -> None:
    """A single link that is silent is judged only if one that answered last time still does."""
    async with site({"/": says(200)}, name="a.example") as there:
        night.write(a=there("/"))
        await night.rounds().run()
        night.at += DAY
        night.names = Names(a_example=LOCAL) if there_is_a_way_out else Names()
        night.write(lost="http://lost.example/")
        await night.rounds().run()
    known = await night.store.links()
    lost = known.get("http://lost.example/")
    assert (lost is not None and lost.strikes == 1) == there_is_a_way_out
    assert len(there.asked) == 1 + there_is_a_way_out
    # The witness was asked, and nothing more is made of it.
    assert known[there("/")].checked == MORNING


async def test_private_networks_stay_as_they_are(night: Night) -> None:
    """A team's own wiki is blocked, which is no verdict: it is never called dead."""
    night.write(wiki="http://10.0.0.1/", other="http://127.0.0.2/")
    for days in range(4):
        night.at = MORNING + days * DAY
        await night.rounds().run()
    known = (await night.store.links()).values()
    assert {(one.verdict, one.strikes) for one in known} == {("blocked", 0)}
    assert night.died == []
