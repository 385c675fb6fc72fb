"""`onboard try`: the real bot in a Slack-like workspace on this machine, to be tried in a browser.

The workspace knows nothing of the bot but its manifest; the bot knows nothing but the address of
its Slack. What there is to try is made from the catalogue.
"""

import asyncio
import contextlib
import os
import sys
import webbrowser
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import available_timezones

from bot import logs
from bot.catalogue import load
from bot.errors import BotError
from bot.meaning.vectors import Progress
from bot.model import Catalogue
from bot.path import topics_in_order
from bot.playground import Channel, Playground, Said, Seed, Step, User, Welcome
from bot.serve import serve
from bot.settings import Features, LogLevel, Settings
from bot.slack.delivery import PATIENCE
from bot.slack.manifest import manifest
from bot.slack.views import example_questions

_NEWCOMER, _SECOND, _CURATOR = "U0NEWCOMER1", "U0NEWCOMER2", "U0CURATOR01"
_GENERAL, _HELP, _CURATORS = "C0GENERAL01", "C0HELP00001", "C0CURATORS1"
_FEATURES = Features(listening=True, agent=True, curators=True)
_SHORTEST_TO_MISTYPE = 5
# Whoever has moved the clock to Monday does not want to wait for the digest.
_LOOK_SECONDS = 1.0


async def run(
    catalogue: Path,
    *,
    port: int = 0,
    patience: float = 3.0,
    database: str | None = None,
    model: str = "",
    browser: bool = True,
    log: LogLevel = "warning",
    say: Callable[[str], None] = print,
    stop: asyncio.Event | None = None,
    progress: Progress | None = None,
) -> None:
    """Serve the workspace and the bot in it until interrupted; `say` is told the page's address.

    `patience` is how many seconds the bot has for each act, as in Slack unless more is given.
    `database` is where it is kept what people do there; without it, it is forgotten at the end.
    `model` is what ONBOARD_MODEL says; `progress` is told while the catalogue is embedded. Raises
    CatalogueError if the catalogue is not sound, BotError if the port is taken.
    """
    logs.set_up(log, "auto")
    workspace = Playground(
        manifest(_FEATURES),
        seed(load(catalogue)),
        port=port,
        ack_seconds=patience,
        trigger_seconds=patience,
    )
    try:
        await workspace.start()
    except OSError as error:
        raise BotError(
            f"Port {port} cannot be used: {error.strerror}. Name another one: onboard try --port N"
        ) from error
    try:
        with TemporaryDirectory(prefix="onboard-try-") as folder:
            kept = database or f"sqlite:///{folder}/onboard.db"
            await serve(
                settings(workspace, catalogue, kept, model),
                stop=stop,
                ready=lambda _: _tell(workspace.page_url, say, browser=browser),
                patience=replace(PATIENCE, look=_LOOK_SECONDS),
                # Whoever moves the clock of the workspace moves that of the bot.
                clock=lambda: datetime.fromtimestamp(workspace.clock(), UTC),
                progress=progress,
            )
    finally:
        await workspace.stop()


def settings(workspace: Playground, catalogue: Path, database: str, model: str = "") -> Settings:
    """What an operator would set, for a bot in that workspace over Socket Mode."""
    return Settings.model_validate(
        {
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_APP_TOKEN": workspace.app_token,
            "SLACK_API_URL": workspace.api_url,
            "ONBOARD_CATALOGUE": str(catalogue),
            "ONBOARD_CURATORS_CHANNEL": _CURATORS,
            "ONBOARD_LISTENING": "true",
            # Nothing leaves this machine.
            "ONBOARD_LINKS": "false",
            "ONBOARD_DATABASE_URL": database,
            **({"ONBOARD_MODEL": model} if model else {}),
            # Whoever tries it alone sees what they miss.
            "ONBOARD_GAP_PEOPLE": "1",
        }
    )


