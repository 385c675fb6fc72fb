"""`onboard store`, as whoever looks after a store meets it."""

import asyncio
import json
import os
import pty
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from bench.postgres import Cluster
from bot.store import Store
from tests.postgres import TEMPLATE
from tests.store.samples import NOW, asking
from tests.test_cli import ROOT, environment, is_sentence, process, run


def fill(url: str) -> None:
    """Make a store in which two people have asked."""

    async def work() -> None:
        store = Store(url, patience=30)
        await store.migrate()
        for person in ("U111", "U222"):
            key = f"k{person[-1]}"
            await store.record(asking(key), person, now=NOW)
            await store.wish(key, person, now=NOW)
        await store.close()

    asyncio.run(work())


@pytest.fixture
def filled(url: str) -> str:
    """The address of a store in which two people have asked."""
    fill(url)
    return url


def test_a_sound_store_is_reported(filled: str) -> None:
    """The report names the store and what it holds, and ends with exit code 0."""
    ran = run("store", "check", "--database", filled)
    assert (ran.code, ran.err) == (0, "")
    lines = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert {"questions 2", "wishes 2", "The oldest question is of 2026-03-02."} <= set(lines)
    assert lines[-1] == "All is well."


def test_a_broken_store_is_exit_code_1(tmp_path: Path) -> None:
    """What is wrong with a store is told, and is exit code 1."""
    path = tmp_path / "onboard.db"
    fill(f"sqlite:///{path}")
    raw = sqlite3.connect(path)
    raw.execute("DELETE FROM questions")
    raw.commit()
    raw.close()
    ran = run("store", "check", "--database", f"sqlite:///{path}")
    assert ran.code == 1
    assert ran.out.count("A row of wishes belongs to a row of questions that is not there.") == 2
    assert "All is well" not in ran.out


def test_a_store_is_made_and_made_again(tmp_path: Path) -> None:
    """`migrate` makes what is not there, and says so each time; nothing else is printed."""
    path = tmp_path / "onboard.db"
    for _ in range(2):
        ran = run("store", "migrate", "--database", f"sqlite:///{path}")
        assert (ran.code, ran.out, ran.err) == (0, "", f"The store {path} is up to date.\n")


def test_an_export_is_lines_of_json(filled: str, tmp_path: Path) -> None:
    """Each line is a row; it is the same in a file as on standard output, and names nobody."""
    printed = run("store", "export", "--database", filled)
    assert printed.code == 0
    found = [json.loads(line) for line in printed.out.splitlines()]
    assert sum(row["table"] == "questions" for row in found) == 2
    assert "U111" not in printed.out
    assert printed.err.startswith(f"{len(found)} rows of ")
    file = tmp_path / "rows.jsonl"
    file.write_text("before", encoding="utf-8")
    written = run("store", "export", "--database", filled, "-o", file)
    assert (written.code, written.out) == (0, "")
    assert file.read_text(encoding="utf-8") == printed.out


def test_an_export_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    """A file that cannot be written, or a store that cannot be read, changes no file."""
    file = tmp_path / "rows.jsonl"
    file.write_text("before", encoding="utf-8")
    ran = run("store", "export", "--database", f"sqlite:///{tmp_path}/none.db", "-o", file)
    assert ran.code == 2
    assert is_sentence(ran.err)
    assert file.read_text(encoding="utf-8") == "before"
    fill(f"sqlite:///{tmp_path / 'onboard.db'}")
    ran = process(
        "store", "export", "--database", "sqlite:///onboard.db", "-o", "rows.jsonl",
        cwd=tmp_path, largest_file=100,
    )  # fmt: skip
    assert ran.code == 2
    assert file.read_text(encoding="utf-8") == "before"
    assert [path.name for path in tmp_path.iterdir() if "onboard-" in path.name] == []


def test_a_pipe_that_closes_is_no_traceback(tmp_path: Path) -> None:
    """A reader that goes away ends the export without a word."""
    fill(f"sqlite:///{tmp_path / 'onboard.db'}")
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb") as closed:  # noqa: PTH123 (a file that is only a number)
        ran = process(
            "store", "export", "--database", "sqlite:///onboard.db", cwd=tmp_path, stdout=closed
        )
    assert (ran.code, ran.err) == (1, "")


