"""Provisioning: one-time tokens, certificates, and the authority that signs them."""

from __future__ import annotations

from db.migrations.script import ALL, READ, READ_AND_ADD, grant, run_sql, tenant_table


def create() -> None:
    # A token that was used says what it was exchanged for: the same public key gets the same
    # certificate again, so that a lost answer does not brick a device.
    tenant_table(
        "registration_token",
        """
          id uuid NOT NULL,
          device_id uuid NOT NULL,
          token_hash bytea NOT NULL CONSTRAINT uq_registration_token_hash UNIQUE,
          expires_at timestamptz NOT NULL,
          created_by text NOT NULL,
          used_at timestamptz,
          revoked_at timestamptz,
          public_key_hash bytea,
          certificate_serial text,
          created_at timestamptz NOT NULL DEFAULT now(),
          FOREIGN KEY (org_id, device_id) REFERENCES platform.device
        """,
        grants={"app": ALL, "iot_auth": READ},
    )
    tenant_table(
        "certificate",
        """
          serial text NOT NULL,
          device_id uuid NOT NULL,
          fingerprint bytea NOT NULL CONSTRAINT uq_certificate_fingerprint UNIQUE,
          pem text NOT NULL,
          not_before timestamptz NOT NULL,
          not_after timestamptz NOT NULL,
          revoked_at timestamptz,
          created_at timestamptz NOT NULL DEFAULT now(),
          FOREIGN KEY (org_id, device_id) REFERENCES platform.device
        """,
        key="serial",
        grants={"app": ALL, "iot_auth": READ},
    )
    # The authority is the platform's own, not a tenant's. Its key is encrypted with a key derived
    # from the installation's secret.
    run_sql("""
        CREATE INDEX ix_registration_token_created
          ON platform.registration_token (org_id, created_at, id)
          WHERE used_at IS NULL AND revoked_at IS NULL;
        CREATE INDEX ix_registration_token_expires
          ON platform.registration_token (org_id, expires_at, id)
          WHERE used_at IS NULL AND revoked_at IS NULL;
        CREATE INDEX ix_registration_token_device
          ON platform.registration_token (org_id, device_id);
        CREATE INDEX ix_certificate_device ON platform.certificate (org_id, device_id);

        CREATE TABLE platform.certificate_authority (
          id uuid PRIMARY KEY,
          certificate_pem text NOT NULL,
          encrypted_key bytea NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now()
        );
    """)
    grant("platform.certificate_authority", {"app": READ_AND_ADD})
