"""The schema that editors use."""

import dataclasses
import json
from typing import Any

import pytest
from pydantic import ValidationError

from bot.catalogue.schema import json_schema, validate
from bot.model import KINDS, Catalogue, Link, Resource, Source, Term, Topic


def definition(name: str) -> Any:
    """Return what the schema says of one kind of block."""
    schema = json_schema()
    return schema if name == "Catalogue" else schema["$defs"][name]


def test_it_says_what_it_is() -> None:
    """The schema names its dialect and itself, and can be written as JSON."""
    schema = json_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == "onboard catalogue"
    assert json.loads(json.dumps(schema)) == schema


@pytest.mark.parametrize("block", [Catalogue, Resource, Topic, Term, Link, Source])
def test_every_key_is_described(block: type) -> None:
    """An editor can explain each key of each block, and refuses any other."""
    found = definition(block.__name__)
    assert found["description"] == block.__doc__
    assert set(found["properties"]) == {field.name for field in dataclasses.fields(block)}
    assert all(key["description"] for key in found["properties"].values())
    assert found["additionalProperties"] is False


def test_required_keys_and_choices() -> None:
    """An editor asks for the five keys of a resource and offers every kind."""
    resource = definition("Resource")
    assert resource["required"] == ["id", "title", "url", "summary", "topics"]
    assert resource["properties"]["kind"]["anyOf"][0]["enum"] == list(KINDS)
    assert definition("Catalogue")["required"] == ["version"]


def test_nobody_can_spoil_the_schema_for_others() -> None:
    """Each caller gets a schema of its own."""
    json_schema().clear()
    assert json_schema()["title"] == "onboard catalogue"


@pytest.mark.parametrize("version", ["1", 1.5, None, 2])
def test_no_type_is_bent_into_another(version: Any) -> None:
    """Text that looks like a number is not one."""
    with pytest.raises(ValidationError):
        validate({"version": version})
