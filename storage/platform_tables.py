"""The tables of what processes share of the platform. Part of the same schema as ``storage.tables``."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text

from storage.tables import Instant, metadata

# A token or a ticket, sealed; by AppID and kind.
platform_tokens = Table(
    "platform_tokens",
    metadata,
    Column("name", String(120), primary_key=True),
    Column("sealed", Text, nullable=False),
)

# Which process may fetch the next one; lapses by itself.
token_leases = Table(
    "token_leases",
    metadata,
    Column("name", String(120), primary_key=True),
    Column("holder", String(32), nullable=False),
    Column("held_until", Instant, nullable=False),
)

# One row a resident: when they last did what opens a window for 客服 messages, and whether they follow the account.
reach = Table(
    "reach",
    metadata,
    Column("resident", String(32), primary_key=True),
    Column("is_following", Boolean, nullable=False),
    Column("message_at", Instant),
    Column("click_at", Instant),
    Column("subscribe_at", Instant),
    Column("scan_at", Instant),
)

# 客服 messages that were sent: they count against the windows for two days.
custom_sends = Table(
    "custom_sends",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("resident", String(32), nullable=False),
    Column("sent_at", Instant, nullable=False),
    Index("ix_custom_sends_resident_sent_at", "resident", "sent_at"),
)

# What a resident agreed to be told by a template: so many single times, or for good.
consents = Table(
    "consents",
    metadata,
    Column("resident", String(32), primary_key=True),
    Column("template", String(64), primary_key=True),
    Column("times", Integer, nullable=False),
    Column("is_lasting", Boolean, nullable=False),
    Column("changed_at", Instant, nullable=False),
)
