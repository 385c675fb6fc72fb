"""Models to try: the real one, and the smallest there are."""

import os

import pytest

from bot.meaning.model import Model, find
from tests.meaning import tiny
from tests.meaning.installed import lacking
from tests.without import WITHOUT


@pytest.fixture(scope="session", autouse=True)
def extra() -> None:
    """Where the extra is missing or damaged the tests are skipped, but in CI they fail."""
    if sentence := lacking():
        if os.environ.get("CI") and not os.environ.get(WITHOUT):
            pytest.fail(sentence)
        pytest.skip(sentence)


@pytest.fixture(scope="session")
def real() -> Model:
    """The model of the extra."""
    found = find("")
    assert found
    return Model(found)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """A model of eleven words."""
    return tiny.model_in(tiny.write(tmp_path_factory.mktemp("model")))


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """Another one, of the same words."""
    return tiny.model_in(tiny.write(tmp_path_factory.mktemp("model"), seed=2))
