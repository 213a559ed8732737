"""API keys are made anew while the one before goes on for a while, and say from where they may be
used."""

from db.migrations.script import grant, run_sql, tenant_table

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    run_sql("ALTER TABLE platform.api_key ADD COLUMN allowed_addresses text[]")
    tenant_table(
        "former_api_key",
        """
          id uuid NOT NULL,
          key_id uuid NOT NULL,
          prefix text NOT NULL,
          key_hash bytea NOT NULL CONSTRAINT uq_former_api_key_hash UNIQUE,
          secret_id text,
          expires_at timestamptz NOT NULL,
          last_used_at timestamptz,
          CONSTRAINT fk_former_api_key_key
            FOREIGN KEY (org_id, key_id) REFERENCES platform.api_key ON DELETE CASCADE
        """,
        grants={"app": "SELECT, INSERT, DELETE"},
    )
    run_sql("CREATE INDEX ix_former_api_key_key ON platform.former_api_key (org_id, key_id)")
    grant(
        "platform.former_api_key",
        {"iot_auth": "SELECT, UPDATE (key_hash, secret_id, last_used_at)"},
    )
