"""The manifest against the limits that Slack sets, and against the features that are on."""

import json
from itertools import product
from typing import Any

import pytest
import yaml

from bot.settings import Features
from bot.slack.manifest import REASONS, events, manifest, scopes, to_yaml

EVERY = [
    Features(listening=listening, agent=agent, curators=curators, digest=digest)
    for listening, agent, curators, digest in product((False, True), repeat=4)
]
URL = "https://bot.example.org/learn"
NEEDED_BY = {
    "app_mention": {"app_mentions:read"},
    "app_home_opened": set[str](),
    "message.im": {"im:history"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
}
"""The scopes without which Slack refuses to send an event."""


def made(features: Features, url: str | None = None) -> Any:
    """Return a manifest as Slack reads it: from the YAML."""
    return yaml.safe_load(to_yaml(manifest(features, url=url)))


@pytest.mark.parametrize("features", EVERY)
@pytest.mark.parametrize("url", [None, URL])
def test_the_manifest_keeps_to_the_limits_of_slack(features: Features, url: str | None) -> None:
    """Every text is as long as Slack allows, and every key that it requires is there."""
    found = made(features, url)
    shown = found["display_information"]
    assert set(found) == {
        "_metadata", "display_information", "features", "oauth_config", "settings",
    }  # fmt: skip
    assert found["_metadata"] == {"major_version": 2, "minor_version": 1}
    assert 1 <= len(shown["name"]) <= 35
    assert 1 <= len(shown["description"]) <= 140
    assert int(shown["background_color"].removeprefix("#"), 16) < 2**24
    assert len(shown["background_color"]) == 7
    assert set(found["features"]["bot_user"]["display_name"]) <= set("abcdefghijklmnopqrstuvwxyz")
    assert len(found["features"].get("agent_view", {}).get("agent_description", "")) <= 300
    (command,) = found["features"]["slash_commands"]
    assert command["command"] == "/onboard"
    assert 1 <= len(command["description"]) <= 2000
    assert 1 <= len(command["usage_hint"]) <= 1000
    assert command["should_escape"] is False
    shortcuts = found["features"]["shortcuts"]
    assert {one["callback_id"]: one["name"] for one in shortcuts} == {
        "find_resources": "Find resources",
        "suggest_link": "Suggest this link",
    }
    for shortcut in shortcuts:
        assert shortcut["type"] == "message"
        assert 1 <= len(shortcut["name"]) <= 24
        assert 1 <= len(shortcut["description"]) <= 150
    assert found["oauth_config"] == {"scopes": {"bot": list(scopes(features))}}
    assert found["settings"]["event_subscriptions"]["bot_events"] == list(events(features))
    assert len(set(scopes(features))) == len(scopes(features)) <= 255
    assert len(set(events(features))) == len(events(features)) <= 100


def test_people_can_write_to_it() -> None:
    """Both tabs of its home are open, and the one for messages takes what people type."""
    assert made(Features())["features"]["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    }


def test_socket_mode_names_no_address() -> None:
    """Without an address Slack is told to wait for the bot to connect."""
    found = made(Features())
    assert "url" not in to_yaml(found)
    assert found["settings"] == {
        "event_subscriptions": {"bot_events": ["app_home_opened", "app_mention", "message.im"]},
        "interactivity": {"is_enabled": True},
        "org_deploy_enabled": False,
        "socket_mode_enabled": True,
        "token_rotation_enabled": False,
    }


@pytest.mark.parametrize("url", [URL, f"{URL}/"])
def test_http_mode_sends_everything_to_one_address(url: str) -> None:
    """With an address events, buttons and the command all go to one place below it."""
    found = made(Features(), url)
    below = f"{URL}/slack/events"
    assert found["settings"]["event_subscriptions"]["request_url"] == below
    assert found["settings"]["interactivity"] == {"is_enabled": True, "request_url": below}
    assert found["features"]["slash_commands"][0]["url"] == below
    assert found["settings"]["socket_mode_enabled"] is False


@pytest.mark.parametrize("features", EVERY)
def test_each_scope_is_there_exactly_with_its_feature(features: Features) -> None:
    """A feature that is off leaves no scope behind, and one that is on lacks none."""
    found = set(scopes(features))
    always = {"app_mentions:read", "chat:write", "commands", "im:history"}
    reading, knowing = {"channels:history", "groups:history"}, {"channels:read", "groups:read"}
    assert always <= found
    assert ("assistant:write" in found) == features.agent
    needs_reading = features.listening or features.digest
    assert found & reading == (reading if needs_reading else set())
    assert found & knowing == (knowing if features.listening else set())
    needs_people = features.digest or (features.listening and not features.curators)
    assert ("users:read" in found) == needs_people
    assert found <= always | reading | knowing | {"assistant:write", "users:read"}


@pytest.mark.parametrize("features", EVERY)
def test_channels_are_heard_exactly_when_listening_is_on(features: Features) -> None:
    """Each event that is subscribed to has its scope; those of channels come with listening."""
    heard = events(features)
    assert {"app_home_opened", "app_mention", "message.im"} <= set(heard)
    assert {"message.channels", "message.groups"} <= set(heard) or not features.listening
    assert not {"message.channels", "message.groups"} & set(heard) or features.listening
    assert all(NEEDED_BY[event] <= set(scopes(features)) for event in heard)


@pytest.mark.parametrize("features", EVERY)
def test_the_agent_is_declared_exactly_when_it_is_on(features: Features) -> None:
    """The pane is part of the manifest only with its feature."""
    assert ("agent_view" in made(features)["features"]) == features.agent


def test_every_scope_has_its_reason() -> None:
    """For each scope that is ever asked for, and no other, there is one sentence."""
    assert set(REASONS) == {scope for features in EVERY for scope in scopes(features)}
    assert all(reason.startswith("To ") and reason.endswith(".") for reason in REASONS.values())


@pytest.mark.parametrize("url", [None, URL])
def test_yaml_reads_in_the_order_of_the_manifest(url: str | None) -> None:
    """The YAML says the same as the manifest, in the same order, without anchors or escapes."""
    given = manifest(Features(listening=True), url=url)
    text = to_yaml(given)
    assert json.dumps(yaml.safe_load(text)) == json.dumps(given)
    assert not set("&*\\") & set(text)
    assert "“where do I learn X?”" in text
