"""Work in hand, questions with their thumbs and wishes, channels."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "r0001"
down_revision: str | None = None


def upgrade() -> None:
    """Make the tables, and the salt of the pseudonyms in this store."""
    meta = op.create_table(
        "meta",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_meta"),
    )
    op.bulk_insert(meta, [{"name": "salt", "value": secrets.token_hex(32)}])
    op.create_table(
        "seen",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("place", sa.Text),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("name", name="pk_seen"),
        sa.UniqueConstraint("place", name="uq_seen_place"),
    )
    op.create_index("ix_seen_claimed_at", "seen", ["claimed_at"])
    op.create_table(
        "questions",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("surface", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("resource", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("thread", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.Column("tried", sa.Text, nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("key", name="pk_questions"),
    )
    op.create_index("ix_questions_at", "questions", ["at"])
    op.create_index("ix_questions_open_at", "questions", ["open", "at"])
    op.create_index("ix_questions_person", "questions", ["person"])
    op.create_index("ix_questions_answered_at", "questions", ["answered_at"])
    op.create_table(
        "feedback",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("resource", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("useful", sa.Boolean, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", "resource", "person", name="pk_feedback"),
    )
    op.create_index("ix_feedback_person", "feedback", ["person"])
    op.create_index("ix_feedback_at", "feedback", ["at"])
    op.create_table(
        "wishes",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", "user_id", name="pk_wishes"),
        sa.ForeignKeyConstraint(
            ["key"], ["questions.key"], name="fk_wishes_key", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_wishes_user_id", "wishes", ["user_id"])
    op.create_table(
        "channels",
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("setting", sa.Text, nullable=False),
        sa.Column("shadowed", sa.Integer, nullable=False),
        sa.Column("set_by", sa.Text, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_channels"),
    )
    revisions = op.create_table(
        "revisions",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_revisions"),
    )
    op.bulk_insert(revisions, [{"name": name, "number": 0} for name in ("feedback", "channels")])
