"""Links: what was seen of each address, and who looks at it."""

import sqlalchemy as sa
from alembic import op

revision = "r0004"
down_revision = "r0003"


def upgrade() -> None:
    """Make the table, and the counter of what changes in it."""
    op.create_table(
        "links",
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("moved_to", sa.Text, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True)),
        sa.Column("checked", sa.DateTime(timezone=True)),
        sa.Column("strikes", sa.Integer, nullable=False),
        sa.Column("struck", sa.Date),
        sa.Column("dead", sa.Date),
        sa.Column("taken", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("address", name="pk_links"),
    )
    op.create_index("ix_links_checked", "links", ["checked"])
    op.create_index("ix_links_dead", "links", ["dead"])
    revisions = sa.table("revisions", sa.column("name", sa.Text), sa.column("number", sa.Integer))
    op.bulk_insert(revisions, [{"name": "links", "number": 0}])
