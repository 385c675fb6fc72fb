"""What people call kinds and levels of resources when they ask for one."""

from itertools import chain

from bot.model import Kind, Level
from bot.search import text

KIND_WORDS: dict[Kind, str] = {
    "talk": "talk video recording watch presentation youtube",
    "tutorial": "tutorial walkthrough guide howto",
    "article": "article blog post writeup essay",
    "docs": "docs doc documentation manual reference",
    "spec": "spec specs specification standard",
    "book": "book chapter textbook",
    "slides": "slides slide deck lecture presentation",
    "notes": "notes lecture course",
    "cheat sheet": "cheat sheet cheatsheet",
    "sample code": "sample example demo repo repository",
    "list": "list collection awesome curated",
    "wiki": "wiki",
    "course": "course lectures mooc",
}
LEVEL_WORDS: dict[Level, str] = {
    "intro": "intro introduction introductory beginner beginners basics basic overview primer",
    "intermediate": "advanced intermediate",
    "reference": "reference lookup",
}
KIND_STEMS = frozenset(
    text.stem(word)
    for names in chain(KIND_WORDS.values(), LEVEL_WORDS.values())
    for word in text.words(names)
)


def is_called(kind: Kind, word: str) -> bool:
    """Whether people call a kind of resource so: a talk is called a video."""
    stem = text.stem(word)
    return any(text.stem(name) == stem for name in text.words(KIND_WORDS[kind]))
