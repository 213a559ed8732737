"""Alembic's entry: one transaction for each migration, as iot_owner, giving up rather than queueing for a lock."""

from __future__ import annotations

from alembic import context

from db.migrations.env_options import LOCK_TIMEOUT, MIGRATION_OPTIONS
from db.models import Row

STATEMENT_TIMEOUT = "10min"

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Row.metadata,
    transaction_per_migration=True,
    **MIGRATION_OPTIONS,
)
with context.begin_transaction():
    connection.exec_driver_sql(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
    connection.exec_driver_sql(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'")
    context.run_migrations()
