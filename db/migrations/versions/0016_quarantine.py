"""Quarantine ends by itself, is counted over time, and a wave of refusals is one event."""

from db.migrations.script import ALL_BUT_DELETE, READ, grant, run_sql, tenant_table

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    # Charts count by the first arrival, and read the index alone: payloads may be large.
    run_sql("""
        DROP INDEX platform.ix_quarantine_entry_received;
        CREATE INDEX ix_quarantine_entry_received
          ON platform.quarantine_entry (org_id, received_at, id)
          INCLUDE (device_id, reason, occurrences);
        CREATE INDEX ix_quarantine_entry_last_received
          ON platform.quarantine_entry (last_received_at);
    """)
    # Refusals of one device for one reason, without a pause: one row each, whatever comes.
    tenant_table(
        "quarantine_wave",
        """
          id uuid NOT NULL,
          device_id uuid,
          reason text NOT NULL,
          refused bigint NOT NULL,
          began_at timestamptz NOT NULL DEFAULT now(),
          last_at timestamptz NOT NULL DEFAULT now(),
          CONSTRAINT uq_quarantine_wave_device
            UNIQUE NULLS NOT DISTINCT (org_id, device_id, reason),
          FOREIGN KEY (org_id, device_id) REFERENCES platform.device
        """,
        is_top=True,
        grants={"app": READ, "iot_ingest": ALL_BUT_DELETE},
    )
    # Rows are locked before they are deleted, which takes UPDATE of some column.
    grant(
        "platform.quarantine_entry",
        {"iot_auth": "SELECT (id, last_received_at), DELETE, UPDATE (reason)"},
    )
    grant("platform.quarantine_wave", {"iot_auth": "SELECT (last_at), DELETE"})
