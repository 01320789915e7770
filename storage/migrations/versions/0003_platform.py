"""The platform: tokens that processes share, and who may fetch the next one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "platform_tokens",
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_platform_tokens"),
    )
    op.create_table(
        "token_leases",
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("holder", sa.String(32), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_token_leases"),
    )


def downgrade() -> None:
    for table in ("token_leases", "platform_tokens"):
        op.drop_table(table)
