"""Reference pairs: a component beside one whose values are trusted, over a span."""

from db.migrations.script import ALL_BUT_DELETE, grant, run_sql, tenant_table

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    tenant_table(
        "reference_pair",
        """
          id uuid NOT NULL,
          name text NOT NULL,
          primary_component_id uuid NOT NULL,
          reference_component_id uuid NOT NULL,
          from_at timestamptz NOT NULL,
          to_at timestamptz CHECK (to_at > from_at),
          created_by text NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now(),
          updated_at timestamptz NOT NULL DEFAULT now(),
          deleted_at timestamptz,
          CHECK (primary_component_id <> reference_component_id),
          FOREIGN KEY (org_id, primary_component_id) REFERENCES platform.component,
          FOREIGN KEY (org_id, reference_component_id) REFERENCES platform.component
        """,
        is_top=True,
        grants={"app": ALL_BUT_DELETE},
    )
    run_sql("""
        CREATE UNIQUE INDEX uq_reference_pair_name ON platform.reference_pair (org_id, name)
          WHERE deleted_at IS NULL;
        CREATE INDEX ix_reference_pair_created
          ON platform.reference_pair (org_id, created_at, id) WHERE deleted_at IS NULL;
    """)
    grant("platform.reference_pair", {"iot_auth": "SELECT (org_id, deleted_at), TRIGGER"})
    # The organizations that are here already have none yet.
    run_sql("""
        INSERT INTO platform.quota (kind) VALUES ('reference pairs');
        ALTER TABLE platform.organization NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE platform.usage NO FORCE ROW LEVEL SECURITY;
        INSERT INTO platform.usage (org_id, kind, writer)
          SELECT id, 'reference pairs', 'service' FROM platform.organization;
        ALTER TABLE platform.organization FORCE ROW LEVEL SECURITY;
        ALTER TABLE platform.usage FORCE ROW LEVEL SECURITY;
    """)
