"""How Hypothesis searches: anew at every run here, the same way each time in CI.

A change must not fail for an example that has nothing to do with it; whoever works on the project
meets new examples every day.

And tests mean the same whether or not the extra `semantic` is installed: those that are about the
sentence model ask for it.
"""

import os

from hypothesis import settings

settings.register_profile("ci", derandomize=True, print_blob=True)
if os.environ.get("CI"):
    settings.load_profile("ci")

os.environ["ONBOARD_MODEL"] = "off"
