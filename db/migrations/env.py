"""Alembic's entry. db/migrations/run.py has begun the transaction, and ends it."""

from __future__ import annotations

from alembic import context

from db.migrations.env_options import MIGRATION_OPTIONS
from db.models import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    **MIGRATION_OPTIONS,
)
with context.begin_transaction():
    context.run_migrations()
