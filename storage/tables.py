"""The tables. A column here has a migration; a test compares the two on every database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An aware instant. SQLite drops time zones, so everything is UTC in and UTC out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        instant: datetime = value
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


# One row a message that was answered: what a second delivery gets again.
turns = Table(
    "turns",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("sealed_reply", LargeBinary, nullable=False),
    Column("answered_at", Instant, nullable=False),
    Index("ix_turns_answered_at", "answered_at"),
)

# One row a resident: where the conversation stands. ``resident`` is a blind name; ``has_news``: something waits
# in the outbox to be told.
dialogs = Table(
    "dialogs",
    metadata,
    Column("resident", String(32), primary_key=True),
    Column("sealed_state", LargeBinary, nullable=False),
    Column("has_news", Boolean, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Index("ix_dialogs_changed_at", "changed_at"),
)


# Questions without an answer, masked, without a person.
misses = Table(
    "misses",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("mark", String(32), nullable=False),
    Column("sealed_text", LargeBinary, nullable=False),
    Column("reason", String(40), nullable=False),
    Column("nearest", Text, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Index("ix_misses_asked_at", "asked_at"),
)

# 有用 and 没用, without a person.
ratings = Table(
    "ratings",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("target", String(120), nullable=False),
    Column("useful", Boolean, nullable=False),
    Column("rated_at", Instant, nullable=False),
    Index("ix_ratings_target", "target"),
)

# How often an entry was answered on a day in 乌海.
asks = Table(
    "asks",
    metadata,
    Column("target", String(120), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("count", Integer, nullable=False),
)
