"""What is told of alerts: the outbox in which it is written down with its cause."""

from db.migrations.script import READ_AND_ADD, run_sql, tenant_table

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    # Gone as soon as it was taken up. `number`: of one alert's changes, in the order of their
    # commits, since each was written under the alert's lock.
    tenant_table(
        "alert_outbox",
        """
          id uuid NOT NULL,
          number bigint GENERATED ALWAYS AS IDENTITY,
          alert_id uuid NOT NULL,
          rule_id uuid NOT NULL,
          cause text NOT NULL CHECK (cause IN ('FIRED', 'SEVERITY', 'RESOLVED', 'REFUTED',
            'REOPENED', 'ACKNOWLEDGED')),
          severity text NOT NULL CHECK (severity IN ('INFO', 'WARNING', 'CRITICAL')),
          occurred_at timestamptz NOT NULL,
          details jsonb NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now()
        """,
        grants={"app": f"{READ_AND_ADD}, DELETE", "iot_ingest": READ_AND_ADD},
    )
    run_sql("CREATE INDEX ix_alert_outbox_number ON platform.alert_outbox (org_id, number)")
