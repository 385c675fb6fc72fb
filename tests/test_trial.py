"""The workspace of `onboard try`, before anybody has opened it."""

from pathlib import Path
from zoneinfo import available_timezones

import pytest

from bot.catalogue import load
from bot.trial import own_zone, seed

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    ("named", "linked", "zone"),
    [
        ("Asia/Seoul", "usr/share/zoneinfo/Europe/Berlin", "Asia/Seoul"),
        (":/usr/share/zoneinfo/Asia/Seoul", "usr/share/zoneinfo/Europe/Berlin", "Asia/Seoul"),
        ("", "usr/share/zoneinfo/Europe/Berlin", "Europe/Berlin"),
        ("", "var/db/timezone/zoneinfo/America/Argentina/Salta", "America/Argentina/Salta"),
        ("CET-1CEST", "etc/localtime", "UTC"),
        ("Middle/Earth", "usr/share/zoneinfo/Nowhere", "UTC"),
    ],
)
def test_people_live_where_the_machine_is(
    named: str, linked: str, zone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment names the zone, or a link leads to it; what is none of either is UTC."""
    monkeypatch.setenv("TZ", named)
    link = tmp_path / "localtime"
    link.symlink_to(tmp_path / linked)
    assert own_zone(link) == zone


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_somebody_lives_elsewhere(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the people in the workspace one has another time of day than the machine."""
    monkeypatch.setenv("TZ", zone)
    first, second, curator = seed(load(ROOT / "resources.yaml")).users
    assert (first.timezone, curator.timezone) == (zone, zone)
    assert second.timezone in available_timezones() - {zone}
