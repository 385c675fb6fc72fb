"""Commands that run the bot, or show what it needs and says: try, serve, manifest, gallery."""

import asyncio
import os
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.opening import load
from bot.commands.options import DEFAULT_CATALOGUE, CataloguePath
from bot.commands.progress import computing
from bot.errors import BotError, CatalogueError, ModelError
from bot.printing import print_json, tell


def try_it(
    *,
    catalogue: CataloguePath = DEFAULT_CATALOGUE,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="Where the page is; 0 takes a free port.")
    ] = 4040,
    database: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="The store to use; without it, what is done there is forgotten at the end.",
        ),
    ] = None,
    patience: Annotated[
        float,
        typer.Option(
            min=0.1,
            max=3600,
            metavar="SECONDS",
            help="How long the bot has for each act: in Slack it is 3; longer under a debugger.",
        ),
    ] = 3.0,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the bot's log.")] = False,
) -> None:
    """Talk to the bot in a Slack-like workspace on this machine; no account, nothing leaves it."""
    import asyncio

    from bot import trial
    from bot.settings import read_search_settings, read_store_settings

    if database is not None:
        read_store_settings({"ONBOARD_DATABASE_URL": database}, None)
    model = read_search_settings().model
    with computing() as progress:
        asyncio.run(
            trial.run(
                catalogue,
                port=port,
                patience=patience,
                database=database,
                model=model,
                browser=browser,
                log="info" if verbose else "warning",
                say=tell,
                progress=progress,
            )
        )
    tell("Ended.")


def serve() -> None:
    """Run the bot in Slack. Settings come from the environment and the file .env; see README.md."""
    from bot import logs
    from bot import serve as serving
    from bot.settings import SettingsError, read_settings

    try:
        settings = read_settings()
    except SettingsError as error:
        # Whoever mends the settings hears of the catalogue and the model in the same run.
        path = Path(os.environ.get("ONBOARD_CATALOGUE") or DEFAULT_CATALOGUE)
        faults = [*error.problems, *_faults_of_model(path), *_faults_of(path)]
        raise SettingsError(faults, error.warnings) from None
    logs.set_up(settings.log, settings.log_format)
    asyncio.run(serving.serve(settings))


def _faults_of(catalogue: Path) -> list[str]:
    try:
        load(catalogue)
    except CatalogueError as error:
        return [str(problem) for problem in error.problems]
    return []


def _faults_of_model(catalogue: Path) -> list[str]:
    from bot.meaning.encoder import encoder
    from bot.settings import SettingsError, read_search_settings

    # What is wrong with the setting itself is among the faults of the settings.
    with suppress(SettingsError):
        try:
            encoder(read_search_settings().model, catalogue)
        except ModelError as error:
            return [str(error)]
    return []


def manifest(
    *,
    url: Annotated[
        str | None,
        typer.Option(
            help="The public https address of the bot, for HTTP mode; without it, Socket Mode."
        ),
    ] = None,
    listening: Annotated[bool, typer.Option(help="Allow channels to be listened to.")] = False,
    agent: Annotated[bool, typer.Option(help="Show the bot as an agent, with a pane.")] = True,
    curators: Annotated[
        bool, typer.Option(help="The curators have a channel (ONBOARD_CURATORS_CHANNEL).")
    ] = False,
    digest: Annotated[bool, typer.Option(help="Channels can have a weekly digest.")] = True,
    explain: Annotated[bool, typer.Option(help="Say what each permission is for.")] = False,
) -> None:
    """Print the app manifest, to be pasted where Slack creates or changes an app."""
    from bot.catalogue.urls import url_fault
    from bot.settings import Features
    from bot.slack import manifest as manifests

    if url is not None and (url_fault(url) or not url.startswith("https://")):
        raise BotError("Slack calls https addresses only. Write one like https://bot.example.org.")
    features = Features(listening=listening, agent=agent, curators=curators, digest=digest)
    typer.echo(manifests.to_yaml(manifests.manifest(features, url=url)), nl=False)
    if explain:
        tell(*(f"{scope}: {manifests.REASONS[scope]}" for scope in manifests.scopes(features)))


def gallery(
    name: Annotated[
        str | None, typer.Argument(help="One of them; without it, all of them by name.")
    ] = None,
    *,
    catalogue: CataloguePath = DEFAULT_CATALOGUE,
    question: Annotated[str, typer.Option(help="What the answers are to.")] = "",
) -> None:
    """Print what the bot says in Slack as JSON; each can be pasted into Block Kit Builder."""
    from bot.library import Library
    from bot.slack.gallery import gallery as shown_by

    shown = shown_by(Library.open(catalogue).current, question)
    if name is None:
        print_json(shown)
        return
    if name not in shown:
        raise BotError(f"There is no {name!r} in the gallery. There is: {', '.join(shown)}.")
    print_json(shown[name])
