"""How Hypothesis searches: anew at every run here, the same way each time in CI.

A change must not fail for an example that has nothing to do with it; whoever works on the project
meets new examples every day.

And tests mean the same whether or not the extra `semantic` is installed: those that are about the
sentence model ask for it.
"""

import os

from hypothesis import settings

# So many examples find what there is to find nearly always; tests that need more say so.
settings.register_profile("here", max_examples=40)
settings.register_profile("ci", max_examples=40, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

os.environ["ONBOARD_MODEL"] = "off"
