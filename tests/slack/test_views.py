"""How what the bot says looks: what is there, what is not, and for whom."""

import datetime as dt
import re
from dataclasses import replace
from typing import Any

import pytest

from bot.gaps import Gap, Gaps
from bot.library import Snapshot
from bot.model import Answer, Resource, Source
from bot.overlay import SUGGESTED
from bot.records import STATUSES, Draft, Status, Suggestion, Thumbs
from bot.search import Index
from bot.slack import views
from bot.slack.parts import Message
from bot.slack.values import Carried, unpacked
from bot.slack.views import Offers
from tests.samples import DAY
from tests.slack.samples import Json, buttons, faults, held, long_url, marked, snapshot

CARRIED = Carried(question="how does virtio work", surface="slash")


def a_resource(name: str, topic: str, **known: Any) -> Json:
    """Return a resource of this topic, with its name in every text."""
    return {
        "id": name,
        "title": f"Title of {name}",
        "url": f"https://example.org/{name}",
        "summary": f"Summary of {name}.",
        "topics": [topic],
    } | known


TOPICS: list[Json] = [
    {"id": "vfio", "name": "VFIO", "after": ["virtio"], "related": ["virtio"]},
    {"id": "virtio", "name": "Virtio", "summary": "Devices & queues.", "after": ["pci"],
     "questions": ["What is a virtqueue?", "Who kicks <whom>?"]},
    {"id": "pci", "name": "PCI"},
    {"id": "empty", "name": "Empty"},
]  # fmt: skip
RESOURCES: list[Json] = [
    a_resource("ring", "virtio", title="Virtio rings & queues", kind="talk", minutes=45,
        level="reference", year=2016, access="registration", note="Watch it <twice>",
        also=[{"title": "Slides", "url": "https://example.org/slides"}]),
    a_resource("start", "virtio", title="Virtio from the start", level="intro"),
    *(a_resource(f"page{n:02}", "virtio", level="intermediate") for n in range(18)),
    a_resource("bus", "pci", title="PCI enumeration", access="free", asks=["how is a bus walked"]),
]  # fmt: skip


@pytest.fixture(scope="module")
def held_here() -> Snapshot:
    """A small catalogue and its index."""
    return snapshot(held(TOPICS, RESOURCES))


def answered(given: Snapshot, asked: str = "PCI enumeration") -> Answer:
    """Return an answer that is sure."""
    answer = given.index.search(asked, "slash", 20)
    assert answer.verdict == "answer"
    return answer


def count(message: Message, kind: str) -> int:
    """Return how many blocks of a kind a message has."""
    return sum(block["type"] == kind for block in message.blocks)


def carried(button: Json) -> Carried:
    """Return what a button carries."""
    return unpacked(button["value"])


def found(given: Snapshot, name: str) -> Resource:
    """Return the resource of this id."""
    return next(one for one in given.catalogue.resources if one.id == name)


# Answers


def test_a_result_says_all_that_is_known(held_here: Snapshot) -> None:
    """A result is its title as a link, its summary, a quiet line, the curator's note and why."""
    message = views.answer(answered(held_here, "virtio rings"), held_here.catalogue, CARRIED)
    lines = marked(list(message.blocks)).splitlines()
    assert lines[:6] == [
        "*<https://example.org/ring|Virtio rings &amp; queues>*",
        "Summary of ring.",
        "talk · reference · 45 min · 2016 · registration access · Virtio",
        "Curator’s note: Watch it &lt;twice&gt;",
        "Also: <https://example.org/slides|Slides>",
        lines[5],
    ]
    assert lines[5].startswith("Why: ")
    assert "in the title" in lines[5]
    assert "Virtio rings &amp; queues: Summary of ring. https://example.org/ring" in message.text


def test_what_is_not_known_is_not_said(held_here: Snapshot) -> None:
    """A result without kind, minutes and note has no words for them; what is free is not told."""
    message = views.single(
        found(held_here, "bus"), held_here.catalogue, CARRIED, answered(held_here)
    )
    assert marked(list(message.blocks)).splitlines() == [
        "*<https://example.org/bus|PCI enumeration>*", "Summary of bus.", "PCI",
        "Why: “pci” and “enumeration” in the title",
    ]  # fmt: skip