def test_forgetting_says_how_much(filled: str) -> None:
    """A person is erased, and the second time there is nothing left."""
    ran = run("store", "forget", "U111", "--yes", "--database", filled)
    assert ran.code == 0
    assert ran.err.startswith("2 rows of ")
    ran = run("store", "forget", "U111", "--yes", "--database", filled)
    assert ran.code == 0
    assert ran.err.endswith(" holds nothing of U111.\n")
    assert "questions 1" in " ".join(run("store", "check", "--database", filled).out.split())


@pytest.mark.parametrize(
    ("answer", "left", "code"), [("y\n", "questions 1", 0), ("n\n", "questions 2", 2)]
)
def test_a_person_is_asked_before_forgetting(
    tmp_path: Path, answer: str, left: str, code: int
) -> None:
    """On a terminal it is done only when somebody says yes."""
    fill(f"sqlite:///{tmp_path / 'onboard.db'}")
    ours, theirs = pty.openpty()
    started = subprocess.Popen(
        [sys.executable, "-m", "bot", "store", "forget", "U111"],
        cwd=tmp_path,
        env=environment(ONBOARD_DATABASE_URL="sqlite:///onboard.db"),
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.write(ours, answer.encode())
    _, said = started.communicate(timeout=50)
    os.close(ours)
    os.close(theirs)
    assert said.startswith("Erase what U111 did? It cannot be undone [y/N]:")
    assert started.returncode == code
    report = run("store", "check", "--database", f"sqlite:///{tmp_path / 'onboard.db'}").out
    assert left in " ".join(report.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "--database", "sqlite:///none.db"], "There is no store none.db."),
        (["export", "--database", "sqlite:///none.db"], "There is no store none.db."),
        (["forget", "U111", "--yes", "--database", "sqlite:///none.db"], "There is no store"),
        (["migrate", "--database", "sqlite:///gone/none.db"], "there is no folder gone"),
        (["migrate", "--database", "sqlite:////proc/none.db"], "its file cannot be opened"),
        (["migrate", "--database", "sqlite:///."], "its file cannot be opened"),
        (["check", "--database", "sqlite:///notes.txt"], "its file is not a database"),
        (["check", "--database", "postgresql://u:hunter2@127.0.0.1:1/d"], "cannot be reached"),
        (["check", "--database", "db"], "cannot be read"),
        (["export", "--database", "sqlite:///empty.db"], "Run: onboard store migrate"),
        (["forget", "U111", "--yes", "--database", "sqlite:///empty.db"], "onboard store migrate"),
        (["forget", "@eve", "--yes"], "named by the ID that Slack gave them"),
        (["forget", "U111"], "Add --yes"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    """Whatever is wrong, it is told in a sentence without a password, and is exit code 2."""
    (tmp_path / "notes.txt").write_text("These are my notes. " * 100, encoding="utf-8")
    (tmp_path / "empty.db").touch()
    monkeypatch.chdir(tmp_path)
    ran = run("store", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert is_sentence(ran.err) or ran.err.endswith("migrate\n"), ran.err
    assert "hunter2" not in ran.err
    assert not (tmp_path / "none.db").exists()


def test_nothing_is_said_after_the_end(tmp_path: Path) -> None:
    """No thread of a driver outlives the command to complain of what it was told already."""
    ran = process("store", "migrate", "--database", "sqlite:////proc/none.db", cwd=tmp_path)
    assert ran.code == 2
    assert is_sentence(ran.err)


def test_the_settings_name_the_store(tmp_path: Path, cluster: Cluster) -> None:
    """Without an option the store is that of the environment or the file `.env`."""
    with cluster.database(TEMPLATE) as url:
        (tmp_path / ".env").write_text(f"ONBOARD_DATABASE_URL={url}\n", encoding="utf-8")
        ran = process("store", "check", cwd=tmp_path)
    assert ran.code == 0, ran.err
    assert ran.out.startswith("postgresql at 127.0.0.1:")
    (tmp_path / ".env").write_text("ONBOARD_DATABASE_URL=db\n", encoding="utf-8")
    ran = process("store", "check", cwd=tmp_path)
    assert ran.code == 2
    assert ran.err.startswith("onboard: ONBOARD_DATABASE_URL names neither SQLite nor PostgreSQL.")
    assert not (ROOT / "onboard.db").exists()
