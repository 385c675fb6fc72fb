"""How Hypothesis searches: anew at every run here, the same way each time in CI.

A change must not fail for an example that has nothing to do with it; whoever works on the project
meets new examples every day.

And tests mean the same whether or not the extra `semantic` is installed: those that are about the
sentence model ask for it.
"""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# So many examples find what there is to find nearly always; tests that need more say so.
settings.register_profile("here", max_examples=40)
settings.register_profile("ci", max_examples=40, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

os.environ["ONBOARD_MODEL"] = "off"

# Files that take long, longest first: begun at the end, one of them would keep all others waiting.
_LONG = (
    "e2e/test_digest_faults.py",
    "e2e/test_replicas.py",
    "browser/test_journey.py",
    "e2e/test_serve.py",
    "browser/test_access.py",
    "test_library.py",
    "browser/test_page.py",
    "meaning/test_commands.py",
    "test_terminal.py",
    "e2e/test_faults.py",
    "store/test_commands.py",
    "browser/test_map.py",
    "test_docs.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of files that take long before all others."""
    order = {name: number for number, name in enumerate(_LONG)}
    folder = Path(__file__).parent
    items.sort(key=lambda item: order.get(str(item.path.relative_to(folder)), len(order)))