def seed(catalogue: Catalogue) -> Seed:
    """Two newcomers, a curator, and things to try that this very catalogue has answers to.

    The second newcomer lives elsewhere: the same moment is another time of day to them.
    """
    here = own_zone()
    people = (_NEWCOMER, _SECOND, _CURATOR)
    return Seed(
        name="Trial workspace",
        users=(
            User(_NEWCOMER, "newcomer", "First newcomer", "in the first week here", timezone=here),
            User(
                _SECOND, "second", "Second newcomer", "in the first week here",
                timezone=_there(here),
            ),
            User(
                _CURATOR, "curator", "Curator", "keeps the catalogue", is_admin=True,
                timezone=here,
            ),
        ),
        channels=(
            Channel(
                _HELP, "help", "Questions of newcomers", members=people, app_is_member=True,
                creator=_CURATOR,
            ),
            Channel(
                _GENERAL, "general", "Everything else; onboard has not been invited",
                members=people, creator=_CURATOR,
            ),
            Channel(
                _CURATORS, "curators", "Suggestions arrive here", private=True,
                members=(_CURATOR,), app_is_member=True, creator=_CURATOR,
            ),
        ),
        messages=(
            Said(_HELP, _CURATOR, "Welcome! Ask here, or ask onboard."),
            Said(_GENERAL, _SECOND, "Lunch at twelve?"),
        ),
        welcome=_welcome(catalogue),
    )  # fmt: skip


def _welcome(catalogue: Catalogue) -> Welcome:
    questions = example_questions(catalogue) or ["where do I start"]
    asked, other = questions[0], questions[-1]
    steps = [
        Step("Ask by mentioning it", _HELP, f"@onboard {asked}"),
        Step("Ask with slips of the finger", _HELP, f"@onboard {mistyped(other)}"),
        Step(
            "Ask for what it lacks, then suggest it",
            _HELP,
            "@onboard how do I bake sourdough bread?",
        ),
    ]
    if topics := topics_in_order(catalogue):
        steps.append(Step("Look at a topic, privately", _GENERAL, f"/onboard {topics[-1].name}"))
    steps += [
        Step("See what people miss", _HELP, "/onboard gaps"),
        Step("Have a weekly digest, then move the clock", _HELP, "/onboard digest mondays at 9"),
        Step("See all it can do", _HELP, "/onboard help"),
        Step("Let it listen (be the curator first)", _HELP, "/onboard listen on"),
    ]
    return Welcome(
        title="Try onboard",
        text=(
            "This is a small workspace on your machine, with the real bot in it. Nothing leaves"
            " this computer. Choose something to try: the words are put into the message box, and"
            " you press Enter. You can also write to onboard directly, press its buttons, open the"
            " menu of a message, and be somebody else by the name at the lower left: what one"
            " suggests, the curator finds in #curators. The clock above that name can be moved, to"
            " see what Monday brings."
        ),
        steps=tuple(steps),
    )


def own_zone(link: Path = Path("/etc/localtime")) -> str:
    """Return the time zone of this machine by its IANA name, or UTC if it does not tell."""
    named = (os.environ.get("TZ", "").removeprefix(":"), str(link.resolve()))
    for name in named:
        # A link leads to the file of its zone, as /usr/share/zoneinfo/Europe/Berlin.
        zone = name.rpartition("zoneinfo/")[2]
        if zone in available_timezones():
            return zone
    return "UTC"


def _there(here: str) -> str:
    return "America/New_York" if here != "America/New_York" else "Europe/Berlin"


def mistyped(question: str) -> str:
    """The question with two letters of its longest word the wrong way round."""
    word = max(question.split(), key=len, default="")
    if len(word) < _SHORTEST_TO_MISTYPE:
        return question
    middle = len(word) // 2
    swapped = word[:middle] + word[middle + 1] + word[middle] + word[middle + 2 :]
    return question.replace(word, swapped, 1)


def _tell(url: str, say: Callable[[str], None], *, browser: bool) -> None:
    say(f"Open {url} to talk to onboard. Ctrl-C ends it.")
    if browser and sys.stdout.isatty():
        # Without a browser on this machine the address is enough.
        with contextlib.suppress(webbrowser.Error):
            webbrowser.open(url)
