"""A searchable catalogue: built at once from a `Catalogue`, and never changed."""

from collections.abc import Mapping
from copy import copy
from typing import Self

import numpy as np
import numpy.typing as npt

from bot import question
from bot.model import SURFACES, Answer, Catalogue, Surface
from bot.question import Question
from bot.search import confidence, english, prior
from bot.search.answer import Found, compose
from bot.search.arrays import Floats
from bot.search.build import NAMES, NAMES_KIND, Built, rarity, read_catalogue
from bot.search.lexicon import Lexicon, Slot
from bot.search.meaning import Meaning, wording
from bot.search.postings import WeightedSlot
from bot.search.rank import Weighed, examine
from bot.search.typos import TypoIndex
from bot.search.words import key

Counts = npt.NDArray[np.int64]

# Enough that nothing in the top ten is lost, few enough to look at each.
_POOL = 64

# From this fit on, a reading is taken for the word itself when its rarity is judged.
_SAME_WORD = 0.7

# What is left of a word's weight when it frames the question or names a kind of resource.
_FRAME = 0.12
_KIND = 0.35

# ... and when it was told around the question.
_CONTEXT = 0.35

# How rare a name is at least, however common the word: "Go", "REST".
_NAME = 0.6


class Index:
    """Answers questions from one catalogue; safe to share between threads."""

    def __init__(self, built: Built) -> None:
        self.built = built
        held = built.postings.held
        typos = TypoIndex(built.words.surfaces, built.neighbours)
        self._lexicon = Lexicon(built.words, built.synonyms, typos, held > 0, (held & NAMES) > 0)
        self.feedback: Floats | None = None
        self.meaning: Meaning | None = None

    @classmethod
    def build(cls, catalogue: Catalogue) -> Self:
        """An index of the catalogue as it stands."""
        return cls(read_catalogue(catalogue))

    def preferring(self, priors: Mapping[str, float]) -> Self:
        """This index with some resources a little higher or lower, by their ids: see `prior`.

        All else is shared. Ids that it does not have are ignored, and what was preferred before is
        forgotten. With nothing to prefer, it answers to the byte as if it had never been told.
        Raises ValueError for a value outside -1 to 1.
        """
        other = copy(self)
        other.feedback = prior.by_number(priors, self.built.resources)
        return other

    def knowing(self, meaning: Meaning | None) -> Self:
        """This index with a sentence model beside the words, or without one; all else is shared.

        Raises ValueError for another number of rows than of resources.
        """
        if meaning is not None and len(meaning.rows) != len(self.built.resources):
            raise ValueError(f"{len(meaning.rows)} rows for {len(self.built.resources)} resources")
        other = copy(self)
        other.meaning = meaning
        return other

    @property
    def catalogue(self) -> Catalogue:
        """All that the index was made of; of one that was opened, every resource is read now."""
        built = self.built
        return Catalogue(
            version=1,
            topics=built.topics,
            glossary=built.glossary,
            resources=tuple(built.resources),
        )

    def search(self, text: str, surface: Surface = "mention", limit: int = 5) -> Answer:
        """The answer to a message: a verdict, at most `limit` candidates, and why.

        Raises ValueError for a limit below 1 and for a surface there is not.
        """
        if limit < 1 or surface not in SURFACES:
            raise ValueError(f"limit {limit} or surface {surface!r} is out of range")
        asked = question.parse(text)
        # Where nobody asked the bot, what asks nothing is not answered, whatever it means.
        found = self.find(asked, max(_POOL, limit), meant=surface != "channel" or asked.asks)
        return compose(self.built, text, asked, found, surface=surface, limit=limit)

    def ranking(self, asked: Question) -> list[int]:
        """Numbers of the resources that speak to a question, best first."""
        return [int(doc) for doc in self.find(asked).evidence.docs]

    def find(self, asked: Question, pool: int = _POOL, *, meant: bool = True) -> Found:
        """Slots, the best `pool` candidates, and evidence for the words of a question.

        `meant` tells whether the model is to be asked, too, if there is one.
        """
        slots, said, told = self._slots(asked)
        anchored = any(slot.is_subject for slot, times in zip(slots, said, strict=True) if times)
        # A long question says what it is about more than once.
        # What was told around it helps to choose among resources, and says little of the subject.
        counts = np.where(said > 0, said, told * (_CONTEXT if anchored else 1.0))
        rarities = np.array([_rarity_in_english(slot) for slot in slots])
        here = np.array([self._rarity(slot) for slot in slots])
        weights = counts * [
            self._weight(*each)
            for each in zip(slots, here.tolist(), rarities.tolist(), strict=True)
        ]
        ranks: npt.NDArray[np.float64] = (said + told) * here
        weighted = [
            WeightedSlot(rank, tuple((way.term, way.weight) for way in slot.alternatives))
            for slot, rank in zip(slots, ranks.tolist(), strict=True)
        ]
        postings = self.built.postings
        if postings.size <= pool:
            docs = postings.reached(weighted)
        else:
            docs, _ = postings.best(weighted, pool)
        asked_for = (said > 0) | (not anchored)
        weighed = Weighed(tuple(slots), weights, ranks, asked_for)
        near = None
        if self.meaning is not None and meant and slots:
            near = self.meaning.near(wording(asked, slots), docs)
        evidence = examine(self.built, weighed, docs, near)
        signs = confidence.signs(evidence, slots, weights, rarities, asked_for)
        if self.feedback is not None:
            evidence, signs = prior.settled(evidence, signs, self.feedback)
        return Found(tuple(slots), weights, asked_for, evidence, signs)

    def _slots(self, asked: Question) -> tuple[list[Slot], Counts, Counts]:
        """The slots of a message, and how often its question and its context say each."""
        slots = self._lexicon.read(asked.text)
        said, told = [slot.count for slot in slots], [0] * len(slots)
        places = {key(slot.meant): at for at, slot in enumerate(slots)}
        for slot in self._lexicon.read(asked.context) if asked.context else ():
            at = places.get(key(slot.meant))
            if at is None:
                slots.append(slot)
                said.append(0)
                told.append(slot.count)
            else:
                told[at] = slot.count
        return slots, np.array(said), np.array(told)

    def _rarity(self, slot: Slot) -> float:
        """How much a word tells the resources of this catalogue apart, 0 to 1."""
        postings = self.built.postings
        frequencies = (
            postings.frequency(way.term) for way in slot.alternatives if way.weight >= _SAME_WORD
        )
        return rarity(max(frequencies, default=0), postings.size)

    def _weight(self, slot: Slot, rarity_here: float, rarity_in_english: float) -> float:
        """What a word counts for as a subject, 0 to 1."""
        if slot.is_kind:
            # Common as English, but chosen on purpose: "the standard", "a video".
            postings = self.built.postings
            named = (postings.frequency_in(way.term, NAMES_KIND) for way in slot.alternatives)
            return rarity(max(named, default=0), postings.size) * _KIND
        weight = rarity_here * rarity_in_english
        return weight * _FRAME if slot.is_frame else weight


def _rarity_in_english(slot: Slot) -> float:
    rarity_of_word = english.rarity(slot.meant)
    return max(rarity_of_word, _NAME) if slot.is_name else rarity_of_word
