"""The tables of what processes share of the platform. Part of the same schema as ``storage.tables``."""

from __future__ import annotations

from sqlalchemy import Column, String, Table, Text

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
