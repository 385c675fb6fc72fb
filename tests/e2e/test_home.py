"""The Home tab, and what the pane beside everything suggests to ask."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.catalogue import load
from bot.playground.views import View
from bot.settings import Features
from tests.e2e.double import (
    CATALOGUE,
    CURATOR,
    CURATORS,
    HELP,
    NEWCOMER,
    SECOND,
    Slack,
    buttons,
    filled,
    running,
    text_of,
)

HOSTILE = """
version: 1
topics:
  - {id: knots, name: "<!channel> & *knots*"}
resources:
  - id: bowline
    title: The bowline knot
    url: https://example.org/bowline
    summary: How to tie a bowline.
    topics: [knots]
    asks: ["how do I tie a <@U0NEWCOMER2> bowline"]
"""


async def home(slack: Slack, user: str = NEWCOMER) -> View:
    """Open the Home tab, and return what is on it."""
    await slack.open_home(user)
    found = await slack.until(lambda: slack.home(user))
    assert found is not None
    return found


def published(slack: Slack, count: int) -> bool:
    """Whether the bot has shown so many Home tabs."""
    return len(slack.called("views.publish")) >= count


async def press_on(slack: Slack, view: View, label: str) -> None:
    """Press a button of a view."""
    button = buttons(view)[label]
    names = {name: button[name] for name in ("block_id", "action_id", "value")}
    await slack.act(view.user, {"type": "view", "view_id": view.id}, names)


async def test_home_is_for_who_never_heard_of_it(slack: Slack) -> None:
    """The Home tab says what the bot does, what there is, and what one could ask."""
    shown = text_of(await home(slack))
    assert "mention me in a channel" in shown
    catalogue = load(CATALOGUE)
    assert f"{len(catalogue.resources)} resources, {len(catalogue.topics)} topics." in shown
    assert "*PCI* (" in shown
    assert "*Questions that I can answer*\n• " in shown
    assert slack.home(SECOND) is None


async def test_a_topic_opens_in_a_window(slack: Slack) -> None:
    """The menu on the Home tab opens a topic in a window, as nobody converses there."""
    view = await home(slack)
    block = next(one for one in view.blocks if one.get("accessory"))
    names = {"block_id": block["block_id"], "action_id": block["accessory"]["action_id"]}
    chosen: dict[str, Any] = {**names, "selected_option": {"value": "pci"}}
    await slack.act(NEWCOMER, {"type": "view", "view_id": view.id}, chosen)
    shown = text_of(await slack.modal())
    assert "pci-enumeration.html" in shown
    assert "How does a guest find its devices on PCI?" in shown
    assert slack.posts() == []


async def test_a_press_on_the_page_of_a_moment_ago_means_the_same(slack: Slack) -> None:
    """Slack redraws the Home tab under people's fingers; nothing on it changes its name."""

    def pressable(view: View) -> list[tuple[str, str]]:
        held = [(one, part) for one in view.blocks for part in one.get("elements", [])]
        held += [(one, one["accessory"]) for one in view.blocks if one.get("accessory")]
        return [(one["block_id"], part["action_id"]) for one, part in held if "action_id" in part]

    names = pressable(await home(slack))
    assert len(names) > 1
    await slack.open_home(NEWCOMER)
    await slack.until(lambda: published(slack, 2))
    assert pressable(await home(slack)) == names


async def test_a_suggestion_from_home(slack: Slack) -> None:
    """What is suggested on the Home tab reaches the curators, and thanks come directly."""
    await press_on(slack, await home(slack), "Suggest a resource")
    form = await slack.modal()
    await slack.submit(NEWCOMER, form.id, filled(url="https://example.org/k8s", title="K8s"))
    (thanks,) = await slack.said(slack.direct(NEWCOMER))
    assert thanks.text == "Thank you. The curators have your suggestion: K8s"
    assert len(slack.by_bot(CURATORS, CURATOR)) == 1


async def test_home_without_curators(mode: str) -> None:
    """Where nobody would read a suggestion, the Home tab asks for none."""
    features = Features(listening=True, agent=True, curators=False)
    async with running(mode, features=features, ONBOARD_CURATORS_CHANNEL="") as slack:
        assert "Suggest a resource" not in buttons(await home(slack))


async def test_home_is_as_new_as_the_catalogue(mode: str, tmp_path: Path) -> None:
    """Opened again after an edit, the Home tab shows what there is now, and pings nobody."""
    file = tmp_path / "resources.yaml"
    file.write_text("version: 1\ntopics: []\nresources: []\n")
    async with running(mode, ONBOARD_CATALOGUE=str(file)) as slack:
        view = await home(slack)
        assert "0 resources, 0 topics." in text_of(view)
        assert "The catalogue has no topics yet." in (await slack.onboard("topics")).text
        file.write_text(HOSTILE)
        # The bot tells nobody of a good edit: open it again and again until it shows.
        count = 1
        while "1 resource, 1 topic." not in text_of(view):
            await slack.open_home(NEWCOMER)
            count += 1
            await slack.until(partial(published, slack, count))
        assert "&lt;!channel&gt; &amp;" in text_of(view)
        assert "<!channel>" not in text_of(view)
        assert "<@" not in text_of(view)


async def test_the_pane_suggests_questions_that_it_can_answer(slack: Slack) -> None:
    """Whoever opens the pane is offered a few questions; each of them gets an answer."""
    direct = slack.direct(NEWCOMER)
    await slack.open_home(NEWCOMER, "messages")
    await slack.until(lambda: direct in slack.workspace.prompts)
    prompts = slack.workspace.prompts[direct]["prompts"]
    assert 1 <= len(prompts) <= 4
    assert "thread_ts" not in slack.called("assistant.threads.setSuggestedPrompts")[0].arguments
    for prompt in prompts:
        answer = await slack.answer_to(slack.say(NEWCOMER, direct, prompt["message"]), direct)
        assert "Why:" in text_of(answer)
    assert slack.home(NEWCOMER) is None


async def test_the_examples_of_help_can_be_answered(slack: Slack) -> None:
    """What help gives as examples is answered when it is asked in a channel."""
    guide = text_of(await slack.onboard("help"))
    _, _, after = guide.partition("*For example:*\n")
    examples = [line.removeprefix("• ") for line in after.splitlines() if line.startswith("• ")]
    assert examples
    for count, example in enumerate(examples, 1):
        await slack.mention(example)
        assert "Why:" in text_of((await slack.said(HELP, SECOND, count))[-1])


@pytest.mark.parametrize("tab", ["messages", "home"])
async def test_without_the_pane_nothing_is_suggested(mode: str, tab: str) -> None:
    """Where the operator switched the pane off, the bot offers no prompts and answers all else."""
    features = Features(listening=True, agent=False, curators=True)
    async with running(mode, features=features, ONBOARD_AGENT="false") as slack:
        await slack.open_home(NEWCOMER, tab)
        direct = slack.direct(NEWCOMER)
        answer = await slack.answer_to(slack.say(NEWCOMER, direct, "what is ACPI"), direct)
        assert "Why:" in text_of(answer)
        await slack.idle()
        assert slack.called("assistant.threads.setSuggestedPrompts") == []
