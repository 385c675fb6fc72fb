"""`onboard eval` with a sentence model, and beside the words alone."""

import json
from pathlib import Path

import pytest

from tests.meaning import tiny
from tests.test_cli import run

CATALOGUE = """\
version: 1
topics: [{id: talks, name: Talks}]
resources:
  - {id: pci, title: PCI, url: "https://example.org/pci", summary: The bus., topics: [talks]}
  - {id: vfio, title: VFIO, url: "https://example.org/vfio", summary: Notes., topics: [talks]}
"""
QUESTIONS = (
    {"text": "vfio", "style": "plain", "relevant": {"vfio": 2}},
    {"text": "the talk on the pci bus", "style": "plain", "relevant": {"pci": 2}},
    {"text": "what is zorkmid", "style": "trap", "relevant": {}},
)
COLLECTION = {
    "corpus.jsonl": '{"_id": "a", "title": "", "text": "notes on vfio"}\n'
    '{"_id": "b", "title": "Bus", "text": "the pci bus"}\n',
    "queries.jsonl": '{"_id": "q", "text": "talk"}\n',
    "qrels.tsv": "query-id\tcorpus-id\tscore\nq\tb\t1\n",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own with a catalogue, questions, a collection, and a model of a few words."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ONBOARD_CATALOGUE", raising=False)
    monkeypatch.setenv("ONBOARD_MODEL", str(tiny.write(tmp_path / "tiny")))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    Path("resources.yaml").write_text(CATALOGUE, encoding="utf-8")
    lines = "".join(json.dumps(one) + "\n" for one in QUESTIONS)
    Path("asked.jsonl").write_text(lines, encoding="utf-8")
    Path("collected").mkdir()
    for name, text in COLLECTION.items():
        Path("collected", name).write_text(text, encoding="utf-8")
    return tmp_path


def test_an_evaluation_says_what_was_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """It asks with the model that is set and names it; the figures differ from those without."""
    ran = run("eval", "asked.jsonl")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("Compared by words and by meaning (tiny).\n\nstyle")
    plain = run("eval", "asked.jsonl", "--json").json
    assert plain["model"] == "tiny"
    monkeypatch.setenv("ONBOARD_MODEL", "off")
    assert run("eval", "asked.jsonl").out.startswith("Compared by words alone.\n\nstyle")
    words = run("eval", "asked.jsonl", "--json").json
    assert "model" not in words
    assert words["lines"] != plain["lines"]


def test_words_stand_beside_meaning(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one run the figures of both, all in all and by style, with the differences, and which
    lines went better and worse; each half is what a run of its own gives.
    """
    ran = run("eval", "asked.jsonl", "--beside-words")
    assert (ran.code, ran.err) == (0, "")
    rows = [line.split() for line in ran.out.splitlines()]
    for heading in ("figure", "first right", "nDCG@5", "answered", "share of false answers"):
        assert [*heading.split(), *"words with meaning difference".split()] in rows
    assert [*"lines to answer".split(), "2", "2", "="] in rows
    assert "lines went better than by words alone, and " in ran.out
    both = run("eval", "asked.jsonl", "--beside-words", "--json").json
    assert {name: both[name] for name in both if name not in ("words", "compared")} == run(
        "eval", "asked.jsonl", "--json"
    ).json
    assert both["compared"]["lines"] == 3
    monkeypatch.setenv("ONBOARD_MODEL", "off")
    assert both["words"] == run("eval", "asked.jsonl", "--json").json


def test_collections_stand_side_by_side_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A collection has a row with both figures by words and by meaning, and what was added."""
    ran = run("eval", "collected", "--beside-words")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("Compared by words and by meaning (tiny).\n")
    *_, row = (line.split() for line in ran.out.splitlines())
    ndcg = row[3]
    assert float(ndcg) > 0
    # No document has the word.
    assert row == ["collected", "1", "2", ndcg, "1.000", "0.000", f"+{ndcg}", "0.000", "+1.000"]
    both = run("eval", "collected", "--beside-words", "--json").json
    assert both["model"] == "tiny"
    assert len(both["collections"]) == 1
    monkeypatch.setenv("ONBOARD_MODEL", "off")
    assert both["words"] == run("eval", "collected", "--json").json["collections"]


@pytest.mark.parametrize("given", ["asked.jsonl", "collected"])
def test_beside_words_there_has_to_be_a_model(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a model there is nothing to set beside the words, which is told; so is a choice of
    two things to compare with.
    """
    monkeypatch.setenv("ONBOARD_MODEL", "off")
    ran = run("eval", given, "--beside-words")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "onboard: --beside-words compares with the sentence model, but ONBOARD_MODEL is off. "
        "Leave it out, or have it name a model.\n"
    )
    ran = run("eval", "asked.jsonl", "--beside-words", "--compare", "asked.jsonl")
    assert (ran.code, ran.out) == (2, "")
    assert "Leave one of the two out." in ran.err