def test_what_was_suggested_is_marked(held_here: Snapshot) -> None:
    """Until a suggestion is in the file, it says whose it is; an entry of the file does not."""
    bus = found(held_here, "bus")
    for page, facts in ((SUGGESTED, "PCI · suggested by a colleague"), ("wiki.md", "PCI")):
        one = replace(bus, source=Source(page=page))
        message = views.single(one, held_here.catalogue, CARRIED, answered(held_here))
        assert marked(list(message.blocks)).splitlines()[2] == facts


def test_each_result_can_be_judged(held_here: Snapshot) -> None:
    """Each result has two thumbs, which know what they are about; *Why this?* is one for all."""
    given = answered(held_here, "virtio")
    message = views.answer(given, held_here.catalogue, CARRIED)
    shown = [result.resource.id for result in given.results]
    assert len(shown) > 1
    thumbs = [it["elements"][0] for it in message.blocks if it["type"] == "context_actions"]
    for sign, useful in (("positive_button", True), ("negative_button", False)):
        told = [unpacked(thumb[sign]["value"]) for thumb in thumbs]
        assert told == [replace(CARRIED, resource=name, useful=useful) for name in shown]
    assert carried(buttons(list(message.blocks))["Why this?"]) == CARRIED


def test_only_a_private_answer_can_be_shared(held_here: Snapshot) -> None:
    """*Share here* and the question are shown to whom alone the answer is, and to nobody else."""
    given = answered(held_here)
    public = views.answer(given, held_here.catalogue, CARRIED)
    private = views.answer(given, held_here.catalogue, CARRIED, shareable=True)
    assert "Share here" not in buttons(list(public.blocks))
    assert carried(buttons(list(private.blocks))["Share here"]) == CARRIED
    assert "For “" not in marked(list(public.blocks))
    assert marked(list(private.blocks)).splitlines()[0] == f"For “{given.question}”:"


def test_more_is_offered_only_where_there_is_more(held_here: Snapshot) -> None:
    """*More* leads to what follows in the ranking, until nothing worth a look is left."""
    given = answered(held_here, "virtio")
    message = views.answer(given, held_here.catalogue, CARRIED)
    onwards = carried(buttons(list(message.blocks))["More"])
    assert onwards == replace(CARRIED, start=len(given.results))
    further = views.more(given, held_here.catalogue, onwards)
    following = given.candidates[len(given.results)].resource
    assert f"|{following.title}>" in marked(list(further.blocks)).splitlines()[1]
    for result in given.results:
        assert f"|{result.resource.title}>" not in marked(list(further.blocks))
    alone = replace(given, candidates=given.candidates[: len(given.results)])
    assert "More" not in buttons(list(views.answer(alone, held_here.catalogue, CARRIED).blocks))
    none = views.more(alone, held_here.catalogue, onwards)
    assert none.text == "There is nothing further down the list."


def test_what_hardly_fits_is_no_more(held_here: Snapshot) -> None:
    """What scores far less than the first is not offered under *More*."""
    given = answered(held_here, "virtio")
    first, *others = given.candidates
    far = replace(given, candidates=(first, *(replace(c, score=0.01) for c in others)))
    assert "More" not in buttons(list(views.answer(far, held_here.catalogue, CARRIED).blocks))


def test_an_answer_that_is_shared_says_by_whom(held_here: Snapshot) -> None:
    """What was private and is shared says who shared it and what was asked, first of all."""
    message = views.single(
        found(held_here, "bus"), held_here.catalogue, CARRIED, answered(held_here)
    )
    shared = views.shared(message, "U0000000001", "how <!here>")
    by = "<@U0000000001> shared an answer to “how &lt;!here&gt;”:"
    assert marked(list(shared.blocks)).splitlines()[0] == by
    assert shared.text == f"{by} {message.text}"
    assert shared.blocks[1:] == message.blocks
    assert views.shared(message, "U0000000001", " ").text.startswith(
        "<@U0000000001> shared an answer: "
    )


