"""What a weekly digest of the catalogue tells, chosen from all that happened in its time.

- **New** is what was first seen since the last digest. What was there before anybody looked is new
  by its day `added`, and only to a channel that has its first digest.
- **Gone** is what was marked as gone since then: its entry was changed, and `bot.news` leaves that
  moment alone while a resource stays gone. What was gone when it was first seen is told by its day
  `gone`, in a first digest. What is gone is neither new nor changed, and nobody is led to it.
- **Nothing is told twice or lost**: a digest remembers the last change of the catalogue that it
  could know of, and the next one begins there; of what people do, it tells up to when it was due.
- Gaps have no topic, so they are told whatever the topics of a channel.
- **Nobody is told of alone**: what people asked, found helpful or looked for in vain counts from
  `people` different persons on, and their words are never told, but for the name of a gap.
"""

import datetime as dt
import zlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest

from bot.gaps import Gap
from bot.model import Catalogue, Resource, Topic
from bot.records import Asked, Entry, Thumbs
from bot.search.prior import least

MOST_NEW = 5
MOST_CHANGED = 3
MOST_ASKED = 3
MOST_GONE = 5

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Everything that happened in the time a digest tells of."""

    since: dt.datetime
    """What people did up to here was told before."""
    until: dt.datetime
    told: dt.datetime | None
    """Up to here it was told what changed in the catalogue; None if nothing was told before."""
    entries: Mapping[str, Entry]
    """By resource; best with what `news.noted` found just now, so that none is missing."""
    asked: Sequence[Asked]
    """What was asked in this time."""
    thumbs: Mapping[str, Thumbs]
    """By resource, those given in this time."""
    gaps: Sequence[Gap]
    """Most wanted first."""
    looks: Sequence[str]
    """Ids of the resources shown in this channel for a second look, the last one first."""


@dataclass(frozen=True, slots=True)
class AskedTopic:
    """A topic that several people asked about."""

    topic: Topic
    people: int
    times: int
    resource: Resource | None
    """What most of them were led to; None if only one of them was, or it is not there any more."""


@dataclass(frozen=True, slots=True)
class Best:
    """What helped most, and what thumbs say of it."""

    resource: Resource
    thumbs: Thumbs


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What one digest of one channel tells: the few that are shown, and how many there are."""

    since: dt.datetime
    until: dt.datetime
    is_first: bool
    """Whether the channel has had none before."""
    told: dt.datetime
    """Up to here it tells what changed in the catalogue; the next one begins there."""
    topics: tuple[Topic, ...] = ()
    """What it is about, in the order of the catalogue; empty if it is about all, or about nothing
    since all its topics are lost.
    """
    lost_topics: tuple[str, ...] = ()
    """Ids of topics that were chosen, and that the catalogue no longer has."""
    size: int = 0
    """How many resources there are on its topics."""
    new: tuple[Resource, ...] = ()
    """Of every topic in turn, the one with most new ones first."""
    new_count: int = 0
    more: tuple[tuple[Topic, int], ...] = ()
    """How many new ones are not shown, by topic, most first."""
    changed: tuple[Resource, ...] = ()
    """The last one first, as in all that follow."""
    changed_count: int = 0
    asked: tuple[AskedTopic, ...] = ()
    """What most people asked about first."""
    best: Best | None = None
    gap: Gap | None = None
    look: Resource | None = None
    """Something to look at again."""
    gone: tuple[Resource, ...] = ()
    gone_count: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell; a second look alone is no reason to post.

        The first one of a channel tells what there is.
        """
        if self.is_first and self.size:
            return False
        happened = (self.new, self.changed, self.asked, self.gone)
        return not any(happened) and self.best is None and self.gap is None


def digest(
    catalogue: Catalogue,
    week: Week,
    *,
    channel: str,
    topics: Collection[str] = (),
    people: int = 2,
) -> Digest:
    """Choose what to tell a channel of a week: the same whenever it is asked the same.

    `topics` are the ids of those it is about; none means all. A topic that the catalogue no longer
    has is left out, and if that is all of them, there is nothing to tell. `people` is how many
    have to say the same for it to be told.
    """
    chosen = tuple(topic for topic in catalogue.topics if topic.id in topics)
    lost = tuple(sorted(set(topics).difference(topic.id for topic in chosen)))
    is_first, told = week.told is None, _told(catalogue, week)
    if lost and not chosen:
        return Digest(
            since=week.since, until=week.until, is_first=is_first, told=told, lost_topics=lost
        )
    scope = _Scope(catalogue, chosen or catalogue.topics)
    happened = _happened(scope, week)
    new = happened.new
    if is_first and 2 * len(new) > len(scope.homes):
        # All of it is new to them, so that nothing is worth being named.
        new = {}
    shown = _in_turn(new, scope)
    changed = _last(happened.changed, MOST_CHANGED)
    gone = _last(happened.gone, MOST_GONE)
    asked = _asked(week.asked, scope, people)
    best = _best(week.thumbs, scope, people)
    elsewhere = {one.id for one in (*shown, *changed, *gone)}
    elsewhere |= {about.resource.id for about in asked if about.resource}
    if best:
        elsewhere.add(best.resource.id)
    return Digest(
        since=week.since,
        until=week.until,
        is_first=is_first,
        told=told,
        topics=chosen,
        lost_topics=lost,
        size=len(scope.homes),
        new=shown,
        new_count=len(new),
        more=_more(new, shown, scope),
        changed=changed,
        changed_count=len(happened.changed),
        asked=asked,
        best=best,
        gap=_gap(week, people),
        look=_look(scope, week.looks, elsewhere, channel),
        gone=gone,
        gone_count=len(happened.gone),
    )


class _Scope:
    """The resources on some topics, each at home in the first of its topics that is one of them."""

    def __init__(self, catalogue: Catalogue, topics: Sequence[Topic]) -> None:
        self.places = {topic.id: place for place, topic in enumerate(topics)}
        self.topics = topics
        self.resources: dict[str, Resource] = {}
        self.homes: dict[str, str] = {}
        for resource in catalogue.resources:
            for name in resource.topics:
                if name in self.places:
                    self.resources[resource.id] = resource
                    self.homes[resource.id] = name
                    break

    def alive(self, name: str) -> Resource | None:
        """The resource of that id, if there is one here and it is not gone."""
        resource = self.resources.get(name)
        return resource if resource and not resource.gone else None


# --- New, changed, gone


_Moments = dict[str, tuple[dt.datetime, Resource]]
"""Resources with the moment at which it happened, in the order of the catalogue."""


@dataclass(frozen=True, slots=True)
class _Happened:
    new: _Moments
    changed: _Moments
    gone: _Moments


def _happened(scope: _Scope, week: Week) -> _Happened:
    made = _Happened({}, {}, {})
    for name, resource in scope.resources.items():
        entry = week.entries.get(name)
        first, changed = (entry.first, entry.changed) if entry else (None, None)
        if resource.gone:
            if at := _news(changed, resource.gone, week):
                made.gone[name] = at, resource
        elif at := _news(first, resource.added, week):
            made.new[name] = at, resource
        elif at := _news(changed, None, week):
            made.changed[name] = at, resource
    return made


def _news(at: dt.datetime | None, day: dt.date | None, week: Week) -> dt.datetime | None:
    """When something happened, by the moment at which it was seen or else by its day; None if it
    is no news.
    """
    if week.told is not None:
        return at if at and at > week.told else None
    at = at or (_end(day) if day else None)
    return at if at and at > week.since else None


def _told(catalogue: Catalogue, week: Week) -> dt.datetime:
    """The last moment at which anything of this catalogue was new or changed.

    Not the moment of the digest: another process may have seen a newer catalogue before that, and
    what is new in it is still to be told.
    """
    found = (week.entries.get(resource.id) for resource in catalogue.resources)
    moments = [at for entry in found if entry for at in (entry.first, entry.changed) if at]
    return max([*moments, week.told or week.until])


def _end(day: dt.date) -> dt.datetime:
    """When a day is over."""
    if day == dt.date.max:
        return dt.datetime.max.replace(tzinfo=dt.UTC)
    return dt.datetime.combine(day + _DAY, dt.time(), dt.UTC)


def _last(some: _Moments, most: int) -> tuple[Resource, ...]:
    """The last few, the last one first; of the same moment, as in the catalogue."""
    return tuple(resource for _, resource in nlargest(most, some.values(), key=_moment))


def _moment(one: tuple[dt.datetime, Resource]) -> dt.datetime:
    return one[0]


def _in_turn(new: _Moments, scope: _Scope) -> tuple[Resource, ...]:
    """A few of them, of every topic in turn, so that none crowds out the others."""
    by_topic: dict[str, _Moments] = defaultdict(dict)
    for name, one in new.items():
        by_topic[scope.homes[name]][name] = one
    most_first = sorted(by_topic, key=lambda name: (-len(by_topic[name]), scope.places[name]))
    queues = [_last(by_topic[name], MOST_NEW) for name in most_first[:MOST_NEW]]
    rounds = [queue[turn] for turn in range(MOST_NEW) for queue in queues if turn < len(queue)]
    return tuple(rounds[:MOST_NEW])


def _more(
    new: Iterable[str], shown: Iterable[Resource], scope: _Scope
) -> tuple[tuple[Topic, int], ...]:
    left = Counter(scope.homes[name] for name in new)
    left.subtract(scope.homes[resource.id] for resource in shown)
    order = sorted((-count, scope.places[name]) for name, count in left.items() if count)
    return tuple((scope.topics[place], -count) for count, place in order)


# --- What people asked, and what helped them


@dataclass(frozen=True, slots=True)
class _Askers:
    """Who asked, and how often."""

    people: int
    times: int

    @classmethod
    def of(cls, asked: Sequence[Asked]) -> "_Askers":
        return cls(len({one.person for one in asked}), sum([one.times for one in asked]))


def _asked(asked: Iterable[Asked], scope: _Scope, people: int) -> tuple[AskedTopic, ...]:
    by_topic: dict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        if home := scope.homes.get(one.resource):
            by_topic[home].append(one)
    return tuple(
        AskedTopic(
            topic=scope.topics[scope.places[name]],
            people=askers.people,
            times=askers.times,
            resource=_most_led_to(by_topic[name], scope, people),
        )
        for name, askers in _most_asked(by_topic, people)[:MOST_ASKED]
    )


def _most_led_to(asked: Iterable[Asked], scope: _Scope, people: int) -> Resource | None:
    by_resource: dict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        if scope.alive(one.resource):
            by_resource[one.resource].append(one)
    most = _most_asked(by_resource, people)
    return scope.resources[most[0][0]] if most else None


def _most_asked(asked: Mapping[str, Sequence[Asked]], people: int) -> list[tuple[str, _Askers]]:
    """What enough people asked for: by how many, then by how often, then by id."""
    found = [(name, _Askers.of(some)) for name, some in asked.items()]
    enough = [one for one in found if one[1].people >= people]
    return sorted(enough, key=lambda one: (-one[1].people, -one[1].times, one[0]))


def _best(thumbs: Mapping[str, Thumbs], scope: _Scope, people: int) -> Best | None:
    best = min(
        (
            (-least(given.up, given.down), -given.up, name)
            for name, given in thumbs.items()
            if given.up >= people and given.up > given.down and scope.alive(name)
        ),
        default=None,
    )
    return Best(scope.resources[best[2]], thumbs[best[2]]) if best else None


def _gap(week: Week, people: int) -> Gap | None:
    """What most people looked for in vain, if somebody did so in this time."""
    return next(
        (gap for gap in week.gaps if gap.people >= people and week.since < gap.last <= week.until),
        None,
    )


# --- A second look


def _look(
    scope: _Scope, looks: Sequence[str], elsewhere: Collection[str], channel: str
) -> Resource | None:
    """What this channel has not looked at for the longest time.

    All resources stand in a circle, in an order of the channel's own; of those that were never
    shown it is the next one after the last. So everything has its turn even if no more than the
    last one is remembered, and a resource that comes or goes moves no other.
    """
    # Each as it was shown last.
    ago = {name: weeks for weeks, name in reversed(list(enumerate(looks)))}
    own = zlib.crc32(channel.encode())
    last = zlib.crc32(looks[0].encode(), own) if looks else own
    never = len(looks)
    name = min(
        (
            (-ago.get(name, never), (zlib.crc32(name.encode(), own) - last) % 2**32, name)
            for name, resource in scope.resources.items()
            if not resource.gone and name not in elsewhere
        ),
        default=None,
    )
    return scope.resources[name[2]] if name else None
