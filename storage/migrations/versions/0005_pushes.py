"""Pushes: what the platform allows for each resident, consents, and who is sending what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "reach",
        sa.Column("resident", sa.String(32), nullable=False),
        sa.Column("is_following", sa.Boolean, nullable=False),
        *(sa.Column(f"{touch}_at", _INSTANT) for touch in ("message", "click", "subscribe", "scan")),
        sa.PrimaryKeyConstraint("resident", name="pk_reach"),
    )
    op.create_table(
        "custom_sends",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("resident", sa.String(32), nullable=False),
        sa.Column("sent_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_custom_sends"),
    )
    op.create_index("ix_custom_sends_resident_sent_at", "custom_sends", ["resident", "sent_at"])
    op.create_table(
        "consents",
        sa.Column("resident", sa.String(32), nullable=False),
        sa.Column("template", sa.String(64), nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("is_lasting", sa.Boolean, nullable=False),
        sa.Column("changed_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("resident", "template", name="pk_consents"),
    )
    for name, length in (("lease", 32), ("message_id", 24)):
        op.add_column("outbox", sa.Column(name, sa.String(length), nullable=False, server_default=""))
    op.add_column("outbox", sa.Column("tried_at", _INSTANT))


def downgrade() -> None:
    for column in ("tried_at", "message_id", "lease"):
        op.drop_column("outbox", column)
    for table in ("consents", "custom_sends", "reach"):
        op.drop_table(table)
