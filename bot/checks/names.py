"""How things are called: tags that drift apart, names that any question may hold."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from rapidfuzz.distance import OSA

from bot.catalogue.document import Path
from bot.catalogue.wording import quoted
from bot.checks.finding import Found, Seen
from bot.search import english, text
from bot.search.kinds import KIND_STEMS

# A shorter word is too near to too many others.
_SHORTEST = 5
# Among so many words of English nearly every question holds some. A resource is found by its other
# names before anything else, so for these more words are too common.
_COMMON = {"topics": 500, "glossary": 500, "resources": 5_000}
# Common only since every web page has them, or a shop: as a topic they are subjects like others.
_SUBJECTS = frozenset(
    """
    art copyright design education financial food games government health history insurance
    law library market media medical music network photo photos privacy science security
    shipping software sports technology training travel
    """.split()
)
_MOST_NAMED = 3
_EVERYDAY = 2_000


def tags_spelt_apart(seen: Seen) -> Iterator[Found]:
    """Tags that are spelt nearly like another one, which more resources have."""
    used = _used(seen)
    order = {tag: at for at, tag in enumerate(used)}
    for pair in sorted(_alike(list(used)), key=lambda pair: order[pair[0]]):
        tag, other = sorted(pair, key=lambda one: (len(used[one]), -order[one]))
        path = used[tag][0]
        line = seen.line(used[other][0])
        yield Found(
            path,
            f"{seen.where(path)}, {quoted(tag)}, is spelt nearly as {quoted(other)} (line {line}).",
            f"Write {quoted(other)} in both, unless they are two things.",
        )


def tags_left_out(seen: Seen) -> Iterator[Found]:
    """Tags of one resource that another has in its title, and not among its tags."""
    titles: dict[str, set[int]] = defaultdict(set)
    for at, resource in enumerate(seen.catalogue.resources):
        for word in text.words(resource.title):
            titles[word].add(at)
    for tag, paths in _used(seen).items():
        words = text.words(tag)
        telling = [word for word in words if not _is_common(word, _EVERYDAY)]
        if len(paths) > 1 or not telling or text.stem(words[0]) in KIND_STEMS:
            continue
        others = set.intersection(*(titles[word] for word in words)) - {paths[0][1]}
        named = [seen.catalogue.resources[at].id for at in sorted(map(int, others))]
        if named:
            shown = ", ".join(map(quoted, named[:_MOST_NAMED]))
            more = f" and {len(named) - _MOST_NAMED} more" if len(named) > _MOST_NAMED else ""
            yield Found(
                paths[0],
                f"{seen.where(paths[0])}, {quoted(tag)}, is used once, and stands in the title of "
                f"{shown}{more}.",
                "Tag that one, too, or delete the tag here.",
            )


def common_names(seen: Seen) -> Iterator[Found]:
    """Other names that are words of everyday English."""
    for path, name in seen.names():
        words = text.words(name)
        if "aliases" not in path or not words:
            continue
        if all(word in english.STOP_WORDS for word in words):
            yield Found(
                path,
                f"{seen.where(path)} is {quoted(name)}, which no search looks for.",
                "Delete it, or add a word to it.",
            )
        elif len(words) == 1 and name.islower() and _is_noise(words[0], str(path[0])):
            yield Found(
                path,
                f"{seen.where(path)} is {quoted(name)}, a word of everyday English: questions on "
                "anything else hold it, too.",
                "Add the word that sets it apart, or delete it.",
            )


def _is_noise(word: str, part: str) -> bool:
    is_subject = word in _SUBJECTS and part != "resources"
    return not is_subject and _is_common(word, _COMMON[part])


def _is_common(word: str, most: int) -> bool:
    place = english.rank(word)
    return word in english.FRAME_WORDS or (place is not None and place < most)


def _used(seen: Seen) -> dict[str, list[Path]]:
    used: dict[str, list[Path]] = defaultdict(list)
    for at, resource in enumerate(seen.catalogue.resources):
        for number, tag in enumerate(resource.tags):
            used[tag].append(("resources", at, "tags", number))
    return used


def _alike(tags: Sequence[str]) -> set[tuple[str, str]]:
    """Pairs of tags that differ in number, in capitals, in how they are joined, or by a slip."""
    found: set[tuple[str, str]] = set()
    joined: dict[str, list[str]] = defaultdict(list)
    near: dict[str, list[str]] = defaultdict(list)
    for tag in tags:
        joined["".join(map(_singular, text.words(tag))) or tag].append(tag)
        if len(tag) >= _SHORTEST:
            for form in {tag, *(tag[:at] + tag[at + 1 :] for at in range(len(tag)))}:
                near[form].append(tag)
    for group in joined.values():
        found |= {(group[0], other) for other in group[1:]}
    for group in near.values():
        found |= {
            (one, other)
            for at, one in enumerate(group)
            for other in group[at + 1 :]
            if OSA.distance(one, other) == 1 and _is_slip(one, other)
        }
    return {pair for pair in found if pair[::-1] not in found or pair[0] < pair[1]}


def _is_slip(one: str, other: str) -> bool:
    """Whether two tags with a letter between them are likely one: not "usb2" and "usb3", nor two
    words of English.
    """
    if Counter(filter(str.isdecimal, one)) != Counter(filter(str.isdecimal, other)):
        return False
    ours, theirs = text.words(one), text.words(other)
    if len(ours) != len(theirs):
        return True
    apart = [pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]]
    return not all(
        min(map(len, pair)) < _SHORTEST or all(map(english.is_good_english, pair)) for pair in apart
    )


def _singular(word: str) -> str:
    return word.removesuffix("s") if len(word) >= _SHORTEST and not word.endswith("ss") else word
