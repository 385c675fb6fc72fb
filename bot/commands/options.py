"""What several commands take, and how they end."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.model import Surface

FINE, FOUND_FAULT, COULD_NOT_RUN = 0, 1, 2
"""Exit codes."""

DEFAULT_CATALOGUE = Path("resources.yaml")
CheckFormat = Literal["text", "json", "github", "sarif"]
"""How a check is told."""
CataloguePath = Annotated[
    Path,
    typer.Option(
        "--catalogue",
        "-c",
        envvar="ONBOARD_CATALOGUE",
        readable=False,  # the reader says it better
        help="The catalogue to use.",
    ),
]
AskedWhere = Annotated[
    Surface, typer.Option(help="Where it is asked; a channel is answered only when it is sure.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for other programs.")]
People = Annotated[
    int | None,
    typer.Option(
        "--people",
        min=1,
        help="So many must have asked, if not as many as ONBOARD_GAP_PEOPLE says.",
        show_default=False,
    ),
]
Database = Annotated[
    str | None,
    typer.Option("--database", metavar="URL", help="The store to use, if not the one in settings."),
]
