"""The journal can be followed: events are numbered by the transaction that wrote them."""

from db import functions
from db.migrations.script import connection, run_sql

revision = "0014"
down_revision = "0009"

_PARTIAL = ("site", "component", "sensor")


def upgrade() -> None:
    # Transactions are numbered by PostgreSQL, and anew in another cluster: `number_offset` goes on
    # from there (db/migrations/cluster.py). The row as it is here is of no cluster.
    run_sql("""
        CREATE TABLE platform.cluster (identity text PRIMARY KEY, number_offset bigint NOT NULL);
        INSERT INTO platform.cluster VALUES ('none', 0);
    """)
    functions.make(connection(), "platform.transaction_number")
    # By id alone an event is found, too.
    run_sql("""
        ALTER TABLE platform.event
          ADD COLUMN written_in bigint NOT NULL DEFAULT platform.transaction_number(),
          DROP CONSTRAINT event_pkey,
          ADD PRIMARY KEY (org_id, id, recorded_at);
        CREATE INDEX ix_event_written ON platform.event (org_id, written_in, id);
        CREATE INDEX ix_event_type ON platform.event (org_id, type, occurred_at, id);
    """)
    for name in _PARTIAL:
        run_sql(
            f"CREATE INDEX ix_event_{name} ON platform.event (org_id, {name}_id, occurred_at, id) "
            f"WHERE {name}_id IS NOT NULL"
        )
