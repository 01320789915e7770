"""Complaints, their evidence, news and audit; conversations sealed at rest.

What the conversations held in plain text is dropped, not carried over: replies are kept for two days only, and a
guide that was under way begins anew.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
APPEND_ONLY = {
    "audit": ("seq", "at", "actor", "role", "action", "object", "detail", "mac"),
    "complaint_events": ("complaint", "seq", "action", "role", "actor", "unit", "at", "target", "data"),
}


def upgrade() -> None:
    _seal_conversations()
    _complaints()
    _evidence()
    _outbox()
    _staff()
    for table, columns in APPEND_ONLY.items():
        for statement in _append_only(op.get_bind().dialect.name, table, ", ".join(columns)):
            op.execute(statement)


def _seal_conversations() -> None:
    for table in ("turns", "dialogs", "misses"):
        op.execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608 - a name of ours
    with op.batch_alter_table("turns") as turns:
        turns.drop_column("reply")
        turns.add_column(sa.Column("sealed_reply", sa.LargeBinary, nullable=False))
    with op.batch_alter_table("dialogs") as dialogs:
        dialogs.drop_column("state")
        dialogs.add_column(sa.Column("sealed_state", sa.LargeBinary, nullable=False))
        dialogs.add_column(sa.Column("has_news", sa.Boolean, nullable=False))
    op.create_index("ix_dialogs_changed_at", "dialogs", ["changed_at"])
    with op.batch_alter_table("misses") as misses:
        misses.drop_column("text")
        misses.add_column(sa.Column("mark", sa.String(32), nullable=False))
        misses.add_column(sa.Column("sealed_text", sa.LargeBinary, nullable=False))


def _complaints() -> None:
    op.create_table(
        "complaints",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("draft", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("domain", sa.String(20), nullable=False),
        sa.Column("identity", sa.String(20), nullable=False),
        sa.Column("area", sa.String(40), nullable=False),
        sa.Column("unit", sa.String(40), nullable=False),
        sa.Column("lead_unit", sa.String(80), nullable=False),
        sa.Column("is_urgent", sa.Boolean, nullable=False),
        sa.Column("due_at", INSTANT),
        sa.Column("is_due_confirmed", sa.Boolean, nullable=False),
        sa.Column("submitted_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("ended_on", sa.Date),
        sa.Column("resident", sa.String(32)),
        sa.Column("phone_index", sa.String(64)),
        sa.Column("code_index", sa.String(64), nullable=False),
        sa.Column("respondent", sa.String(200), nullable=False),
        sa.Column("story_masked", sa.Text, nullable=False),
        sa.Column("place_masked", sa.Text, nullable=False),
        sa.Column("sealed_person", sa.LargeBinary),
        sa.Column("sealed_content", sa.LargeBinary),
        sa.Column("sealed_respondent", sa.LargeBinary),
        sa.Column("consent_version", sa.String(20), nullable=False),
        sa.Column("has_sensitive_consent", sa.Boolean, nullable=False),
        sa.Column("is_about_child", sa.Boolean, nullable=False),
        sa.Column("limit_version", sa.String(20), nullable=False),
        sa.Column("source", sa.String(10), nullable=False),
        sa.Column("informed", sa.Text, nullable=False),
        sa.Column("is_held", sa.Boolean, nullable=False),
        sa.Column("purged_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_complaints"),
        sa.UniqueConstraint("number", name="uq_complaints_number"),
        sa.UniqueConstraint("draft", name="uq_complaints_draft"),
    )
    for columns in (
        ["state", "due_at"],
        ["unit", "state", "due_at"],
        ["lead_unit", "state", "due_at"],
        ["resident", "submitted_at"],
        ["phone_index"],
        ["submitted_at"],
    ):
        op.create_index(f"ix_complaints_{'_'.join(columns)}", "complaints", columns)
    op.create_table(
        "complaint_events",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("complaint", sa.Integer, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("action", sa.String(30), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("actor", sa.String(40), nullable=False),
        sa.Column("unit", sa.String(80), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("target", sa.String(20), nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("sealed_text", sa.LargeBinary),
        sa.PrimaryKeyConstraint("id", name="pk_complaint_events"),
        sa.ForeignKeyConstraint(["complaint"], ["complaints.id"], name="fk_complaint_events_complaint"),
        sa.UniqueConstraint("complaint", "seq", name="uq_complaint_events_complaint_seq"),
    )


def _evidence() -> None:
    op.create_table(
        "drafts",
        sa.Column("owner", sa.String(32), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("sealed_draft", sa.LargeBinary, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("owner", name="pk_drafts"),
    )
    op.create_index("ix_drafts_changed_at", "drafts", ["changed_at"])
    op.create_table(
        "evidence",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("draft", sa.String(32), nullable=False),
        sa.Column("complaint", sa.Integer),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("media_type", sa.String(60), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("pages", sa.Integer, nullable=False),
        sa.Column("original", sa.String(32), nullable=False),
        sa.Column("display", sa.String(32), nullable=False),
        sa.Column("scan", sa.String(20), nullable=False),
        sa.Column("sealed_media_id", sa.LargeBinary),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_try_at", INSTANT),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("removed_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
        sa.ForeignKeyConstraint(["complaint"], ["complaints.id"], name="fk_evidence_complaint"),
    )
    op.create_index("ix_evidence_draft", "evidence", ["draft"])
    op.create_index("ix_evidence_complaint", "evidence", ["complaint"])
    op.create_index("ix_evidence_status_next_try_at", "evidence", ["status", "next_try_at"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("complaint", sa.Integer, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("resident", sa.String(32), nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("news", sa.String(30), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("sent_at", INSTANT),
        sa.Column("told_at", INSTANT),
        sa.Column("fault", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.ForeignKeyConstraint(["complaint"], ["complaints.id"], name="fk_outbox_complaint"),
        sa.UniqueConstraint("complaint", "seq", name="uq_outbox_complaint_seq"),
    )
    op.create_index("ix_outbox_status_due_at", "outbox", ["status", "due_at"])
    op.create_index("ix_outbox_resident_told_at", "outbox", ["resident", "told_at"])


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("unit", sa.String(80), nullable=False),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
    )
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(40), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("object", sa.String(40), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("mac", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )
    op.create_index("ix_audit_object", "audit", ["object"])
    op.create_index("ix_audit_actor", "audit", ["actor"])
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("mac", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
        sa.CheckConstraint("id = 1", name="ck_audit_head_only_row"),
    )
    op.bulk_insert(head, [{"id": 1, "seq": 0, "mac": ""}])


def _append_only(dialect: str, table: str, columns: str) -> Iterator[sa.TextClause]:
    """Rows of ``table`` are never deleted, and of these columns never changed."""
    if dialect == "postgresql":
        yield sa.text(
            f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
        )
        for when in ("DELETE", f"UPDATE OF {columns}"):
            name = f"{table}_no_{when.split()[0].lower()}"
            yield sa.text(
                f"CREATE TRIGGER {name} BEFORE {when} ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()"
            )
        return
    for when in ("DELETE", f"UPDATE OF {columns}"):
        name = f"{table}_no_{when.split()[0].lower()}"
        yield sa.text(
            f"CREATE TRIGGER {name} BEFORE {when} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def downgrade() -> None:
    raise NotImplementedError("a complaint is not thrown away: restore the backup made before the upgrade")
