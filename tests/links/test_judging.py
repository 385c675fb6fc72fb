"""Verdicts on links, strikes, and which links are due."""

import datetime as dt
from collections import Counter
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.links.judging import (
    NIGHT,
    STRIKES,
    Hop,
    Judged,
    Seen,
    Trouble,
    addresses,
    after,
    all_judged,
    is_cut_off,
    is_due,
    judged,
    marked,
    moment,
    moved_url,
    page_of,
    tempered,
)
from bot.model import Catalogue, Link, Resource
from bot.records import LINK_VERDICTS, LinkHealth, LinkVerdict

A, B, C = (f"https://{name}.example/page" for name in "abc")
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
TROUBLES: tuple[Trouble, ...] = get_args(Trouble)

verdicts = st.sampled_from(LINK_VERDICTS)
moments = st.integers(0, 10**9).map(lambda seconds: NOON + dt.timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        *((status, "ok") for status in (200, 201, 203, 204, 206, 226)),
        *((status, "gone") for status in (404, 410)),
        *(
            (status, "blocked")
            for status in (400, 401, 402, 403, 405, 406, 418, 429, 451, 503, 999)
        ),
        *((status, "unreachable") for status in (408, 500, 502, 504, 520, 530)),
        *((status, "blocked") for status in (300, 304)),
    ],
)
def test_what_a_status_means(status: int, verdict: LinkVerdict) -> None:
    """Only 404 and 410 say that a page is gone; a refusal says nothing of the page."""
    found = judged(Seen(address=A, status=status))
    assert found.verdict == verdict
    assert (str(status) in found.why) == (verdict != "ok")


def test_what_trouble_means() -> None:
    """Each kind has its words; none proves that a page is gone, nor that it is there."""
    found = [judged(Seen(address=A, trouble=trouble)) for trouble in TROUBLES]
    assert {one.verdict for one in found} == {"unreachable", "blocked"}
    assert len({one.why for one in found}) == len(TROUBLES)
    assert all(one.why for one in found)


@pytest.mark.parametrize(
    ("statuses", "verdict"),
    [
        ((301,), "moved"),
        ((308,), "moved"),
        ((301, 308, 301), "moved"),
        ((302,), "ok"),
        ((303,), "ok"),
        ((307,), "ok"),
        ((301, 302), "ok"),
        ((302, 301), "ok"),
    ],
)
def test_only_what_is_permanent_all_along_moves_a_link(
    statuses: tuple[int, ...], verdict: LinkVerdict
) -> None:
    """A temporary redirect anywhere in the chain leaves the address as it is, and is told."""
    hops = tuple(Hop(status, f"{B}{n}") for n, status in enumerate(statuses))
    found = judged(Seen(address=A, hops=hops, status=200))
    assert (found.verdict, found.to, found.is_sure) == (verdict, hops[-1].to, True)


@pytest.mark.parametrize(
    ("address", "to", "sure"),
    [
        ("https://a.example/a", "https://a.example/", False),
        ("https://a.example/a", "https://b.example", False),
        ("https://a.example/?page=1", "https://a.example/", False),
        ("https://a.example/a", "https://a.example/?page=1", True),
        ("http://a.example/", "https://a.example/", True),
        ("https://a.example/a", "https://a.example/login?next=/a", False),
        ("https://a.example/a", "https://sso.a.example/a", False),
        ("https://a.example/a", "https://a.example/sign-in", False),
        ("https://a.example/login", "https://a.example/en/login", True),
        ("https://a.example/a", "https://a.example/blogging", True),
        ("http://a.example", "https://www.a.example/", True),
        ("https://a.example/a", "https://a.example/en/", False),
        ("https://a.example/a", "https://a.example/index.html", False),
        ("https://a.example/en", "https://a.example/", True),
        ("https://a.example/a", "https://a.example/404.html", False),
        ("https://a.example/a", "https://a.example/page-not-found?from=/a", False),
        ("https://a.example/a", "https://a.example/terrors", True),
        ("https://a.example/a", "https://b.example/ServiceLogin?to=a", False),
        ("https://a.example/a", "https://b.example/oauth2/authorize?x=1", False),
        ("https://a.example/a", "http://a.example/b", False),
        ("http://a.example/a", "http://a.example/b", True),
    ],
)
def test_where_a_redirect_may_not_lead_to_the_same_page_it_is_not_sure(
    address: str, to: str, *, sure: bool
) -> None:
    """To a front page, one to sign in, one that says there is none, or one without https: that is
    told, and not to be written down by itself.
    """
    found = judged(Seen(address=address, hops=(Hop(301, to),), status=200))
    assert (found.verdict, found.to, found.is_sure) == ("moved", to, sure)
    for_now = judged(Seen(address=address, hops=(Hop(302, to),), status=200))
    assert for_now.verdict == "ok"
    assert for_now.why == ("redirects for now" if sure else found.why)


