"""What the store holds is taken over as it changes, and told of once."""

from datetime import UTC, datetime
from pathlib import Path

from bot.library import Library
from bot.listening import Listening
from bot.records import Draft
from bot.sharing import Sharing
from bot.store import Store
from tests.e2e.double import books
from tests.e2e.log import logged

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LOST = Draft(url="https://example.org/lost", title="Lost", summary="Lost.", topics=("gone",))


async def test_what_cannot_be_shown_is_told_once(tmp_path: Path) -> None:
    """A suggestion whose topic is gone is named in the log once, however many thumbs come."""
    store = Store(f"sqlite:///{tmp_path / 'store.db'}", patience=30, claim_patience=30)
    await store.migrate()
    number = await store.suggest(LOST, "U1", now=NOW)
    await store.approve(number, "U1", resource="lost", now=NOW)
    sharing = Sharing(
        store,
        Library.open(books(tmp_path, "llamas")),
        Listening(store),
        by_feedback=True,
        clock=lambda: NOW,
    )
    with logged() as log:
        for user in ("U1", "U2"):
            await sharing.refresh()
            await store.rate("k", "llamas", user, useful=True, now=NOW)
        await sharing.refresh()
    (told,) = log.events("suggestion_left_out")
    assert told["suggestion"] == number
    await store.close()