def test_a_question_is_quoted_at_length(held_here: Snapshot) -> None:
    """A question of ordinary length is quoted whole."""
    asked = "where can I read about how a guest finds the devices on its bus, PCI enumeration?"
    given = replace(answered(held_here), question=asked)
    private = views.answer(given, held_here.catalogue, CARRIED, shareable=True)
    assert f"“{asked}”" in marked(list(private.blocks))


@pytest.mark.parametrize("postable", [True, False])
@pytest.mark.parametrize("suggest", [True, False])
def test_the_closest_can_be_posted_where_that_is_private(
    held_here: Snapshot, *, postable: bool, suggest: bool
) -> None:
    """When unsure it says so, names what it does not know, and offers only what can be done."""
    catalogue = held_here.catalogue
    given = replace(
        answered(held_here), verdict="unsure", unknown=("<flux>",), topics=catalogue.topics[:2]
    )
    message = views.closest(given, catalogue, CARRIED, postable=postable, suggest=suggest)
    lead, unknown, title, *_ = marked(list(message.blocks)).splitlines()
    assert lead == "*I am not sure what fits. The closest I have:*"
    assert unknown == "The catalogue does not know “&lt;flux&gt;”."
    assert title == "*<https://example.org/bus|PCI enumeration>*"
    there = buttons(list(message.blocks))
    assert set(there) == {
        "Why this?", "VFIO", "Virtio",
        *(["Post this"] if postable else []), *(["Suggest a resource"] if suggest else []),
    }  # fmt: skip
    assert carried(there["Why this?"]) == CARRIED
    assert carried(there["VFIO"]) == replace(CARRIED, topic="vfio")
    if postable:
        assert carried(there["Post this"]) == replace(CARRIED, resource="bus")


@pytest.mark.parametrize("suggest", [True, False])
def test_nothing_says_on_what_and_where_to_look(held_here: Snapshot, *, suggest: bool) -> None:
    """With nothing to show it names the words it lacks, the nearest topics, and all of them."""
    catalogue = held_here.catalogue
    given = replace(
        answered(held_here), verdict="nothing", results=(), unknown=("flux", "<!here>"),
        topics=catalogue.topics[:1],
    )  # fmt: skip
    message = views.nothing(given, catalogue, CARRIED, suggest=suggest)
    lead = "I have nothing on “flux”, “&lt;!here&gt;”."
    assert marked(list(message.blocks)) == f"*{lead}*\nThe nearest topics:"
    assert message.text == f"{lead} The nearest topics: VFIO."
    assert list(buttons(list(message.blocks))) == [
        "VFIO", *(["Suggest a resource"] if suggest else []), "All topics",
    ]  # fmt: skip


def test_a_question_about_nothing_is_asked_back(held_here: Snapshot) -> None:
    """A message that names no subject is told so, with topics to start from."""
    given = held_here.index.search("?!", "dm")
    message = views.nothing(given, held_here.catalogue, CARRIED, suggest=True)
    assert message.text == "That names nothing to learn about. Ask me where to learn something."
    assert list(buttons(list(message.blocks))) == ["PCI", "Virtio", "VFIO", "Empty", "All topics"]


@pytest.mark.parametrize("asked", ["PCI enumeration", "virtio"])
def test_an_explanation_adds_up(held_here: Snapshot, asked: str) -> None:
    """*Why this?* shows the words as read and each line of the sum, and the sum is the score."""
    given = answered(held_here, asked)
    first = given.candidates[0]
    text = marked(views.explanation(given, CARRIED))
    signs = (line.name for line in (*first.features, *given.evidence))
    for name in (*(read.word for read in given.reading), *signs):
        assert name in text
    totals = re.findall(r"^score +.*([+-][\d.]+)$", text, re.MULTILINE)
    assert float(totals[0]) == pytest.approx(sum(line.adds for line in first.features), abs=0.01)
    sure = "over 99%" if given.confidence > 0.99 else f"{given.confidence:.0%}"
    assert f"*{sure}* sure, so I call it “answer”" in text


