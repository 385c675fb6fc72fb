"""Which labelled questions, lists and collections are read, and what is said of the others."""

import json
import os
from pathlib import Path

import pytest

from bot.errors import CatalogueError, LabelsError
from bot.labelled import (
    MOST_TOLD,
    Labelled,
    parse_questions,
    read_collection,
    read_list,
    read_questions,
)
from bot.search import Index
from tests.search.samples import VIRTUALIZATION

PCI, VIRTQUEUE = (VIRTUALIZATION.resources[at] for at in (0, 1))
EXAMPLE = '{"text": "how does it work", "surface": "mention", "style": "plain", "relevant": {}}'
OBJECT = f"Write one object a line, such as {EXAMPLE}."
SOUND = '{"text": "t", "relevant": {}}'


def line(**changed: object) -> str:
    """Return a sound line with these keys changed."""
    plain = {"text": "what is virtio", "surface": "dm", "style": "plain", "relevant": {}}
    return json.dumps(plain | changed)


def faults_of(text: str) -> list[str]:
    """Return what is said of a file of questions with this text."""
    with pytest.raises(LabelsError) as raised:
        parse_questions(text, VIRTUALIZATION, "q.jsonl")
    assert str(raised.value).splitlines() == [str(problem) for problem in raised.value.problems]
    return str(raised.value).splitlines()


def test_a_line_is_read_as_it_stands() -> None:
    """Text, surface, style and id come as written; labels become numbers with their grades."""
    text = line(id="q7", relevant={VIRTQUEUE.id: 1, PCI.id: 2})
    assert parse_questions(text, VIRTUALIZATION, "q") == (
        Labelled("what is virtio", "dm", "plain", {1: 1, 0: 2}, "q7"),
    )


def test_what_is_left_out_has_a_meaning() -> None:
    """Without an id a line is named by its number, blank lines counted; a mention is usual."""
    (first, second) = parse_questions(f"\n{SOUND}\n\n{SOUND}\n", VIRTUALIZATION, "q")
    assert (first.id, second.id) == ("2", "4")
    assert (first.surface, first.style, dict(first.relevant)) == ("mention", "-", {})


@pytest.mark.parametrize("changed", ["", "/", "?utm_source=x"])
def test_an_address_names_a_resource(changed: str) -> None:
    """An address names its resource, written in any way that leads to the same page."""
    (found,) = parse_questions(line(relevant={PCI.url + changed: 2}), VIRTUALIZATION, "q")
    assert dict(found.relevant) == {0: 2}


def test_two_names_of_a_resource_give_it_the_better_grade() -> None:
    """A resource named by id and by address has the higher of the two grades."""
    text = line(relevant={PCI.id: 2, PCI.url: 1})
    assert dict(parse_questions(text, VIRTUALIZATION, "q")[0].relevant) == {0: 2}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", f"q.jsonl: There are no questions in this file. Write a line {EXAMPLE}."),
        ("\n  \n", f"q.jsonl: There are no questions in this file. Write a line {EXAMPLE}."),
        ('{"text": ', f"q.jsonl:1:10: This is not JSON: Expecting value. {OBJECT}"),
        ("[" * 100_000, f"q.jsonl:1:1: This is not JSON that can be read. {OBJECT}"),
        (f"{SOUND}\n[1]", f"q.jsonl:2:1: This is not a JSON object. {OBJECT}"),
        (line(text=7), 'q.jsonl:1:1: The line has no question as its "text". Write it in quotes.'),
        (
            line(text=" "),
            'q.jsonl:1:1: The line has no question as its "text". Write it in quotes.',
        ),
        (
            line(surface="mentoin"),
            'q.jsonl:1:39: The "surface" cannot be "mentoin". Did you mean "mention"?',
        ),
        (
            line(surface=[]),
            'q.jsonl:1:1: The "surface" cannot be "[]". It can be mention, dm, slash or channel.',
        ),
        (line(style=1), 'q.jsonl:1:1: The "style" is not a text. Write it as "style": "typo".'),
        (
            line(id=True),
            'q.jsonl:1:1: The "id" is neither a text nor a whole number. Write it in quotes.',
        ),
        (
            line(relevant=["x"]),
            'q.jsonl:1:1: The line has no "relevant" with the resources that answer it. '
            'Write "relevant": {"id-or-url": 2}, or {} if nothing should be shown.',
        ),
        (
            line(relevant={"pci-enumeratoin": 2}),
            'q.jsonl:1:76: There is no resource "pci-enumeratoin" in the catalogue. '
            'Did you mean "pci-enumeration"?',
        ),
        (
            line(relevant={"zorkmid": 2}),
            'q.jsonl:1:76: There is no resource "zorkmid" in the catalogue. '
            "Name a resource by its id or its url.",
        ),
        *(
            (
                line(relevant={PCI.id: grade}),
                f'q.jsonl:1:76: The grade of "{PCI.id}" is {shown}. '
                "It can be 2 for exactly this, or 1 for also useful.",
            )
            for grade, shown in [
                (0, "0"),
                (3, "3"),
                (1.0, "1.0"),
                (True, "true"),
                (None, "null"),
                ("2", '"2"'),
            ]
        ),
    ],
)
def test_a_fault_is_told_in_a_sentence(text: str, said: str) -> None:
    """Each fault says file, line, what is wrong, and what to do."""
    assert faults_of(text) == [said]


