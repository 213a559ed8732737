"""A dashboard is shown to whoever holds a link."""

from db.migrations.script import grant, run_sql, tenant_table

revision = "0026"
down_revision = "0023"


def upgrade() -> None:
    tenant_table(
        "dashboard_share",
        """
          id uuid NOT NULL,
          dashboard_id uuid NOT NULL,
          token_hash bytea NOT NULL,
          chosen jsonb NOT NULL,
          shows_alerts boolean NOT NULL,
          created_by text NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now(),
          expires_at timestamptz NOT NULL,
          last_used_at timestamptz,
          FOREIGN KEY (org_id, dashboard_id) REFERENCES platform.dashboard
        """,
        grants={"app": "SELECT, INSERT, DELETE"},
    )
    run_sql("""
        CREATE UNIQUE INDEX uq_dashboard_share_token ON platform.dashboard_share (token_hash);
        CREATE INDEX ix_dashboard_share_dashboard ON platform.dashboard_share
          (org_id, dashboard_id, created_at, id);
    """)
    grant(
        "platform.dashboard_share",
        {
            "iot_auth": "SELECT (org_id, id, dashboard_id, token_hash, chosen, shows_alerts, "
            "expires_at, last_used_at), UPDATE (last_used_at)"
        },
    )
