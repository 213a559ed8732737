"""Which broker holds a device's session, and the log of connections."""

from db.migrations.script import ALL, grant, run_sql, tenant_table

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    # The installation's own. Whoever isn't seen any more has died, and its sessions with it.
    run_sql("""
        CREATE TABLE platform.broker (
          id uuid PRIMARY KEY,
          started_at timestamptz NOT NULL DEFAULT now(),
          seen_at timestamptz NOT NULL DEFAULT now()
        );
        ALTER TABLE platform.device ADD COLUMN broker_id uuid;
        GRANT UPDATE (broker_id) ON platform.device TO iot_ingest;
    """)
    grant("platform.broker", {"iot_ingest": ALL})
    # A session, open until `disconnected_at`; or attempts that were refused, of one minute and for
    # one reason, which no broker holds.
    tenant_table(
        "device_connection",
        """
          id uuid NOT NULL,
          device_id uuid NOT NULL,
          broker_id uuid,
          connected_at timestamptz NOT NULL,
          disconnected_at timestamptz,
          address text,
          tls_version text,
          serial text,
          reason text CHECK (reason ~ '^[A-Z][A-Z_]{0,39}$'),
          attempts integer NOT NULL DEFAULT 1,
          FOREIGN KEY (org_id, device_id) REFERENCES platform.device,
          CHECK ((disconnected_at IS NULL) = (reason IS NULL)),
          CHECK (broker_id IS NOT NULL OR disconnected_at IS NOT NULL)
        """,
        grants={"app": "SELECT", "iot_ingest": ALL},
    )
    run_sql("""
        CREATE INDEX ix_device_connection_device
          ON platform.device_connection (org_id, device_id, connected_at, id);
        CREATE INDEX ix_device_connection_open ON platform.device_connection (broker_id)
          WHERE disconnected_at IS NULL;
        CREATE INDEX ix_device_connection_ended ON platform.device_connection (disconnected_at)
          WHERE disconnected_at IS NOT NULL;
    """)
