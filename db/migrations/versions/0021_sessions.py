"""A session is one row, whose tokens are computed: a repeated refresh is answered as the first."""

from db.migrations.script import ALL_BUT_DELETE, grant, run_sql, tenant_table

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    # Whoever is signed in signs in again: of the tokens so far, hashes alone are kept.
    run_sql("DROP TABLE platform.refresh_token")
    tenant_table(
        "user_session",
        """
          id uuid NOT NULL,
          user_id uuid NOT NULL,
          -- Of the refresh token that is good now; and the secret that it was made under.
          counter integer NOT NULL DEFAULT 0,
          secret_id text NOT NULL,
          address text,
          agent text,
          created_at timestamptz NOT NULL DEFAULT now(),
          refreshed_at timestamptz NOT NULL DEFAULT now(),
          expires_at timestamptz NOT NULL,
          ended_at timestamptz,
          FOREIGN KEY (org_id, user_id) REFERENCES platform.membership ON DELETE CASCADE
        """,
        grants={"app": ALL_BUT_DELETE},
    )
    grant("platform.user_session", {"iot_auth": "SELECT, DELETE, UPDATE (refreshed_at)"})
    run_sql("""
        CREATE UNIQUE INDEX uq_user_session_id ON platform.user_session (id);
        CREATE INDEX ix_user_session_user
          ON platform.user_session (org_id, user_id, created_at, id);
        CREATE INDEX ix_user_session_expires ON platform.user_session (expires_at);
    """)
