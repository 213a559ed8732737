"""The journal: what happened, written in the transaction of its cause and never changed."""

from db.migrations.script import READ_AND_ADD, run_sql, tenant_table

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    # Partitioned by the month in which it was written down, so that the past is dropped and not
    # deleted row by row. No foreign keys: what happened outlives what it happened to.
    tenant_table(
        "event",
        """
          id uuid NOT NULL,
          type text NOT NULL CHECK (type ~ '^[A-Z][A-Z0-9_]{0,63}$'),
          severity text NOT NULL DEFAULT 'INFO' CHECK (severity IN ('INFO', 'WARNING', 'CRITICAL')),
          title text NOT NULL CHECK (length(title) BETWEEN 1 AND 300),
          details jsonb NOT NULL DEFAULT '{}',
          site_id uuid,
          device_id uuid,
          component_id uuid,
          sensor_id uuid,
          actor text NOT NULL,
          occurred_at timestamptz NOT NULL DEFAULT now(),
          recorded_at timestamptz NOT NULL DEFAULT now()
        """,
        key="recorded_at, id",
        storage="PARTITION BY RANGE (recorded_at)",
        grants={"app": READ_AND_ADD, "iot_ingest": READ_AND_ADD},
    )
    run_sql("""
        CREATE INDEX ix_event_occurred ON platform.event (org_id, occurred_at, id);
        CREATE INDEX ix_event_device ON platform.event (org_id, device_id, occurred_at, id)
          WHERE device_id IS NOT NULL;
    """)
