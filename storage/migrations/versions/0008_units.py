"""Which units a case is with: a unit that helps finds it as well."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "complaint_units",
        sa.Column("unit", sa.String(80), nullable=False),
        sa.Column("complaint", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["complaint"], ["complaints.id"], name="fk_complaint_units_complaint"),
        sa.PrimaryKeyConstraint("unit", "complaint", name="pk_complaint_units"),
    )
    op.create_index("ix_complaint_units_complaint", "complaint_units", ["complaint"])
    # Those that help stand in the events only; they are noted when their case is dispatched again.
    op.execute(
        "INSERT INTO complaint_units (unit, complaint) SELECT lead_unit, id FROM complaints WHERE lead_unit <> ''"
    )


def downgrade() -> None:
    op.drop_table("complaint_units")
