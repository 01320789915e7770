"""The list of all cases, what is due first, out of an index."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_complaints_due_at", "complaints", ["due_at"])


def downgrade() -> None:
    op.drop_index("ix_complaints_due_at", "complaints")
