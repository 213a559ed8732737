"""People are invited into organizations; the last owner stays one."""

from db.migrations.script import ALL, grant, run_sql, tenant_table

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    # One that was answered, withdrawn or replaced stays for a while, so that using it again is told
    # from guessing, and letters can be counted.
    tenant_table(
        "invitation",
        """
          id uuid NOT NULL,
          email text NOT NULL,
          role text NOT NULL CHECK (role IN ('OWNER', 'ADMIN', 'MEMBER')),
          token_hash bytea NOT NULL CONSTRAINT uq_invitation_hash UNIQUE,
          secret_id text NOT NULL,
          created_by text NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now(),
          expires_at timestamptz NOT NULL,
          ended_at timestamptz,
          accepted_by uuid
        """,
        is_top=True,
        grants={"app": ALL, "iot_auth": "SELECT, UPDATE (ended_at, accepted_by)"},
    )
    run_sql("""
        CREATE UNIQUE INDEX uq_invitation_open ON platform.invitation (org_id, lower(email))
          WHERE ended_at IS NULL;
        CREATE INDEX ix_invitation_created ON platform.invitation (org_id, created_at, id);
        CREATE INDEX ix_membership_joined ON platform.membership (org_id, created_at, user_id);
    """)
    grant("platform.organization", {"iot_auth": "SELECT (name, created_at)"})
    grant("platform.membership", {"iot_auth": "SELECT, INSERT"})
    grant("platform.user_session", {"iot_auth": "SELECT"})
