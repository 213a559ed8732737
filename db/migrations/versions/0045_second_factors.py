"""People have a second factor, and organizations may ask for one."""

from db.migrations.script import grant, run_sql

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    # No tenant's, as accounts are: a person has one, of whichever organizations they are a member.
    # The service reaches them through functions alone.
    run_sql("""
        CREATE TABLE platform.second_factor (
          user_id uuid PRIMARY KEY REFERENCES platform.user_account ON DELETE CASCADE,
          encrypted_secret bytea NOT NULL CHECK (length(encrypted_secret) <= 128),
          -- Of the code that was used last: it, and those before it, are of no use again.
          last_step bigint NOT NULL DEFAULT 0,
          created_at timestamptz NOT NULL DEFAULT now(),
          confirmed_at timestamptz
        );
        CREATE TABLE platform.recovery_code (
          user_id uuid NOT NULL REFERENCES platform.second_factor ON DELETE CASCADE,
          code_hash bytea NOT NULL CHECK (length(code_hash) = 32),
          PRIMARY KEY (user_id, code_hash)
        );
        ALTER TABLE platform.organization
          ADD COLUMN require_second_factor boolean NOT NULL DEFAULT false;
        -- When a code was last given in it.
        ALTER TABLE platform.user_session ADD COLUMN mfa_at timestamptz;
    """)
    grant("platform.second_factor", {"iot_auth": "SELECT, INSERT, UPDATE, DELETE"})
    grant("platform.recovery_code", {"iot_auth": "SELECT, INSERT, DELETE"})
    grant("platform.user_session", {"iot_auth": "UPDATE (mfa_at)"})
