"""A browser, and the workspace of `onboard try` as a person starts it."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.small import Small
from tests.browser.visit import Visit, Workspace

WINDOW = {"width": 1280, "height": 800}
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
# Generous, because nothing here measures time: a page that is slow passes, one that is wrong fails.
_PATIENCE = 15_000

Visiting = Callable[..., Visit]


# While Playwright runs, no other event loop can, and the tests of other folders want theirs: so the
# browser lives as long as the module.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium or Chrome; where there is none the test is skipped, but in CI it fails."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        sentence = "No chromium or google-chrome is installed, so the page cannot be tried."
        if os.environ.get("CI"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    expect.set_options(timeout=_PATIENCE)
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def workspace(browser: Browser) -> Iterator[Workspace]:  # noqa: ARG001 - nothing is served in vain
    """One workspace for the tests of a module: what they say in it stays there."""
    with Workspace() as served:
        yield served


@pytest.fixture
def visiting(browser: Browser) -> Iterator[Visiting]:
    """Opens a workspace in a browser of its own, which knows nothing of the others.

    Whatever the test is about: the page has no error, and asks no other host for anything.
    """
    with ExitStack() as stack:

        def visit(to: Workspace | Small, *, errors: str = "", **options: Any) -> Visit:
            context = browser.new_context(**{"viewport": WINDOW, **options})
            stack.callback(context.close)
            context.set_default_timeout(_PATIENCE)
            opened = Visit(context.new_page(), to.address)
            stack.callback(opened.check, errors)
            return opened

        yield visit


@pytest.fixture
def visit(visiting: Visiting, workspace: Workspace) -> Visit:
    """The page of the module's workspace, just opened, as the first newcomer sees it."""
    return visiting(workspace)


@pytest.fixture
def own_workspace() -> Iterator[Workspace]:
    """A workspace for one test, in which nothing has happened yet."""
    with Workspace() as served:
        yield served
