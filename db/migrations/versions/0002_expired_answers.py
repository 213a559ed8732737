"""Expired answers to requests with an Idempotency-Key are deleted by a worker, a batch at a time."""

from db.migrations.script import grant, run_sql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    # Of all tenants, the oldest first; the key of the table finds one request's.
    run_sql(
        "DROP INDEX platform.ix_idempotency_record_created;"
        "CREATE INDEX ix_idempotency_record_created ON platform.idempotency_record (created_at)"
    )
    # Rows are locked before they are deleted, which takes UPDATE of some column.
    grant("platform.idempotency_record", {"iot_auth": "SELECT, DELETE, UPDATE (created_at)"})
