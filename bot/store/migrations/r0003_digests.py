"""Weekly digests: who wants one, what became of each, and since when there is what they tell of."""

import sqlalchemy as sa
from alembic import op

revision = "r0003"
down_revision = "r0002"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "subscriptions",
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("weekday", sa.Integer, nullable=False),
        sa.Column("hour", sa.Integer, nullable=False),
        sa.Column("minute", sa.Integer, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("topics", sa.Text, nullable=False),
        sa.Column("always", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("set_by", sa.Text, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_subscriptions"),
    )
    op.create_table(
        "editions",
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("slot", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("look", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("channel", "slot", name="pk_editions"),
    )
    op.create_index("ix_editions_at", "editions", ["at"])
    op.create_table(
        "entries",
        sa.Column("resource", sa.Text, nullable=False),
        sa.Column("page", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("first", sa.DateTime(timezone=True)),
        sa.Column("changed", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("resource", name="pk_entries"),
    )
