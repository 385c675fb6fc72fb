"""Failures a person is told about; every message is a sentence with a remedy."""

from collections.abc import Sequence

from bot.model import Problem


class BotError(Exception):
    """Something could not be done; the message is fit to show to a person."""


class CatalogueError(BotError):
    """The catalogue cannot be used; `problems` holds every fault found, in file order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class CatalogueUnreadableError(CatalogueError):
    """The file could not be opened, so that nothing is known of its content."""


class LabelsError(BotError):
    """Labelled questions cannot be used; `problems` holds their faults, in file order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class IndexFileError(BotError):
    """An index on a disk cannot be read or written."""


class StoreError(BotError):
    """The store cannot be used as it is; whoever runs the bot has to mend something."""


class StoreDownError(StoreError):
    """The store does not answer right now; what was asked of it was perhaps not done."""


class ScheduleError(BotError):
    """A time for the weekly digest cannot be understood, or its time zone is not known."""


class ModelError(BotError):
    """The sentence model cannot be used; without it, words alone are compared."""