def test_a_crowd_that_moved_to_one_page_is_not_sure_of_it() -> None:
    """Two may be one page by two names; three are sent to where pages are sent that are gone."""
    seen = [
        Seen(address=f"https://{name}.example/a", hops=(Hop(301, f"{A}#{name}"),), status=200)
        for name in "bcd"
    ]
    assert [one.is_sure for one in all_judged(seen[:2]).values()] == [True] * 2
    assert [one.is_sure for one in all_judged(seen).values()] == [False] * 3
    assert list(all_judged(seen)) == [one.address for one in seen]


def test_a_redirect_to_what_fails_is_what_fails() -> None:
    """Where it leads counts: what has moved to a page that is gone is gone."""
    hops = (Hop(301, B),)
    assert judged(Seen(address=A, hops=hops, status=404)).verdict == "gone"
    assert judged(Seen(address=A, hops=hops, status=403)).verdict == "blocked"
    assert judged(Seen(address=A, hops=hops, trouble="timeout")).verdict == "unreachable"


@pytest.mark.parametrize(
    ("url", "to", "expected"),
    [
        (A, B, B),
        (f"{A}#part", B, f"{B}#part"),
        (f"{A}#part", f"{B}#other", f"{B}#other"),
        (A, f"{B}#other", f"{B}#other"),
    ],
)
def test_the_part_of_a_page_stays_when_it_moves(url: str, to: str, expected: str) -> None:
    """What follows the # is for the browser; a redirect keeps it unless it names another."""
    assert moved_url(url, to) == expected
    assert page_of(url) == A


# Strikes


def health(verdict: LinkVerdict = "gone", at: dt.datetime = NOON) -> LinkHealth:
    """Return what is known after one look."""
    return after(None, Judged(address=A, verdict=verdict), at)


def course(*days: tuple[int, LinkVerdict]) -> LinkHealth:
    """Return what is known after looks on some days."""
    known = None
    for day, verdict in days:
        known = after(known, Judged(address=A, verdict=verdict), NOON + day * DAY)
    assert known
    return known


COURSES: list[tuple[str, tuple[tuple[int, LinkVerdict], ...], int, int | None]] = [
    # What happened on which day -> strikes, and the day since when it counts as dead.
    ("one", ((0, "gone"),), 1, None),
    ("two", ((0, "gone"), (1, "gone")), 2, None),
    ("three", ((0, "gone"), (1, "gone"), (2, "gone")), 3, 2),
    ("three in one day", ((0, "gone"),) * 3, 1, None),
    ("of both kinds", ((0, "gone"), (1, "unreachable"), (3, "gone")), 3, 3),
    ("fine between", ((0, "gone"), (1, "gone"), (2, "ok"), (3, "gone")), 1, None),
    ("moved between", ((0, "gone"), (1, "gone"), (2, "moved"), (3, "gone")), 1, None),
    ("blocked between", ((0, "gone"), (1, "blocked"), (2, "gone"), (3, "gone")), 3, 3),
    ("blocked always", ((0, "blocked"), (1, "blocked"), (2, "blocked")), 0, None),
    ("four", ((0, "gone"), (1, "gone"), (2, "gone"), (9, "unreachable")), 4, 2),
    ("back", ((0, "gone"), (1, "gone"), (2, "gone"), (9, "ok")), 0, None),
    ("dead and blocked", ((0, "gone"), (1, "gone"), (2, "gone"), (9, "blocked")), 3, 2),
    ("a clock set back", ((5, "gone"), (4, "gone"), (3, "gone")), 1, None),
]


@pytest.mark.parametrize("case", COURSES, ids=[name for name, *_ in COURSES])
def test_three_days_of_failure_make_a_dead_link(
    case: tuple[str, tuple[tuple[int, LinkVerdict], ...], int, int | None],
) -> None:
    """Three different days in UTC without an answer between them; one answer brings it back."""
    _, days, strikes, dead = case
    known = course(*days)
    assert known.strikes == strikes
    assert known.dead == (None if dead is None else (NOON + dead * DAY).date())