def test_an_explanation_says_what_thumbs_did(held_here: Snapshot) -> None:
    """What people said of a resource is a line of its sum, with a word on what it is."""
    plain = held_here.index.search("virtio", "mention")
    first = plain.candidates[0].resource.id
    liked = held_here.index.preferring({first: -0.5}).search("virtio", "mention")
    said = [marked(views.explanation(given, CARRIED)) for given in (plain, liked)]
    assert ["feedback" in text.lower() for text in said] == [False, True]
    assert re.search(r"^feedback +-0\.50 +-0\.05$", said[1], re.MULTILINE)
    assert "“feedback” is what thumbs said, -1 to 1" in said[1]


def test_links_beside_are_shown_if_they_are_short() -> None:
    """Of the other addresses the first two that are short are shown, and none is no line."""
    bus = a_resource("bus", "pci", also=[
        {"title": "long", "url": long_url("https://example.org/?", 400)},
        *({"title": f"short {n}", "url": f"https://example.org/s{n}"} for n in range(3)),
    ])  # fmt: skip
    given = held(TOPICS, [bus])
    nobody = Index.build(given).search("nothing of it", "slash", 1)
    text = marked(list(views.single(given.resources[0], given, CARRIED, nobody).blocks))
    assert text.splitlines()[-1] == (
        "Also: <https://example.org/s0|short 0>, <https://example.org/s1|short 1>"
    )
    bus["also"] = bus["also"][:1]
    given = held(TOPICS, [bus])
    assert "Also" not in marked(
        list(views.single(given.resources[0], given, CARRIED, nobody).blocks)
    )


@pytest.mark.parametrize(
    ("titles", "warned", "beside"),
    [
        ([], "", []),
        (["The <new> place"], "The &lt;new&gt; place", []),
        (["One", "Two", "Three"], "One", ["Two", "Three"]),
    ],
)
def test_a_dead_link_comes_with_a_warning(
    titles: list[str], warned: str, beside: list[str]
) -> None:
    """The first line under what is gone says since when, and which of its other links to take."""
    urls = [f"https://example.org/{n}" for n in range(len(titles))]
    also = [{"title": title, "url": url} for title, url in zip(titles, urls, strict=True)]
    given = held(TOPICS, [a_resource("bus", "pci", gone="2026-11-20", also=also)])
    nobody = Index.build(given).search("nothing of it", "slash", 1)
    message = views.single(given.resources[0], given, CARRIED, nobody)
    lines = marked(list(message.blocks)).splitlines()
    instead = f"; instead: <https://example.org/0|{warned}>" if warned else ""
    links = ", ".join(f"<{url}|{title}>" for url, title in zip(urls[1:], beside, strict=True))
    assert lines[2:] == [
        f":warning: Its link was dead on 2026-11-20{instead}",
        "PCI",
        *([f"Also: {links}"] if links else []),
    ]
    instead = f"; instead: {urls[0]}" if urls else ""
    assert message.text.endswith(f" (its link was dead on 2026-11-20{instead})")


# Topics


def test_a_topic_is_shown_in_learning_order(held_here: Snapshot) -> None:
    """A topic card tells what it is about and what to learn first, then easy before hard."""
    catalogue = held_here.catalogue
    message = views.topic_card(catalogue.topics[1], catalogue, CARRIED)
    assert message.blocks[0]["text"]["text"] == "Virtio"
    lines = marked(list(message.blocks)).splitlines()
    assert lines[:3] == [
        "Devices &amp; queues.",
        "Learn first: PCI",
        "1. *<https://example.org/start|Virtio from the start>*",
    ]
    assert "2. *<https://example.org/page00|Title of page00>*" in lines
    assert "Share here" not in buttons(list(message.blocks))


def test_a_topic_card_goes_on_where_it_ended(held_here: Snapshot) -> None:
    """Page after page shows each resource once, numbered; the last has the learning questions."""
    catalogue, start, seen = held_here.catalogue, 0, []
    topic = catalogue.topics[1]
    for left in ("12 more", "4 more", None):
        message = views.topic_card(topic, catalogue, replace(CARRIED, start=start), shareable=True)
        text, there = marked(list(message.blocks)), buttons(list(message.blocks))
        seen += re.findall(r"^(\d+)\. \*<https://example.org/(\w+)\|", text, re.MULTILINE)
        assert ("Afterwards you can answer" in text) == (left is None)
        assert (f"From number {start + 1} on, of 20" in text) == (start > 0)
        assert carried(there["Share here"]) == replace(CARRIED, topic="virtio", start=start)
        assert [words for words in there if words.endswith(" more")] == ([left] if left else [])
        if left:
            start = carried(there[left]).start
    assert [int(number) for number, _ in seen] == list(range(1, 21))
    assert len({name for _, name in seen}) == 20
    assert seen[-1] == ("20", "ring")
    assert "• What is a virtqueue?\n• Who kicks &lt;whom&gt;?" in text


