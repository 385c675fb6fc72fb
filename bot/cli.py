"""The command `onboard`: its commands in a table, and how every failure ends in a sentence."""

import gc
import inspect
import os
import re
import sys
from collections.abc import Callable
from io import TextIOWrapper
from typing import Any, NoReturn

import typer

from bot.commands import (
    asked,
    asking,
    digest,
    measuring,
    running,
    store,
    suggestions,
    tending,
)
from bot.commands.options import COULD_NOT_RUN, FINE
from bot.errors import BotError, CatalogueError
from bot.printing import complain

app = typer.Typer(
    help='Answers "where do I learn X?" from a catalogue of resources.',
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_COMMANDS: dict[str, dict[str, Callable[..., Any]]] = {
    "Ask": {"ask": asking.ask, "topics": asking.topics, "topic": asking.topic},
    "Look after the catalogue": {
        "check": tending.check,
        "explain": tending.explain,
        "why-not": tending.why_not,
        "add": tending.add,
        "edit": tending.edit,
        "import": tending.import_page,
        "links": tending.links,
        "eval": measuring.evaluate_it,
        "schema": tending.schema,
    },
    "Run the bot": {
        "try": running.try_it,
        "serve": running.serve,
        "manifest": running.manifest,
        "gallery": running.gallery,
    },
    "See what people did": {"gaps": asked.gaps, "map": asked.map_it},
}
_GROUPS = {"suggestions": suggestions.app, "digest": digest.app, "store": store.app}


def _flowing(text: str | None) -> str:
    """The paragraphs of a docstring, each on one line: a terminal has its own idea of lines."""
    paragraphs = inspect.cleandoc(text or "").split("\n\n")
    return "\n\n".join(re.sub(r"\s+", " ", paragraph) for paragraph in paragraphs)


for _panel, _commands in _COMMANDS.items():
    for _name, _command in _commands.items():
        app.command(_name, help=_flowing(_command.__doc__), rich_help_panel=_panel)(_command)
for _name, _group in _GROUPS.items():
    app.add_typer(_group, name=_name, rich_help_panel="See what people did")


def main() -> NoReturn:
    """Run the command line; every foreseen failure ends in a sentence and exit code 2."""
    # A command lives half a second and makes next to no garbage; looking for it takes a tenth.
    gc.set_threshold(200_000)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal that cannot show a character shows a question mark for it.
            stream.reconfigure(errors="replace")
    try:
        _run()
    except CatalogueError as error:
        complain(*error.problems)
    except BotError as error:
        complain(*str(error).splitlines())
    except KeyboardInterrupt:
        complain("Interrupted.")
    except OSError as error:
        # Commands word the failures of the files they are given; what is left is the output.
        complain(f"The output cannot be written: {error.strerror}.")
        # The interpreter would try once more, and say so, when it closes standard output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(COULD_NOT_RUN)


def _run() -> NoReturn:
    try:
        app()
    except SystemExit:
        if sys.stdout is not None:
            sys.stdout.flush()
        raise
    sys.exit(FINE)
