"""`python -m tests.without missing` runs the tests where the extra `semantic` is not installed, and
`python -m tests.without damaged` where a bit of its model is wrong.

That is in a virtual environment of its own, with links to all that is installed here but for the
extra: so it takes a second to make, and the processes that tests start have no more than that.
"""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.meaning.model import find
from tests.meaning.installed import EXTRA, damaged

WITHOUT = "ONBOARD_TEST_WITHOUT"
"""Is set meanwhile: tests of the model are left out, in CI as well."""

HOW = ("missing", "damaged")


def main(how: str, *arguments: str) -> int:
    """Pass the arguments on to pytest; return its exit code."""
    with TemporaryDirectory(prefix="onboard-without-") as folder:
        venv.create(folder, symlinks=True)
        inside = Path(sysconfig.get_path("purelib", "venv", {"base": folder}))
        for path in Path(sysconfig.get_path("purelib")).iterdir():
            if how != "missing" or path.name.partition("-")[0] not in EXTRA:
                (inside / path.name).symlink_to(path)
        if how == "damaged":
            source = find("")
            if source is None:
                return _wanted("The extra semantic has to be installed to be damaged.")
            damaged(inside, source)
        ran = subprocess.run(
            [Path(folder, "bin", "python"), "-m", "pytest", *arguments],
            env={**os.environ, WITHOUT: how},
            check=False,
        )
        return ran.returncode


def _wanted(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 2


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in HOW:
        sys.exit(main(*sys.argv[1:]))
    sys.exit(_wanted(f"Say how the extra is to be: {' or '.join(HOW)}."))