def test_related_topics_are_a_press_away(held_here: Snapshot) -> None:
    """A topic card offers the related topics, each from its beginning."""
    catalogue = held_here.catalogue
    message = views.topic_card(catalogue.topics[0], catalogue, replace(CARRIED, start=0))
    assert carried(buttons(list(message.blocks))["Virtio"]) == replace(CARRIED, topic="virtio")
    assert "See also:" in marked(list(message.blocks))
    assert "No resources yet." in marked(list(message.blocks))


def test_a_window_of_a_topic_leads_nowhere(held_here: Snapshot) -> None:
    """In a window a topic has no button, nothing that announces one, and tells what is left out."""
    catalogue = held_here.catalogue
    for topic, left in ((catalogue.topics[0], None), (catalogue.topics[1], 12)):
        view = views.topic_modal(topic, catalogue)
        assert faults(view) == []
        assert buttons(view) == {}
        assert "See also" not in marked(view)
        assert (f"{left} more: `/onboard topic {topic.id}`" in marked(view)) == bool(left)
        assert ("more:" in marked(view)) == bool(left)


def test_all_topics_are_listed_in_learning_order(held_here: Snapshot) -> None:
    """Each topic is listed with the number of its resources, and in a menu in the same order."""
    message = views.topics(held_here.catalogue)
    assert marked(list(message.blocks)).splitlines()[1:] == [
        "• *PCI* (1)", "• *Virtio* (20) Devices &amp; queues.", "• *VFIO* (0)", "• *Empty* (0)",
    ]  # fmt: skip
    assert message.text == "What there is to learn: PCI, Virtio, VFIO, Empty."
    options = message.blocks[-1]["elements"][0]["options"]
    assert [option["value"] for option in options] == ["pci", "virtio", "vfio", "empty"]


def test_more_topics_than_a_message_holds_are_counted() -> None:
    """Beyond sixty topics the list says how many more there are, and how to reach them."""
    given = held([{"id": f"t{n}", "name": f"T{n}"} for n in range(130)], [])
    message = views.topics(given)
    assert faults({"text": message.text, "blocks": list(message.blocks)}) == []
    assert "and 70 more: `/onboard topic NAME`" in marked(list(message.blocks))
    assert views.topics(held([], [])).text == "The catalogue has no topics yet."


# Help and the rest


def test_help_tells_only_what_can_be_done_here(held_here: Snapshot) -> None:
    """Neither help nor the Home tab tell of suggesting or listening where there is none."""
    for listening in (True, False):
        for suggest in (True, False):
            offers = Offers(listening=listening, suggest=suggest)
            text = marked(list(views.guide(held_here.catalogue, offers).blocks))
            assert ("/onboard listen" in text) == listening
            assert ("/onboard suggest" in text) == suggest
            home = views.home(held_here.catalogue, offers)
            assert ("Suggest a resource" in buttons(home)) == suggest
            thanks = views.thanks(replace(CARRIED, useful=False, resource="bus"), offers)
            assert ("Suggest a resource" in buttons(list(thanks.blocks))) == suggest


def test_examples_are_questions_of_the_catalogue(held_here: Snapshot) -> None:
    """Help, Home and the agent pane show questions that the catalogue answers, at most four."""
    offers = Offers(listening=False, suggest=False)
    assert views.example_questions(held_here.catalogue) == ["how is a bus walked"]
    assert "how is a bus walked" in marked(list(views.guide(held_here.catalogue, offers).blocks))
    assert "how is a bus walked" in marked(views.home(held_here.catalogue, offers))
    many = held(
        [{"id": f"t{n}", "name": f"T{n}"} for n in range(9)],
        [a_resource(f"r{n}", f"t{n}", asks=[f"<ask> {n} {'x' * 80}"]) for n in range(9)],
    )
    prompts = views.prompts(many)
    assert len(prompts) == 4
    assert all(len(prompt["title"]) <= 75 for prompt in prompts)
    assert prompts[0]["message"] == f"‹ask› 0 {'x' * 80}"


