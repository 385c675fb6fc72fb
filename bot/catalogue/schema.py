"""The schema of `resources.yaml`: the dataclasses of `bot.model`, enforced by pydantic."""

import functools
import json
from typing import Any

from pydantic import TypeAdapter

from bot.catalogue.document import Plain
from bot.model import Catalogue


def validate(data: Plain) -> Catalogue:
    """Return the catalogue that the data describes; raises pydantic's ValidationError.

    Strict: a number is not text and text is not a number, whatever could be made of it.
    """
    # By way of JSON, where strict still takes a list for a tuple and text for a date.
    return _adapter().validate_json(json.dumps(data), strict=True)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema by which an editor completes and checks `resources.yaml`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_adapter().json_schema(),
        "title": "onboard catalogue",
    }


@functools.cache
def _adapter() -> TypeAdapter[Catalogue]:
    # Cached, not a module constant: building it takes longer than reading a catalogue.
    return TypeAdapter(Catalogue)
