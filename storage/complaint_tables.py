"""The tables of complaints. What tells who somebody is stands in ``sealed_…`` columns only."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from storage.tables import Instant, metadata

# One row a case. ``state`` … ``changed_at`` are a cache of its events, for lists; the events are the truth.
# ``hold``: why it must not be purged, empty when it may; ``purged_at``: since when only the bare facts are left.
complaints = Table(
    "complaints",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("number", String(20), nullable=False),
    Column("draft", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("round", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("domain", String(20), nullable=False),
    Column("identity", String(20), nullable=False),
    Column("area", String(40), nullable=False),
    Column("unit", String(40), nullable=False),
    Column("lead_unit", String(80), nullable=False),
    Column("is_urgent", Boolean, nullable=False),
    Column("due_at", Instant),
    Column("is_due_confirmed", Boolean, nullable=False),
    Column("submitted_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("ended_on", Date),
    Column("resident", String(32)),
    Column("phone_index", String(64)),
    Column("code_index", String(64), nullable=False),
    Column("respondent", String(200), nullable=False),
    Column("story_masked", Text, nullable=False),
    Column("happened_masked", Text, nullable=False),
    Column("place_masked", Text, nullable=False),
    Column("sealed_person", LargeBinary),
    Column("sealed_content", LargeBinary),
    Column("sealed_respondent", LargeBinary),
    Column("consent_version", String(20), nullable=False),
    Column("has_sensitive_consent", Boolean, nullable=False),
    Column("is_about_child", Boolean, nullable=False),
    Column("limit_version", String(20), nullable=False),
    Column("source", String(10), nullable=False),
    Column("informed", Text, nullable=False),
    Column("hold", String(20), nullable=False),
    Column("purged_at", Instant),
    UniqueConstraint("number"),
    UniqueConstraint("draft"),
    Index("ix_complaints_due_at", "due_at"),
    Index("ix_complaints_state_due_at", "state", "due_at"),
    Index("ix_complaints_unit_state_due_at", "unit", "state", "due_at"),
    Index("ix_complaints_lead_unit_state_due_at", "lead_unit", "state", "due_at"),
    Index("ix_complaints_resident_submitted_at", "resident", "submitted_at"),
    Index("ix_complaints_phone_index", "phone_index"),
    Index("ix_complaints_submitted_at", "submitted_at"),
)

# Which units a case is with, the lead and those that help: what a unit's own list is made of.
complaint_units = Table(
    "complaint_units",
    metadata,
    Column("unit", String(80), primary_key=True),
    Column("complaint", ForeignKey("complaints.id"), primary_key=True),
    Index("ix_complaint_units_complaint", "complaint"),
)

# Append-only. ``data``: the command without its free words, and the clocks after it; ``sealed_text``: the words.
complaint_events = Table(
    "complaint_events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("complaint", ForeignKey("complaints.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("action", String(30), nullable=False),
    Column("role", String(20), nullable=False),
    Column("actor", String(40), nullable=False),
    Column("unit", String(80), nullable=False),
    Column("at", Instant, nullable=False),
    Column("target", String(20), nullable=False),
    Column("data", Text, nullable=False),
    Column("sealed_text", LargeBinary),
    UniqueConstraint("complaint", "seq"),
)

# What a resident has begun to tell. ``owner``: a blind name, or that of a browser's session.
drafts = Table(
    "drafts",
    metadata,
    Column("owner", String(32), primary_key=True),
    Column("id", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("sealed_draft", LargeBinary, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Index("ix_drafts_changed_at", "changed_at"),
)

# Pictures and documents. ``draft`` until the case is filed; then ``complaint`` too. ``original`` and ``display``:
# names in the vault, empty where there is none (yet).
evidence = Table(
    "evidence",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("draft", String(32), nullable=False),
    Column("complaint", ForeignKey("complaints.id")),
    Column("kind", String(20), nullable=False),
    Column("status", String(20), nullable=False),
    Column("media_type", String(60), nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("original", String(32), nullable=False),
    Column("display", String(32), nullable=False),
    Column("scan", String(20), nullable=False),
    Column("sealed_media_id", LargeBinary),
    Column("attempts", Integer, nullable=False),
    Column("next_try_at", Instant),
    Column("added_at", Instant, nullable=False),
    Column("removed_at", Instant),
    Index("ix_evidence_draft", "draft"),
    Index("ix_evidence_complaint", "complaint"),
    Index("ix_evidence_status_next_try_at", "status", "next_try_at"),
)

# News for a resident, written with what it tells of. ``news``: what happened, never the story itself.
# ``lease``: which process is sending it, until ``due_at``; ``channel`` with ``tried_at``: by what and since when it may
# have gone out already.
outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("complaint", ForeignKey("complaints.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("resident", String(32), nullable=False),
    Column("number", String(20), nullable=False),
    Column("news", String(30), nullable=False),
    Column("status", String(10), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("told_at", Instant),
    Column("fault", String(40), nullable=False),
    Column("lease", String(32), nullable=False),
    Column("message_id", String(24), nullable=False),
    Column("tried_at", Instant),
    UniqueConstraint("complaint", "seq"),
    Index("ix_outbox_status_due_at", "status", "due_at"),
    Index("ix_outbox_resident_told_at", "resident", "told_at"),
)

# Tries that are counted. ``name``: a keyed fingerprint; ``tried``: unix seconds, oldest first.
attempts = Table(
    "attempts",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("tried", Text, nullable=False),
    Column("locked_until", Integer, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Index("ix_attempts_changed_at", "changed_at"),
)

# Who works here. Passwords come with the console.
staff = Table(
    "staff",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("role", String(20), nullable=False),
    Column("unit", String(80), nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("added_at", Instant, nullable=False),
)

# Who did what, chained: each row's ``mac`` covers the row and the one before it.
audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor", String(40), nullable=False),
    Column("role", String(20), nullable=False),
    Column("action", String(40), nullable=False),
    Column("object", String(40), nullable=False),
    Column("detail", Text, nullable=False),
    Column("mac", String(64), nullable=False),
    Index("ix_audit_object", "object"),
    Index("ix_audit_actor", "actor"),
)

# The end of the chain; taking its row makes writers wait for each other.
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False),
    Column("mac", String(64), nullable=False),
    CheckConstraint("id = 1", name="only_row"),
)
