"""Back-tests of alert rules that are jobs, and where rules stand."""

from db.migrations.script import ALL, run_sql, tenant_table

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    tenant_table(
        "alert_backtest",
        """
          id uuid NOT NULL,
          rule_id uuid,
          content jsonb NOT NULL,
          from_at timestamptz NOT NULL,
          to_at timestamptz NOT NULL,
          status text NOT NULL DEFAULT 'PENDING'
            CHECK (status IN ('PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED')),
          progress double precision NOT NULL DEFAULT 0,
          sums jsonb,
          found jsonb,
          failure text,
          job_id uuid,
          created_by text NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now(),
          started_at timestamptz,
          ended_at timestamptz,
          expires_at timestamptz NOT NULL,
          FOREIGN KEY (org_id, rule_id) REFERENCES platform.alert_rule
        """,
        is_top=True,
        grants={"app": ALL, "iot_auth": "TRIGGER"},
    )
    run_sql("""
        CREATE INDEX ix_alert_backtest_created
          ON platform.alert_backtest (org_id, created_at, id);
        -- Where a rule stands is listed by what it watches.
        DROP INDEX platform.ix_alert_pair_rule;
        CREATE INDEX ix_alert_pair_rule ON platform.alert_pair (org_id, rule_id, sensor_id);
    """)