@pytest.mark.parametrize("may_change", [True, False])
def test_listening_is_changed_by_those_who_may(*, may_change: bool) -> None:
    """Whoever may is offered the other two settings; the count is told while it is counted."""
    for setting in views.LISTENING:
        message = views.listening(setting, 1, may_change=may_change)
        others = [name for name in views.LISTENING if name != setting]
        assert list(buttons(list(message.blocks))) == (
            [f"Switch to {name}" for name in others] if may_change else []
        )
        text = marked(list(message.blocks))
        assert ("I would have answered 1 question." in text) == (setting == "shadow")
        assert text.startswith(f"Listening in this channel is *{setting}*.")


# Suggestions

DRAFT = Draft(
    url="https://e.org/?a|b",
    title="<!here>",
    summary="good & short",
    topics=("virtio", "pci"),
    ask="what is <x>",
)
PENDING = Suggestion(id=7, draft=DRAFT, status="pending", at=DAY, by="U0000000001")


def fields(form: Json) -> dict[str, Json]:
    """Return the inputs of a form by their block."""
    return {block["block_id"]: block["element"] for block in form["blocks"] if "element" in block}


def test_a_form_is_filled_with_what_is_known(held_here: Snapshot) -> None:
    """The form holds what is known of a suggestion, made plain, and its home is named first."""
    here = Carried(channel="C1", thread="1.2", asking="a")
    form = views.suggestion_form(held_here.catalogue, DRAFT, here)
    assert faults(form) == []
    inputs = fields(form)
    assert inputs["url"]["initial_value"] == "https://e.org/?a|b"
    assert inputs["title"]["initial_value"] == "‹!here›"
    assert inputs["summary"]["initial_value"] == "good & short"
    assert inputs["ask"]["initial_value"] == "what is ‹x›"
    offered, chosen = (
        [option["value"] for option in inputs["topics"][name]]
        for name in ("options", "initial_options")
    )
    assert (offered, chosen) == (["pci", "virtio", "vfio", "empty"], ["virtio", "pci"])
    assert unpacked(form["private_metadata"]) == here


def test_an_empty_form_asks_for_all_but_a_question(held_here: Snapshot) -> None:
    """Nothing is known: link, title, topics and words are asked for, and a question may be left."""
    empty = Draft(url="", title="", summary="")
    form = views.suggestion_form(held_here.catalogue, empty, Carried())
    assert not any(name.startswith("initial") for it in fields(form).values() for name in it)
    optional = [it["block_id"] for it in form["blocks"] if it.get("optional")]
    assert optional == ["ask"]


def test_of_many_topics_those_chosen_can_be_kept() -> None:
    """Slack shows a hundred topics at most; those of a suggestion that is edited are among them."""
    topics: list[Json] = [{"id": f"t{n:03}", "name": f"Topic {n}"} for n in range(120)]
    draft = replace(DRAFT, topics=("t118", "t002"))
    form = views.edit_form(held(topics, []), draft, Carried())
    assert faults(form) == []
    menu = fields(form)["topics"]
    assert len(menu["options"]) == 100
    assert [one["value"] for one in menu["initial_options"]] == ["t118", "t002"]


def test_curators_read_the_whole_suggestion(held_here: Snapshot) -> None:
    """A suggestion names who, what, where it belongs, why and what it answers, disarmed."""
    draft = replace(DRAFT, topics=("pci", "<x>", *["T"] * 300))
    message = views.suggestion(replace(PENDING, draft=draft), held_here.catalogue)
    assert faults({"text": message.text, "blocks": list(message.blocks)}) == []
    who, title, address, why, topics, asks, state = marked(list(message.blocks)).splitlines()
    assert who == "<@U0000000001> suggests a resource"
    assert title == "*<https://e.org/?a%7Cb|&lt;!here&gt;>*"
    assert address == "https://e.org/?a|b"
    assert why == "good &amp; short"
    assert topics.startswith("Topics: PCI, &lt;x&gt;, T, ")
    assert asks == "Answers “what is &lt;x&gt;”"
    assert state == "Waiting for a decision"


