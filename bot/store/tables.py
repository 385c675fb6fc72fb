"""The tables of the store, alike on SQLite and PostgreSQL."""

import datetime as dt
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)


class Moment(TypeDecorator[dt.datetime]):
    """A point in time: takes aware ones only, and gives UTC on both engines."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Return it in UTC; SQLite has no zones, so that it is kept without one there."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        """Return it in UTC, with its zone."""
        if value is None:
            return None
        found: dt.datetime = value
        return found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found.astimezone(dt.UTC)


class Words(TypeDecorator[str]):
    """Text of people: what a database cannot hold in it becomes a question mark in a diamond."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Return it without NUL, which PostgreSQL refuses, and without halves of characters."""
        if value is None or (value.isascii() and "\0" not in value):
            return value
        return (
            value.replace("\0", "\ufffd")
            .encode("utf-16", "surrogatepass")
            .decode("utf-16", "replace")
        )


METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _text(name: str, *, key: bool = False, null: bool = False, unique: bool = False) -> Column[str]:
    return Column(name, Words, primary_key=key, nullable=null, unique=unique or None)


def _moment(name: str, *, null: bool = False) -> Column[dt.datetime]:
    return Column(name, Moment, nullable=null)


meta = Table("meta", METADATA, _text("name", key=True), _text("value"))
"""What the store knows of itself: the salt of its pseudonyms, and the next turn to post."""

seen = Table(
    "seen",
    METADATA,
    _text("name", key=True),
    # Absent where only the name tells: the empty text would be unique too.
    _text("place", null=True, unique=True),
    _text("holder"),
    _moment("claimed_at"),
    _moment("done_at", null=True),
    Index(None, "claimed_at"),
)
"""Work that was begun, and whether it is done."""

questions = Table(
    "questions",
    METADATA,
    _text("key", key=True),
    _moment("at"),
    _text("surface"),
    _text("verdict"),
    _text("words"),
    _text("resource"),
    _text("channel"),
    _text("thread"),
    _text("person"),
    Column("open", Boolean, nullable=False),
    _text("tried"),
    _moment("answered_at", null=True),
    Index(None, "at"),
    Index(None, "open", "at"),
    Index(None, "person"),
    Index(None, "answered_at"),
)
"""Questions by their content words."""

feedback = Table(
    "feedback",
    METADATA,
    _text("key", key=True),
    _text("resource", key=True),
    _text("person", key=True),
    Column("useful", Boolean, nullable=False),
    _moment("at"),
    Index(None, "person"),
    Index(None, "at"),
)
"""Thumbs. Not tied to a question: the store may have been down when it was asked."""

wishes = Table(
    "wishes",
    METADATA,
    Column("key", Words, ForeignKey("questions.key", ondelete="CASCADE"), primary_key=True),
    _text("user_id", key=True),
    _moment("at"),
    Index(None, "user_id"),
)
"""Who wants to be told of an answer."""

suggestions = Table(
    "suggestions",
    METADATA,
    Column("id", Integer, primary_key=True),
    _text("url"),
    _text("title"),
    _text("summary"),
    _text("topics"),
    _text("ask"),
    _text("status"),
    _moment("at"),
    _text("author", null=True),
    _text("asking"),
    _text("resource"),
    _text("decided_by", null=True),
    _moment("decided_at", null=True),
    _text("reason"),
    Index(None, "status"),
    Index(None, "author"),
    Index(None, "decided_by"),
    # A number is never given twice, whatever was deleted.
    sqlite_autoincrement=True,
)
"""Suggested resources as they stand."""

decisions = Table(
    "decisions",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("suggestion", Integer, ForeignKey("suggestions.id", ondelete="CASCADE"), nullable=False),
    _moment("at"),
    _text("action"),
    _text("actor", null=True),
    _text("reason"),
    Index(None, "suggestion"),
    Index(None, "actor"),
    sqlite_autoincrement=True,
)
"""How they came to stand so, step by step."""

channels = Table(
    "channels",
    METADATA,
    _text("channel", key=True),
    _text("setting"),
    Column("shadowed", Integer, nullable=False),
    _text("set_by"),
    _moment("since"),
)
"""Channels that are listened to."""

revisions = Table(
    "revisions",
    METADATA,
    _text("name", key=True),
    Column("number", Integer, nullable=False),
)
"""How often what all replicas share has changed."""

subscriptions = Table(
    "subscriptions",
    METADATA,
    _text("channel", key=True),
    Column("weekday", Integer, nullable=False),
    Column("hour", Integer, nullable=False),
    Column("minute", Integer, nullable=False),
    _text("zone"),
    _text("topics"),
    Column("always", Boolean, nullable=False),
    _text("state"),
    _text("reason"),
    _text("set_by"),
    _moment("since"),
)
"""Channels that have a weekly digest, or had one."""

editions = Table(
    "editions",
    METADATA,
    _text("channel", key=True),
    _text("slot", key=True),
    _moment("at"),
    _moment("until"),
    _text("outcome"),
    _text("look"),
    Index(None, "at"),
)
"""What became of each digest of each channel."""

entries = Table(
    "entries",
    METADATA,
    _text("resource", key=True),
    _text("page"),
    _text("content"),
    _moment("first", null=True),
    _moment("changed", null=True),
)
"""Since when the catalogue has each resource, and since when as it is."""

links = Table(
    "links",
    METADATA,
    _text("address", key=True),
    _text("verdict"),
    _text("why"),
    _text("moved_to"),
    _moment("since", null=True),
    _moment("checked", null=True),
    Column("strikes", Integer, nullable=False),
    Column("struck", Date, nullable=True),
    Column("dead", Date, nullable=True),
    _moment("taken", null=True),
    Index(None, "checked"),
    Index(None, "dead"),
)
"""What is known of the addresses of links; of one that was only taken so far, nothing yet."""
