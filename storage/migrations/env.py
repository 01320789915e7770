"""Alembic's entry: migrates over the connection that ``storage.migrate`` hands in."""

from __future__ import annotations

from alembic import context

import storage.complaint_tables  # the tables of the same metadata
from storage.tables import metadata

assert storage.complaint_tables.complaints.metadata is metadata
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