@given(st.lists(st.tuples(verdicts, moments), min_size=1))
def test_strikes_never_lie(looks: list[tuple[LinkVerdict, dt.datetime]]) -> None:
    """Strikes are no more than the days on which it failed since the last answer."""
    known, days = None, set[dt.date]()
    for verdict, at in looks:
        before, known = known, after(known, Judged(address=A, verdict=verdict), at)
        if verdict in ("ok", "moved"):
            days.clear()
        elif verdict != "blocked":
            days.add(at.date())
        assert known.strikes <= len(days)
        assert (known.strikes == 0) == (not days)
        assert (known.dead is not None) == (known.strikes >= STRIKES)
        assert (known.struck is None) == (known.strikes == 0)
        assert known.checked == at
        if before and before.verdict == verdict:
            assert known.since == before.since
        else:
            assert known.since == at


# Nights


@given(st.text(), moments)
def test_every_address_has_its_moment_in_the_night(address: str, at: dt.datetime) -> None:
    """The same for every process and in every night."""
    start = dt.datetime.combine(at.date(), dt.time(), dt.UTC)
    found = moment(address, at.date())
    assert start <= found < start + NIGHT
    assert found - start == moment(address, at.date() + DAY) - start - DAY


def test_moments_are_spread_evenly() -> None:
    """A thousand links of one host come at no time in a crowd."""
    day = NOON.date()
    start = dt.datetime.combine(day, dt.time(), dt.UTC)
    parts = Counter(
        (moment(f"https://a.example/{n}", day) - start) // (NIGHT / 20) for n in range(1000)
    )
    assert set(parts) == set(range(20))
    assert max(parts.values()) < 100


@given(st.text(), moments, verdicts)
def test_nothing_is_due_twice_in_a_night(
    address: str, at: dt.datetime, verdict: LinkVerdict
) -> None:
    """What was looked at on this day of UTC waits for the next, whenever that was."""
    known = replace(health(verdict), address=address, checked=at)
    evening = dt.datetime.combine(at.date(), dt.time(23, 59, 59), dt.UTC)
    assert not is_due(address, known, evening)
    assert is_due(address, known, evening + DAY)
    # What a clock said that was ahead does not hold for ever.
    assert is_due(address, known, evening - 400 * DAY)
    assert not is_due(address, None, moment(address, at.date()) - dt.timedelta(microseconds=1))
    assert is_due(address, None, moment(address, at.date()))


@given(st.text(), st.dates())
def test_what_is_new_waits_for_the_night(address: str, day: dt.date) -> None:
    """Whoever starts a bot by day does not see it ask for all links; what was missed is made up."""
    midnight = dt.datetime.combine(day, dt.time(), dt.UTC)
    for hour in (6, 7, 8, 12, 23):
        assert is_due(address, None, midnight + hour * HOUR) == (hour < 7)
    known = replace(health("ok"), address=address, checked=midnight - 2 * DAY)
    assert is_due(address, known, midnight + 12 * HOUR)


def found(verdict: LinkVerdict, *hosts: int) -> list[Judged]:
    """Return such a finding on each of these hosts."""
    return [Judged(address=f"https://{n}.example/", verdict=verdict, why="fell") for n in hosts]


@pytest.mark.parametrize(
    ("answering", "silent", "counts"),
    [
        (0, 1, True),
        (0, 2, False),
        # So few may well have died.
        (1, 3, True),
        (0, 4, False),
        (3, 4, False),
        (4, 4, True),
        (100, 40, True),
        (40, 100, False),
    ],
)
def test_where_most_are_silent_silence_does_not_count(
    answering: int, silent: int, *, counts: bool
) -> None:
    """A network that lets out to some sites only makes no other look dead, on whatever night."""
    fine, lost = range(answering), range(1000, 1000 + silent)
    # Whether the others were looked at now or before.
    known = [replace(health("ok"), address=one.address) for one in found("ok", *fine)]
    for others, before in ((found("ok", *fine), []), ([], known)):
        judged = tempered([*found("unreachable", *lost), *others], before)
        assert [one.address for one in judged[:silent]] == [
            one.address for one in found("unreachable", *lost)
        ]
        for one in judged[:silent]:
            assert (after(None, one, NOON).strikes == 1) == counts
            assert ("does not count" in one.why) != counts
        assert judged[silent:] == others
    # What is blocked tells nothing: it may never have been asked.
    walled = [
        replace(health("blocked"), address=one.address) for one in found("ok", *range(2000, 2200))
    ]
    assert tempered(found("unreachable", *lost), [*known, *walled]) == tempered(
        found("unreachable", *lost), known
    )
    # What is gone has said so.
    (gone, *_) = tempered([*found("gone", 5), *found("unreachable", *lost)], known)
    assert after(None, gone, NOON).strikes == 1