def test_all_faults_are_told_together() -> None:
    """Every fault of a file is told in order, at most twenty, and then how many more there are."""
    text = "\n".join([line(text=1, style=1), SOUND, *["x"] * 25])
    said = faults_of(text)
    assert [part.split(":")[1] for part in said[:3]] == ["1", "1", "3"]
    assert len(said) == MOST_TOLD + 1
    assert said[-1] == "q.jsonl: … and 7 more. Mend these first."


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xef\xbb\xbf" + SOUND.encode(), ""),
        (
            SOUND.encode() + b'\n{"\xff',
            ":2:1: This is not UTF-8 text (byte 3 of the line). Save the file as UTF-8.",
        ),
        (
            b"x" * 1_000_001,
            ":1:1: This line is too long. At most 1,000,000 bytes are read: put each object on a "
            "line of its own.",
        ),
    ],
)
def test_a_file_has_to_be_text(data: bytes, said: str, tmp_path: Path) -> None:
    """A byte-order mark is passed over; what is not UTF-8, or has no lines, is told."""
    path = tmp_path / "q.jsonl"
    path.write_bytes(data)
    if not said:
        assert len(read_questions(path, VIRTUALIZATION)) == 1
        return
    with pytest.raises(LabelsError) as raised:
        read_questions(path, VIRTUALIZATION)
    assert str(raised.value) == f"{path}{said}"


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    """A path to nothing, a folder, a pipe or no path at all ends in a sentence."""
    (tmp_path / "questions.jsonl").write_text(SOUND, encoding="utf-8")
    os.mkfifo(tmp_path / "pipe")
    for name, said in {
        "question.jsonl": 'There is no such file. Did you mean "questions.jsonl"?',
        ".": "This is a folder, not a file. Name a regular file.",
        "pipe": "This is a device or a pipe, not a file. Name a regular file.",
        "questions.jsonl/x": "The file cannot be read: Not a directory. Check the path.",
        "\0": "The file cannot be read: embedded null byte. Check the path.",
    }.items():
        with pytest.raises(LabelsError) as raised:
            read_questions(tmp_path / name, VIRTUALIZATION)
        assert str(raised.value).endswith(f": {said}")


# Plain lists

ENTRY = {
    "id": "bowline",
    "title": "The bowline",
    "url": "https://example.org/bowline",
    "section": "Knots",
    "tags": ["loop"],
    "aliases": ["king of knots"],
    "summary": "A loop that does not slip.",
}


def listed(tmp_path: Path, plain: object) -> Path:
    """Return a file with a plain list."""
    path = tmp_path / "list.json"
    path.write_text(plain if isinstance(plain, str) else json.dumps(plain), encoding="utf-8")
    return path


def test_a_plain_list_is_a_catalogue(tmp_path: Path) -> None:
    """Each entry is a resource as it stands, at home in the topic of its section."""
    catalogue = read_list(listed(tmp_path, [ENTRY, {"id": "x", "title": "X", "extra": 1}]))
    bowline, bare = catalogue.resources
    assert {key: getattr(bowline, key) for key in ENTRY if key != "section"} == {
        **{key: value for key, value in ENTRY.items() if key != "section"},
        "tags": ("loop",),
        "aliases": ("king of knots",),
    }
    assert [(topic.id, topic.name) for topic in catalogue.topics] == [
        ("Knots", "Knots"),
        ("-", "-"),
    ]
    assert (bowline.topics, bare.topics) == (("Knots",), ("-",))
    found = Index.build(catalogue).search("what is a bowline")
    assert found.candidates[0].resource == bowline


