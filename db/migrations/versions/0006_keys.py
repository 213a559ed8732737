"""Which secret something is hashed under, whose a public key is, and what the broker shows."""

from db.migrations.script import READ, READ_AND_ADD, grant, run_sql, tenant_table

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    _secrets()
    _device_keys()
    _certificates()


def _secrets() -> None:
    # NULL for what was hashed before anybody wrote it down.
    run_sql("""
        ALTER TABLE platform.api_key ADD COLUMN secret_id text;
        ALTER TABLE platform.refresh_token ADD COLUMN secret_id text;
        ALTER TABLE platform.registration_token ADD COLUMN secret_id text;
        CREATE INDEX ix_api_key_maker ON platform.api_key (org_id, created_by);
    """)
    grant("platform.api_key", {"iot_auth": "UPDATE (key_hash, secret_id)"})


def _device_keys() -> None:
    # Unique over all tenants, who see their own alone: another one learns that a key is in use.
    tenant_table(
        "device_key",
        """
          public_key_hash bytea NOT NULL CONSTRAINT uq_device_key_hash UNIQUE,
          device_id uuid NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now(),
          FOREIGN KEY (org_id, device_id) REFERENCES platform.device
        """,
        key="public_key_hash",
        grants={"app": f"{READ_AND_ADD}, DELETE"},
    )
    # As the owner, who sees nothing beyond a policy that is forced. Where devices share a key, it
    # is the first one's.
    run_sql("""
        CREATE INDEX ix_device_key_device ON platform.device_key (org_id, device_id);
        ALTER TABLE platform.device NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE platform.registration_token NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE platform.device_key NO FORCE ROW LEVEL SECURITY;
        INSERT INTO platform.device_key (org_id, public_key_hash, device_id)
          SELECT t.org_id, t.public_key_hash, t.device_id
          FROM platform.registration_token t
          JOIN platform.device d ON d.org_id = t.org_id AND d.id = t.device_id
          WHERE t.public_key_hash IS NOT NULL AND d.deleted_at IS NULL
          ORDER BY t.used_at, t.id
          ON CONFLICT DO NOTHING;
        ALTER TABLE platform.device FORCE ROW LEVEL SECURITY;
        ALTER TABLE platform.registration_token FORCE ROW LEVEL SECURITY;
        ALTER TABLE platform.device_key FORCE ROW LEVEL SECURITY;
    """)


def _certificates() -> None:
    # What is the installation's own, its owner makes: whoever serves reads it.
    run_sql("""
        REVOKE INSERT ON platform.certificate_authority FROM app;
        CREATE INDEX ix_certificate_revoked ON platform.certificate (not_after)
          WHERE revoked_at IS NOT NULL;
        CREATE TABLE platform.broker_certificate (
          id uuid PRIMARY KEY,
          host text NOT NULL,
          certificate_pem text NOT NULL,
          authority_pem text NOT NULL,
          encrypted_key bytea NOT NULL,
          not_after timestamptz NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now()
        );
    """)
    grant("platform.broker_certificate", {"iot_ingest": READ})
