"""Dashboards: what people look at."""

from db.migrations.script import ALL_BUT_DELETE, grant, run_sql, tenant_table

revision = "0020"
down_revision = "0018"


def upgrade() -> None:
    tenant_table(
        "dashboard",
        """
          id uuid NOT NULL,
          name text NOT NULL,
          description text,
          content jsonb NOT NULL,
          created_by text NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now(),
          updated_at timestamptz NOT NULL DEFAULT now(),
          deleted_at timestamptz
        """,
        is_top=True,
        grants={"app": ALL_BUT_DELETE},
    )
    run_sql("""
        CREATE UNIQUE INDEX uq_dashboard_name ON platform.dashboard (org_id, name)
          WHERE deleted_at IS NULL;
        CREATE INDEX ix_dashboard_created ON platform.dashboard (org_id, created_at, id)
          WHERE deleted_at IS NULL;
        CREATE INDEX ix_dashboard_updated ON platform.dashboard (org_id, updated_at, id)
          WHERE deleted_at IS NULL;
    """)
    grant("platform.dashboard", {"iot_auth": "SELECT (org_id, deleted_at), TRIGGER"})
    # The organizations that are here already have none yet.
    run_sql("""
        INSERT INTO platform.quota (kind) VALUES ('dashboards');
        ALTER TABLE platform.organization NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE platform.usage NO FORCE ROW LEVEL SECURITY;
        INSERT INTO platform.usage (org_id, kind, writer)
          SELECT id, 'dashboards', 'service' FROM platform.organization;
        ALTER TABLE platform.organization FORCE ROW LEVEL SECURITY;
        ALTER TABLE platform.usage FORCE ROW LEVEL SECURITY;
    """)
