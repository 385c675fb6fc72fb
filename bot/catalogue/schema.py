"""The schema of `resources.yaml`: the dataclasses of `bot.model`, enforced by pydantic."""

import ast
import functools
import inspect
import itertools
import json
from typing import Any

from pydantic import TypeAdapter

from bot import model
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
    schema = _adapter().json_schema()
    described = _descriptions()
    for name, block in (("Catalogue", schema), *schema["$defs"].items()):
        for field, shape in block["properties"].items():
            if text := described[name].get(field):
                shape["description"] = text
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "onboard catalogue",
    }


def _descriptions() -> dict[str, dict[str, str]]:
    """Return the text under each field of each class of the model.

    pydantic can read it too, but does so whenever a catalogue is read, which takes as long as
    reading a small one.
    """
    described: dict[str, dict[str, str]] = {}
    for block in ast.parse(inspect.getsource(model)).body:
        if isinstance(block, ast.ClassDef):
            fields = described[block.name] = {}
            for field, text in itertools.pairwise(block.body):
                match field, text:
                    case (
                        ast.AnnAssign(target=ast.Name(id=name)),
                        ast.Expr(value=ast.Constant(value=str(written))),
                    ):
                        fields[name] = inspect.cleandoc(written)
    return described


@functools.cache
def _adapter() -> TypeAdapter[Catalogue]:
    # Cached, not a module constant: building it takes longer than reading a catalogue.
    return TypeAdapter(Catalogue)