@pytest.mark.parametrize(
    ("plain", "said"),
    [
        ("[", ":1:2: This is not JSON: Expecting value. Mend it here."),
        ({}, ': This is not a list of entries. Write [{"id": ..., "title": ...}, ...].'),
        ([], ': This is not a list of entries. Write [{"id": ..., "title": ...}, ...].'),
        ([ENTRY, 1], ': Entry 2 is not an object. Write {"id": ..., "title": ...}.'),
        ([ENTRY | {"title": ""}], ': Entry 1 has no text as its "title". Write "title": "...".'),
        ([ENTRY | {"url": 1}], ': Entry 1 has no text as its "url". Write "url": "...".'),
        (
            [ENTRY | {"tags": "loop"}],
            ': The "tags" of entry 1 are not a list of texts. Write "tags": ["...", "..."].',
        ),
        (
            [ENTRY, ENTRY],
            ': Entry 2 has the id "bowline" of entry 1. Give each entry an id of its own.',
        ),
    ],
)
def test_a_fault_of_a_list_is_told(plain: object, said: str, tmp_path: Path) -> None:
    """What is no list of entries is told in a sentence, by the number of the entry."""
    path = listed(tmp_path, plain)
    with pytest.raises(CatalogueError) as raised:
        read_list(path)
    assert str(raised.value) == f"{path}{said}"


# Collections


def collection(folder: Path, **changed: str) -> Path:
    """Return the folder with a small collection in it, some of its files changed."""
    files = {
        "corpus": '{"_id": "d1", "title": "", "text": "The moon pulls the water."}\n'
        '{"_id": "d2", "title": "Knots", "text": "A loop that does not slip."}\n',
        "queries": '{"_id": "q1", "text": "why does the moon pull"}\n'
        '{"_id": "q2", "text": "nobody judged this"}\n',
        "qrels": "query-id\tcorpus-id\tscore\nq1\td1\t3\nq1\td2\t0\n",
    }
    for name, text in (files | changed).items():
        suffix = "tsv" if name == "qrels" else "jsonl"
        (folder / f"{name}.{suffix}").write_text(text, encoding="utf-8")
    return folder


def test_a_collection_is_its_own_catalogue(tmp_path: Path) -> None:
    """Documents become resources without topics, a missing title is the beginning of the text;
    queries that nothing was judged relevant to are left out.
    """
    given = read_collection(collection(tmp_path))
    moon, knots = given.catalogue.resources
    assert (moon.id, moon.title, moon.summary) == ("d1", *["The moon pulls the water."] * 2)
    assert (knots.title, knots.url) == ("Knots", "")
    assert given.questions == (
        Labelled("why does the moon pull", "mention", "query", {0: 3}, "q1"),
    )
    assert given.name == tmp_path.name


def test_nothing_of_a_collection_is_found_by_its_topic(tmp_path: Path) -> None:
    """Long texts are cut, and the topic that all documents share matches no word."""
    long = json.dumps({"_id": "d1", "title": "", "text": "tides " * 2_000})
    given = read_collection(collection(tmp_path, corpus=long, qrels="\nq1\td1\t1"))
    (only,) = given.catalogue.resources
    assert (len(only.title), len(only.summary)) == (80, 4_000)
    index = Index.build(given.catalogue)
    assert index.search("tides").candidates
    for word in ("-", "topic", "document", "query", "home"):
        assert index.search(word).candidates == ()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"corpus": ""}, "/corpus.jsonl: There are no records in this file. Write a line "),
        ({"corpus": '{"_id": 1}'}, "/corpus.jsonl:1:1: The record is not complete. Write "),
        (
            {"queries": '{"_id": "q1", "text": "a"}\n' * 2},
            '/queries.jsonl:2:1: The id "q1" is taken. Give each record its own.',
        ),
        (
            {"qrels": "h\nq9\td1\t1\n"},
            '/qrels.tsv:2:1: There is no query "q9". Compare it with queries.jsonl.',
        ),
        (
            {"qrels": "h\nq1\td9\t1\n"},
            '/qrels.tsv:2:1: There is no document "d9". Compare it with corpus.jsonl.',
        ),
        (
            {"qrels": "h\nq1 d1 1\n"},
            "/qrels.tsv:2:1: This is not a query, a document and a whole number. "
            "Write the three with a tab between them.",
        ),
        (
            {"qrels": "h\nq1\td1\t0\n"},
            "/qrels.tsv: No query has a relevant document. Give one a score of 1.",
        ),
    ],
)
def test_a_fault_of_a_collection_is_told(
    changed: dict[str, str], said: str, tmp_path: Path
) -> None:
    """A collection whose parts do not fit is told in a sentence, by file and line."""
    with pytest.raises(LabelsError) as raised:
        read_collection(collection(tmp_path, **changed))
    assert str(raised.value).startswith(f"{tmp_path}{said}")


def test_a_folder_without_a_collection_is_told(tmp_path: Path) -> None:
    """A folder that lacks a part of a collection is told what a collection holds."""
    with pytest.raises(LabelsError, match=r"holds corpus\.jsonl, queries\.jsonl and qrels\.tsv\."):
        read_collection(tmp_path)
