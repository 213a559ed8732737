"""An organization has a word of its own for addresses."""

from db.migrations.script import grant, run_sql

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    # What db/functions/auth/name_organization.sql makes of names; here each with a part of its id.
    run_sql("""
        ALTER TABLE platform.organization ADD COLUMN slug text;
        ALTER TABLE platform.organization NO FORCE ROW LEVEL SECURITY;
        UPDATE platform.organization SET slug =
          coalesce(nullif(trim(BOTH '-' FROM left(
            regexp_replace(lower(name), '[^a-z0-9]+', '-', 'g'), 40)), '') || '-', 'organization-')
          || right(id::text, 6);
        ALTER TABLE platform.organization FORCE ROW LEVEL SECURITY;
        ALTER TABLE platform.organization ALTER COLUMN slug SET NOT NULL,
          ADD CONSTRAINT organization_slug_check
            CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$');
        CREATE UNIQUE INDEX uq_organization_slug ON platform.organization (slug);
    """)
    grant("platform.organization", {"iot_auth": "SELECT (slug), TRIGGER"})
