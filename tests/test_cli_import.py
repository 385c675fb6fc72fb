"""`onboard import` as a person runs it: lists of every kind, and catalogues kept up to a page."""

from pathlib import Path

import pytest

from bot.catalogue import load
from tests.test_cli import is_sentence, process, run

PAGE = """\
# Sailing
## Books
- [Reefing](https://a.example/reefing) - how to reef.
- [Knots](https://a.example/knots) - all of them.
"""
NEXT = """\
# Sailing
## Books
- [Reefing in storms](https://a.example/reefing) - how to reef a sail.
- [Charts](https://a.example/charts) - where to go.
- [Local](docs/local.md)
"""


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    """A catalogue drafted from the page, which stands beside it; the page has changed since."""
    page = tmp_path / "page.md"
    page.write_text(PAGE, encoding="utf-8")
    made = tmp_path / "resources.yaml"
    assert run("import", page, "-o", made).code == 0
    made.write_text(f"# Ours.\n{made.read_text(encoding='utf-8')}", encoding="utf-8")
    page.write_text(NEXT, encoding="utf-8")
    return made


def test_a_catalogue_is_brought_up_to_its_page(catalogue: Path) -> None:
    """What changed is told and written; a second time nothing changes; the check passes."""
    page = catalogue.parent / "page.md"
    ran = run("import", page, "--into", catalogue, "--yes")
    assert ran.code == 0
    assert [line.split(":")[:2] for line in ran.out.splitlines()] == [
        ["retitled", " reefing"],
        ["re-annotated", " reefing"],
        ["unlisted", " knots"],
        ["added", " charts"],
    ]
    assert "3 links seen: 2 imported, 0 merged, 1 skipped.\nWithout --into, it says" in ran.err
    after = catalogue.read_bytes()
    assert after.startswith(b"# Ours.\nversion: 1\n")
    again = run("import", page, "--into", catalogue, "--yes")
    assert (again.code, again.out) == (0, "")
    assert "nothing to change" in again.err
    assert catalogue.read_bytes() == after
    assert run("check", "-c", catalogue).code == 0
    assert len(load(catalogue).resources) == 3


def test_a_dry_run_changes_nothing(catalogue: Path) -> None:
    """It shows what would change, as a diff too."""
    before = catalogue.read_bytes()
    ran = run("import", catalogue.parent / "page.md", "--into", catalogue, "--dry-run")
    assert ran.code == 0
    assert "+    title: Reefing in storms" in ran.out
    assert "-    title: Reefing" in ran.out
    assert catalogue.read_bytes() == before


def test_nobody_to_ask(catalogue: Path) -> None:
    """Where nobody can be asked, and nobody agreed before, nothing is written; exit code 2."""
    before = catalogue.read_bytes()
    ran = process("import", catalogue.parent / "page.md", "--into", catalogue, cwd=catalogue.parent)
    assert ran.code == 2
    assert "--yes" in ran.err
    assert catalogue.read_bytes() == before


def test_a_page_without_links_marks_nothing(catalogue: Path) -> None:
    """A page that lost all its links is more likely broken than meant."""
    page = catalogue.parent / "page.md"
    page.write_text("# Moved\n", encoding="utf-8")
    before = catalogue.read_bytes()
    ran = run("import", page, "--into", catalogue, "--yes")
    assert (ran.code, ran.out) == (2, "")
    assert is_sentence(ran.err.splitlines()[-1] + "\n")
    assert catalogue.read_bytes() == before


def test_links_that_the_catalogue_has_from_elsewhere(catalogue: Path) -> None:
    """They are left as they are, which is told; so is the name the page had, and it works."""
    page = catalogue.parent / "page  two.md"
    page.write_text(PAGE, encoding="utf-8")
    before = catalogue.read_bytes()
    ran = run("import", page, "--into", catalogue, "--yes")
    assert "already, and left as they are: 2 from page.md." in ran.err
    assert 'add --page "page.md"' in ran.err
    again = run("import", page, "--into", catalogue, "--yes", "--page", "page.md")
    assert "has it: nothing to change" in again.err
    assert "left as they are" not in again.err
    assert catalogue.read_bytes() == before
    page.write_text("[Charts](https://a.example/charts)", encoding="utf-8")
    assert run("import", page, "--into", catalogue, "--yes").code == 0
    assert "left as they are" not in run("import", page, "--into", catalogue, "--yes").err


def test_addresses_that_are_not_of_the_web() -> None:
    """They are no names of files."""
    ran = run("import", "ftp://a.example/x")
    assert (ran.code, ran.out) == (2, "")
    assert "only http and https can be opened" in ran.err


@pytest.mark.parametrize(
    "options",
    [
        ["--into", "r.yaml", "-o", "x.yaml"],
        ["--dry-run"],
        ["--yes"],
        ["--base", "here"],
        ["--map", "colour=red"],
        ["--into", "none.yaml", "--yes"],
    ],
)
def test_options_that_do_not_fit(options: list[str], tmp_path: Path) -> None:
    """What cannot be meant is a sentence and exit code 2, and nothing is written."""
    page = tmp_path / "page.md"
    page.write_text(PAGE, encoding="utf-8")
    ran = run("import", page, *[o.replace("none", f"{tmp_path}/none") for o in options])
    assert (ran.code, ran.out) == (2, "")
    assert list(tmp_path.iterdir()) == [page]


@pytest.mark.parametrize(
    ("name", "text", "options"),
    [
        ("l.csv", "link;name\nhttps://a.example/x;A\n", []),
        ("l.json", '[{"href": "https://a.example/x", "title": "A"}]', []),
        ("l.yaml", "- {wo: 'https://a.example/x', was: A}\n", ["--map", "url=wo,title=was"]),
        ("l.html", "<li><a href='x'>A</a></li>", ["--base", "https://a.example/"]),
        ("b.html", "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DT><A HREF='https://a.example/x'>A", []),
        ("l.txt", "- [A](x)\n", ["--base", "https://a.example/"]),
        ("folder/one/l.yml", "A:\n  - {url: 'https://a.example/x', name: A}\n", []),
    ],
)
def test_lists_of_every_kind(name: str, text: str, options: list[str], tmp_path: Path) -> None:
    """A list of any kind becomes a sound catalogue with its link."""
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    made = tmp_path / "made.yaml"
    source = tmp_path / name.split("/", maxsplit=1)[0]
    ran = run("import", source, *options, "-o", made)
    assert ran.code == 0
    assert "1 link seen: 1 imported, 0 merged, 0 skipped." in ran.err
    (resource,) = load(made).resources
    assert (resource.title, resource.url) == ("A", "https://a.example/x")


def test_an_address_in_a_private_network(tmp_path: Path) -> None:
    """It is not read, unless that is asked for."""
    ran = run("import", "http://127.0.0.1:1/page.md", "-o", tmp_path / "made.yaml")
    assert (ran.code, ran.out) == (2, "")
    assert "--allow-private" in ran.err
    assert list(tmp_path.iterdir()) == []
