"""When it happened, as those who work on the case read it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What is stored already has it sealed only: masking needs more than SQL.
    op.add_column("complaints", sa.Column("happened_masked", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("complaints", "happened_masked")
