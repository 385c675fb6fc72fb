"""A searchable catalogue: built at once from a `Catalogue`, and never changed."""

from typing import Self

import numpy as np
import numpy.typing as npt

from bot import question
from bot.model import SURFACES, Answer, Catalogue, Surface
from bot.question import Question
from bot.search import confidence, english, text
from bot.search.answer import Found, compose
from bot.search.build import NAMES, NAMES_KIND, Built, read_catalogue, specificity
from bot.search.lexicon import Lexicon, Slot, key
from bot.search.postings import WeightedSlot
from bot.search.rank import examine

# Enough that nothing in the top ten is lost, few enough to look at each.
_POOL = 64

# From this fit on, a reading is taken for the word itself when its rarity is judged.
_SAME_WORD = 0.7

# What is left of a word's weight when it frames the question or names a kind of resource.
_FRAME = 0.12
_KIND = 0.35

# ... and when it was told around the question.
_CONTEXT = 0.35


class Index:
    """Answers questions from one catalogue; safe to share between threads."""

    def __init__(self, catalogue: Catalogue, built: Built) -> None:
        self.catalogue = catalogue
        self._built = built
        postings = built.postings
        used = (np.diff(postings.starts) > 0).tolist()
        names = postings.held_in(NAMES).tolist()
        self._lexicon = Lexicon(built.words, built.synonyms, used, names)

    @classmethod
    def build(cls, catalogue: Catalogue) -> Self:
        """An index of the catalogue as it stands."""
        return cls(catalogue, read_catalogue(catalogue))

    def search(self, text: str, surface: Surface = "mention", limit: int = 5) -> Answer:
        """The answer to a message: a verdict, at most `limit` candidates, and why.

        Raises ValueError for a limit below 1 and for a surface there is not.
        """
        if limit < 1 or surface not in SURFACES:
            raise ValueError(f"limit {limit} or surface {surface!r} is out of range")
        asked = question.parse(text)
        found = self.find(asked, max(_POOL, limit))
        return compose(
            self.catalogue, self._built, text, asked, found, surface=surface, limit=limit
        )

    def ranking(self, asked: Question) -> list[int]:
        """Numbers of the resources that speak to a question, best first."""
        return [int(doc) for doc in self.find(asked).evidence.docs]

    def find(self, asked: Question, pool: int = _POOL) -> Found:
        """Slots, the best `pool` candidates, and evidence for the words of a question."""
        slots, shares = self._slots(asked)
        # A long question says what it is about more than once.
        counts = np.array([slot.count for slot in slots])
        weights = np.array([self._weight(slot) for slot in slots]) * counts * shares
        weighted = [
            WeightedSlot(weight, tuple((way.term, way.weight) for way in slot.alternatives))
            for slot, weight in zip(slots, weights.tolist(), strict=True)
        ]
        postings = self._built.postings
        if postings.size <= pool:
            docs = postings.reached(weighted)
        else:
            docs, _ = postings.best(weighted, pool)
        evidence = examine(self._built, slots, weights, docs)
        # What was told around the question can support an answer, but not forbid it.
        asking = shares >= 1.0
        rarities = np.array([english.rarity(slot.meant) for slot in slots]) * asking
        homes = [self.catalogue.resources[doc].topics[0] for doc in evidence.docs.tolist()]
        signs = confidence.signs(evidence, weights, rarities, slots, homes)
        return Found(tuple(slots), weights, evidence, signs)

    def _slots(self, asked: Question) -> tuple[list[Slot], npt.NDArray[np.float64]]:
        """The slots of the question, then those of its context, and the share each counts for.

        What people tell around a question counts little, unless the question itself names no
        subject ("I keep hearing of virtio. Where do I start?").
        """
        slots = self._lexicon.read(text.chunks(asked.text))
        shares = [1.0] * len(slots)
        if asked.context:
            share = _CONTEXT if any(slot.is_subject for slot in slots) else 1.0
            known = {key(slot.meant) for slot in slots}
            told = self._lexicon.read(text.chunks(asked.context))
            slots += [slot for slot in told if key(slot.meant) not in known]
            shares += [share] * (len(slots) - len(shares))
        return slots, np.array(shares)

    def _weight(self, slot: Slot) -> float:
        postings = self._built.postings
        frequency = max(
            (postings.frequency(way.term) for way in slot.alternatives if way.weight >= _SAME_WORD),
            default=0,
        )
        if slot.is_kind:
            frequency = max(
                (postings.frequency_in(way.term, NAMES_KIND) for way in slot.alternatives),
                default=0,
            )
            # Common as English, but chosen on purpose: "the standard", "a video".
            return specificity(frequency, postings.size, 1.0) * _KIND
        weight = specificity(frequency, postings.size, english.rarity(slot.meant))
        return weight * _FRAME if slot.is_frame else weight
