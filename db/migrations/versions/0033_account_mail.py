"""Letters to people wait in an outbox; an account says whether its address was proven."""

from db.migrations.script import grant, run_sql

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    # Not a tenant's: whoever forgot a password, or answers an invitation, acts in none. What is
    # written is encrypted, and is gone once it was sent.
    run_sql("""
        CREATE TABLE platform.account_mail (
          id uuid PRIMARY KEY,
          sealed bytea NOT NULL CHECK (length(sealed) <= 16384),
          attempts integer NOT NULL DEFAULT 0,
          created_at timestamptz NOT NULL DEFAULT now(),
          due_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX ix_account_mail_due ON platform.account_mail (due_at);
        ALTER TABLE platform.user_account ADD COLUMN email_verified_at timestamptz;
    """)
    grant(
        "platform.account_mail",
        {"iot_auth": "SELECT, INSERT", "iot_ingest": "SELECT, DELETE, UPDATE (due_at, attempts)"},
    )
    grant(
        "platform.user_account",
        {"iot_auth": "UPDATE (password_hash, email_verified_at, updated_at)"},
    )
    grant("platform.user_session", {"iot_auth": "UPDATE (ended_at)"})