@pytest.mark.parametrize(
    ("buried", "waited", "due"),
    [
        (None, 1, True),
        (0, 1, True),
        (29, 1, True),
        (31, 1, False),
        (31, 6, False),
        (37, 7, True),
        (400, 7, False),
        (400, 29, False),
        (400, 30, True),
    ],
)
def test_the_dead_are_disturbed_ever_more_seldom(
    buried: int | None, waited: int, *, due: bool
) -> None:
    """Every night for a month, then every week, after a year every month; never given up."""
    known = replace(
        health(),
        dead=None if buried is None else NOON.date() - buried * DAY,
        checked=NOON - waited * DAY,
    )
    assert is_due(A, known, NOON) == due


# A machine without a way out


@pytest.mark.parametrize(
    ("seen", "cut_off"),
    [
        ([], False),
        ([Seen(address=A, trouble="timeout")], False),
        ([Seen(address=A, trouble="timeout"), Seen(address=f"{A}/2", trouble="timeout")], False),
        ([Seen(address=A, trouble="timeout"), Seen(address=B, trouble="lookup")], True),
        ([Seen(address=A, trouble="certificate"), Seen(address=B, trouble="certificate")], True),
        ([Seen(address=A, trouble="timeout"), Seen(address=B, status=500)], False),
        ([Seen(address=A, trouble="name"), Seen(address=B, trouble="answer")], False),
        ([Seen(address=A, trouble="private"), Seen(address=B, trouble="private")], False),
        (
            [
                Seen(address=A, trouble="refused"),
                Seen(address=B, trouble="refused"),
                Seen(address=C, trouble="private"),
            ],
            True,
        ),
        (
            [
                Seen(address=A, trouble="refused"),
                Seen(address=B, hops=(Hop(301, C),), trouble="timeout"),
            ],
            False,
        ),
    ],
)
def test_a_machine_without_a_way_out_learns_nothing(seen: list[Seen], *, cut_off: bool) -> None:
    """Where several hosts are silent and none answers, it is more likely us than them."""
    assert is_cut_off(seen) == cut_off


# The catalogue


def resource(name: str, url: str, *also: str, gone: dt.date | None = None) -> Resource:
    """Return a resource."""
    return Resource(
        id=name,
        title=name,
        url=url,
        summary=name,
        topics=("t",),
        also=tuple(Link(title=one, url=one) for one in also),
        gone=gone,
    )


def test_every_page_of_a_catalogue_is_looked_at_once() -> None:
    """Other addresses too; two parts of one page are one."""
    catalogue = Catalogue(
        version=1,
        resources=(resource("a", f"{A}#1", B), resource("b", f"{A}#2"), resource("c", C, A)),
    )
    assert addresses(catalogue) == [A, B, C]


def test_what_is_dead_is_marked() -> None:
    """What the file says itself holds; of other addresses the dead ones come last, and what is gone
    has none of them: they are no help.
    """
    long_ago = dt.date(2020, 1, 1)
    catalogue = Catalogue(
        version=1,
        resources=(
            resource("a", f"{A}#1", B, C),
            resource("b", B),
            resource("c", C, A, gone=long_ago),
        ),
    )
    today = NOON.date()
    assert marked(catalogue, {}) is catalogue
    assert marked(catalogue, {"https://other.example/": today}) == catalogue
    assert marked(catalogue, {A: today, C: today}).resources == (
        resource("a", f"{A}#1", B, gone=today),
        resource("b", B),
        resource("c", C, gone=long_ago),
    )
    assert marked(catalogue, {B: today}).resources == (
        resource("a", f"{A}#1", C, B),
        resource("b", B, gone=today),
        resource("c", C, A, gone=long_ago),
    )
