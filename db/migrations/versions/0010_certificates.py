"""Certificates are renewed: which came from which, by which proof, and which one is in use."""

from db.migrations.script import grant, run_sql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    # The nonce that a renewal was proved with stands beside what it gave: it gives nothing else.
    # NULL for certificates that a token gave, and for what nobody wrote down then.
    run_sql("""
        ALTER TABLE platform.certificate
          ADD COLUMN public_key_hash bytea,
          ADD COLUMN renewed_from text,
          ADD COLUMN renewal_nonce text,
          ADD COLUMN first_used_at timestamptz,
          ADD COLUMN superseded_at timestamptz,
          ADD COLUMN renewal_asked_at timestamptz,
          ADD FOREIGN KEY (org_id, renewed_from) REFERENCES platform.certificate;
        CREATE UNIQUE INDEX uq_certificate_serial ON platform.certificate (serial);
        CREATE UNIQUE INDEX uq_certificate_nonce ON platform.certificate (org_id, renewal_nonce)
          WHERE renewal_nonce IS NOT NULL;
        CREATE INDEX ix_certificate_renewed ON platform.certificate (org_id, renewed_from)
          WHERE renewed_from IS NOT NULL;
        DROP INDEX platform.ix_certificate_revoked;
        CREATE INDEX ix_certificate_ended ON platform.certificate (not_after)
          WHERE revoked_at IS NOT NULL OR superseded_at IS NOT NULL;
    """)
    grant(
        "platform.certificate",
        {"iot_auth": "UPDATE (first_used_at, superseded_at, renewal_asked_at)"},
    )
    _expiry_of_devices()
    _authorities()


def _expiry_of_devices() -> None:
    run_sql("""
        ALTER TABLE platform.device ADD COLUMN certificate_expires_at timestamptz;
        ALTER TABLE platform.device NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE platform.certificate NO FORCE ROW LEVEL SECURITY;
        UPDATE platform.device d SET certificate_expires_at = c.not_after
          FROM (SELECT org_id, device_id, min(not_after) AS not_after FROM platform.certificate
                WHERE revoked_at IS NULL GROUP BY org_id, device_id) c
          WHERE c.org_id = d.org_id AND c.device_id = d.id;
        ALTER TABLE platform.certificate FORCE ROW LEVEL SECURITY;
        ALTER TABLE platform.device FORCE ROW LEVEL SECURITY;
        CREATE INDEX ix_device_certificate ON platform.device (org_id, certificate_expires_at, id)
          WHERE deleted_at IS NULL;
    """)
    grant("platform.device", {"iot_auth": "UPDATE (certificate_expires_at)"})


def _authorities() -> None:
    # Several while one takes another's place. There was one, which has signed all that is there.
    run_sql("""
        ALTER TABLE platform.certificate_authority
          ADD COLUMN issuers_pem text NOT NULL DEFAULT '',
          ADD COLUMN retired_at timestamptz;
        ALTER TABLE platform.certificate
          ADD COLUMN authority_id uuid REFERENCES platform.certificate_authority;
        CREATE INDEX ix_certificate_authority ON platform.certificate (authority_id, not_after)
          WHERE revoked_at IS NULL;
        ALTER TABLE platform.certificate NO FORCE ROW LEVEL SECURITY;
        UPDATE platform.certificate SET authority_id =
          (SELECT id FROM platform.certificate_authority ORDER BY created_at DESC LIMIT 1);
        ALTER TABLE platform.certificate FORCE ROW LEVEL SECURITY;
        UPDATE platform.certificate_authority SET retired_at = now() WHERE id <>
          (SELECT id FROM platform.certificate_authority ORDER BY created_at DESC LIMIT 1);
    """)
    grant("platform.certificate_authority", {"iot_auth": "SELECT (id, created_at, retired_at)"})
