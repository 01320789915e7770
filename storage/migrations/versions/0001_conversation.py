"""The conversation: answered turns, dialogs, misses, ratings, counts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "turns",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("reply", sa.Text, nullable=False),
        sa.Column("answered_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_turns"),
    )
    op.create_index("ix_turns_answered_at", "turns", ["answered_at"])
    op.create_table(
        "dialogs",
        sa.Column("resident", sa.String(32), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("resident", name="pk_dialogs"),
    )
    op.create_table(
        "misses",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("nearest", sa.Text, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_misses"),
    )
    op.create_index("ix_misses_asked_at", "misses", ["asked_at"])
    op.create_table(
        "ratings",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("target", sa.String(120), nullable=False),
        sa.Column("useful", sa.Boolean, nullable=False),
        sa.Column("rated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ratings"),
    )
    op.create_index("ix_ratings_target", "ratings", ["target"])
    op.create_table(
        "asks",
        sa.Column("target", sa.String(120), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("target", "day", name="pk_asks"),
    )


def downgrade() -> None:
    for table in ("asks", "ratings", "misses", "dialogs", "turns"):
        op.drop_table(table)