STANDS = {
    "pending": ("Waiting for a decision", ["Approve", "Edit", "Decline"]),
    "approved": ("Approved by <@U0000000001>", ["Undo"]),
    "declined": ("Declined by <@U0000000001>: too &lt;old&gt;", ["Undo"]),
    "merged": ("In the catalogue’s file", []),
}


@pytest.mark.parametrize("status", STATUSES)
def test_a_card_says_how_it_stands(held_here: Snapshot, status: Status) -> None:
    """Each state of a suggestion has its words and the buttons that lead out of it, and no others.

    Of one whose people are forgotten it is still told what it is.
    """
    given = replace(PENDING, status=status)
    if status in ("approved", "declined"):
        given = replace(given, decided_by="U0000000001")
    if status == "declined":
        given = replace(given, reason="too <old>")
    message = views.suggestion(given, held_here.catalogue)
    state, labels = STANDS[status]
    assert marked(list(message.blocks)).splitlines()[-1] == state
    there = buttons(list(message.blocks))
    assert list(there) == labels
    assert all(carried(button) == Carried(suggestion=7) for button in there.values())
    nobody = views.suggestion(replace(given, by=None, decided_by=None), held_here.catalogue)
    assert marked(list(nobody.blocks)).startswith("Somebody suggests a resource")


@pytest.mark.parametrize("url", ["!channel", "@U0000000009", "javascript:alert(1)"])
def test_a_suggested_address_pings_nobody(held_here: Snapshot, url: str) -> None:
    """What is suggested as an address and is none is shown, not linked."""
    given = replace(PENDING, draft=replace(DRAFT, url=url))
    for message in (
        views.suggestion(given, held_here.catalogue),
        views.approved(given),
        views.declined(given),
    ):
        assert faults({"text": message.text, "blocks": list(message.blocks)}) == []


def test_curators_read_the_first_faults() -> None:
    """Of many faults the first ten are shown and the others counted."""
    message = views.catalogue_faults("a<b>.yaml", [f"fault {n} & co" for n in range(12)])
    lines = marked(list(message.blocks)).splitlines()
    assert lines[0] == "`a&lt;b&gt;.yaml` has 12 faults; I still use the version before."
    assert lines[1] == "• fault 0 &amp; co"
    assert lines[-1] == "• and 2 more: `onboard check` lists all."
    assert len(lines) == 12


def test_curators_read_what_died(held_here: Snapshot) -> None:
    """Each link with what it did; of many the first ten, and the others counted."""
    died = [(one, "answered <404> & more") for one in held_here.catalogue.resources[:12]]
    message = views.links_died(died)
    lines = marked(list(message.blocks)).splitlines()
    assert lines[0].startswith("12 links of the catalogue failed on three days. ")
    assert lines[1].endswith("|Virtio rings &amp; queues>: it answered &lt;404&gt; &amp; more")
    assert lines[-1] == "• and 2 more: `onboard links` lists all."
    assert len(lines) == 12


def test_what_is_not_confirmed_can_be_posted_again() -> None:
    """Where Slack did not say whether it posted, a button carries all that posting needs."""
    message = views.unconfirmed(CARRIED)
    assert carried(buttons(list(message.blocks))["Post it again"]) == CARRIED
    assert message.text.endswith("press the button.")


# Gaps

NOW = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
GAP = Gap(
    words=("nested", "virtualization"),
    times=4,
    people=3,
    first=NOW - dt.timedelta(days=40),
    last=NOW - dt.timedelta(days=2),
    keys=("a",),
    waiting=0,
)


