"""Access tokens are signed with keys that are kept, encrypted, and change."""

from db.migrations.script import READ, grant, run_sql

revision = "0044"
down_revision = "0042"


def upgrade() -> None:
    run_sql("""
        CREATE TABLE platform.signing_key (
          id text PRIMARY KEY,
          encrypted_key bytea NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now(),
          signs_from timestamptz NOT NULL DEFAULT now(),
          ends_at timestamptz
        );
    """)
    grant("platform.signing_key", {"app": READ})
