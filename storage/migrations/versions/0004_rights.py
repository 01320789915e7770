"""Tries that are counted; why a case is held back from purging."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attempts",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("tried", sa.Text, nullable=False),
        sa.Column("locked_until", sa.Integer, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_attempts"),
    )
    op.create_index("ix_attempts_changed_at", "attempts", ["changed_at"])
    # Nothing was held yet. Column by column, as SQLite can: rebuilding a table that others point to cannot.
    op.add_column("complaints", sa.Column("hold", sa.String(20), nullable=False, server_default=""))
    op.drop_column("complaints", "is_held")


def downgrade() -> None:
    op.drop_table("attempts")
    op.add_column("complaints", sa.Column("is_held", sa.Boolean, nullable=False, server_default=sa.false()))
    op.drop_column("complaints", "hold")
