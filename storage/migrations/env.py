"""Alembic's entry: migrates over the connection that ``storage.migrate`` hands in."""

from __future__ import annotations

from alembic import context

from storage import complaint_tables, platform_tables, tables

assert complaint_tables.metadata is platform_tables.metadata is tables.metadata
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