def test_a_gap_says_how_often_by_how_many_and_when() -> None:
    """A line for each gap, with a button that carries its words to the form for suggestions."""
    once = replace(GAP, words=("<!here>", "&"), times=1, people=1, waiting=2, last=NOW)
    message = views.gaps(Gaps((GAP, replace(GAP, people=1), once)), NOW)
    assert faults({"text": message.text, "blocks": list(message.blocks)}) == []
    assert marked(list(message.blocks)).splitlines() == [
        "*What people asked for in vain:*",
        "*nested virtualization*: asked 4 times by 3 people, most recently 2 days ago",
        "*nested virtualization*: asked 4 times by one person, most recently 2 days ago",
        "*&lt;!here&gt; &amp;*: asked once, today; 2 waiting for an answer",
    ]
    assert "asked 4 times by 3 people" in message.text
    button = message.blocks[1]["accessory"]
    assert (button["action_id"], button["text"]["text"]) == ("suggest", "Suggest a resource")
    assert carried(button).question == "nested virtualization"


def test_gaps_without_the_curators_channel_have_no_button() -> None:
    """Where nothing can be suggested, no gap offers it."""
    message = views.gaps(Gaps((GAP,)), NOW, suggest=False)
    assert buttons(list(message.blocks)) == {}
    assert faults({"text": message.text, "blocks": list(message.blocks)}) == []


def test_the_first_ten_gaps_are_shown() -> None:
    """Ten gaps are shown, the others and the hidden ones are counted, with the reason."""
    lines = marked(list(views.gaps(Gaps((GAP,) * 12, 1), NOW).blocks)).splitlines()
    assert len(lines) == 1 + 10 + 2
    assert lines[-2:] == [
        "… and 2 more: `onboard gaps` lists all.",
        "Not shown: 1 gap that fewer people asked for than `ONBOARD_GAP_PEOPLE` says.",
    ]


def test_no_gaps_is_said_honestly() -> None:
    """Nothing open and nothing that enough people asked for are different sentences."""
    assert marked(list(views.gaps(Gaps(), NOW).blocks)) == (
        "*I know of no gap: no question is open.*"
    )
    hidden = marked(list(views.gaps(Gaps((), 1200), NOW).blocks)).splitlines()
    assert hidden == [
        "*There is nothing that several people asked for in vain.*",
        "Not shown: 1,200 gaps that fewer people asked for than `ONBOARD_GAP_PEOPLE` says.",
    ]


def test_curators_read_what_did_not_help(held_here: Snapshot) -> None:
    """Resources that did not help are named with the counts of their thumbs, after the gaps."""
    judged = [(found(held_here, "ring"), Thumbs(1, 2)), (found(held_here, "bus"), Thumbs(0, 1))]
    message = views.gaps(Gaps(), NOW, judged=judged)
    assert faults({"text": message.text, "blocks": list(message.blocks)}) == []
    assert marked(list(message.blocks)).splitlines()[1:] == [
        "*What most people found not to help:*",
        "• *<https://example.org/ring|Virtio rings &amp; queues>*: 2 thumbs down, 1 up",
        "• *<https://example.org/bus|PCI enumeration>*: 1 thumb down, 0 up",
    ]


def test_a_late_answer_says_what_it_answers(held_here: Snapshot) -> None:
    """Under the question it says when that was asked; to a person directly also what it was."""
    given = answered(held_here)
    here = replace(CARRIED, question="nested <x>", channel="C1", thread="1.2", asking="k")
    then = NOW - dt.timedelta(days=8)
    under = views.late_answer(given, held_here.catalogue, here, then, NOW)
    assert under.text.startswith("You asked last week; there is something now: PCI enumeration")
    direct = replace(here, channel="", thread="")
    alone = views.late_answer(given, held_here.catalogue, direct, then, NOW)
    assert alone.text.startswith(
        "Last week there was nothing on “nested &lt;x&gt;”; there is something now: PCI"
    )
    for message, carrying in ((under, here), (alone, direct)):
        assert faults({"text": message.text, "blocks": list(message.blocks)}) == []
        thumbs = [it["elements"][0] for it in message.blocks if it["type"] == "context_actions"]
        told = unpacked(thumbs[0]["positive_button"]["value"])
        assert told == replace(carrying, resource="bus", useful=True)


def test_gaps_as_long_as_can_be_are_sent() -> None:
    """Words of any length and kind make a message that Slack takes, and buttons that fit."""
    words = tuple(f"{'&' * 200}{n}" for n in range(12))
    message = views.gaps(Gaps((replace(GAP, words=words),) * 20, 9), NOW)
    assert faults({"text": message.text, "blocks": list(message.blocks)}) == []
