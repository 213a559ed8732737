"""Customers of an organization: whose a device and a site is, and whose a person, a key, a
dashboard, an export."""

from db import functions
from db.migrations.script import ALL, connection, grant, run_sql, tenant_table

revision = "0042"
down_revision = "0041"

# What a customer leaves to the organization, and what ends with it: who and what would see all that
# is the organization's.
_LEFT = ("site", "device", "dashboard", "export", "job")
_ENDED = ("membership", "invitation", "api_key", "dashboard_share")
# What a customer's people make is their customer's.
_MADE = ("dashboard", "dashboard_share", "export", "job")


def upgrade() -> None:
    functions.make(connection(), "api.customer")
    tenant_table(
        "customer",
        """
          id uuid NOT NULL,
          name text NOT NULL,
          description text,
          created_by text NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now(),
          updated_at timestamptz NOT NULL DEFAULT now()
        """,
        is_top=True,
        grants={"app": ALL, "iot_auth": "SELECT (org_id, id, name), TRIGGER"},
    )
    run_sql("""
        CREATE UNIQUE INDEX uq_customer_name ON platform.customer (org_id, name);
        CREATE INDEX ix_customer_created ON platform.customer (org_id, created_at, id);
    """)
    for table in _LEFT:
        _column(table, "SET NULL (customer_id)")
    for table in _ENDED:
        _column(table, "CASCADE")
    for table in _MADE:
        run_sql(f"ALTER TABLE platform.{table} ALTER customer_id SET DEFAULT api.customer()")
    run_sql("""
        ALTER TABLE platform.membership ADD CONSTRAINT ck_membership_customer
          CHECK (customer_id IS NULL OR role <> 'OWNER');
        ALTER TABLE platform.invitation ADD CONSTRAINT ck_invitation_customer
          CHECK (customer_id IS NULL OR role <> 'OWNER');
        CREATE INDEX ix_device_customer ON platform.device (org_id, customer_id, created_at, id)
          WHERE customer_id IS NOT NULL;
        CREATE INDEX ix_site_customer ON platform.site (org_id, customer_id)
          WHERE customer_id IS NOT NULL;
        CREATE INDEX ix_membership_customer ON platform.membership (org_id, customer_id)
          WHERE customer_id IS NOT NULL;
        -- Names tell nothing of another customer's.
        DROP INDEX platform.uq_dashboard_name;
        CREATE UNIQUE INDEX uq_dashboard_name ON platform.dashboard (org_id, customer_id, name)
          NULLS NOT DISTINCT WHERE deleted_at IS NULL;
    """)
    grant("platform.dashboard_share", {"iot_auth": "SELECT (customer_id)"})
    grant("platform.device", {"iot_api": "SELECT (org_id, id, customer_id)"})
    grant("platform.sensor", {"iot_api": "SELECT (org_id, id, device_id)"})
    run_sql("""
        INSERT INTO platform.quota (kind) VALUES ('customers');
        ALTER TABLE platform.organization NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE platform.usage NO FORCE ROW LEVEL SECURITY;
        INSERT INTO platform.usage (org_id, kind, writer)
          SELECT id, 'customers', 'service' FROM platform.organization;
        ALTER TABLE platform.organization FORCE ROW LEVEL SECURITY;
        ALTER TABLE platform.usage FORCE ROW LEVEL SECURITY;
    """)


def _column(table: str, at_its_end: str) -> None:
    run_sql(
        f"ALTER TABLE platform.{table} ADD COLUMN customer_id uuid, "
        f"ADD CONSTRAINT fk_{table}_customer FOREIGN KEY (org_id, customer_id) "
        f"REFERENCES platform.customer ON DELETE {at_its_end}"
    )
