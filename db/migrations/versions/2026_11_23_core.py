"""Accounts, the fleet, provisioning, quarantine and the time-series core."""

from db.migrations.script import run_sql, run_sql_file
from db.timeseries import PLAIN_READINGS

revision = "2026_11_23_core"
down_revision = None

FOUNDATION = """
SET ROLE iot_api;
-- Unset means no tenant, and no tenant means no rows.
CREATE FUNCTION api.org() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('app.org_id', true), '')::uuid;
RESET ROLE;
"""

TABLES = """
CREATE TABLE platform.organization (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- A person may belong to several organizations: not a tenant's row, but seen through memberships only.
CREATE TABLE platform.user_account (
  id uuid PRIMARY KEY,
  email text NOT NULL,
  name text NOT NULL,
  password_hash text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX uq_user_account_email ON platform.user_account (lower(email));

CREATE TABLE platform.membership (
  org_id uuid NOT NULL DEFAULT api.org() REFERENCES platform.organization,
  user_id uuid NOT NULL REFERENCES platform.user_account,
  role text NOT NULL CHECK (role IN ('OWNER', 'ADMIN', 'MEMBER')),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, user_id)
);
CREATE INDEX ix_membership_user ON platform.membership (user_id);

CREATE TABLE platform.refresh_token (
  org_id uuid NOT NULL DEFAULT api.org(),
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  family_id uuid NOT NULL,
  token_hash bytea NOT NULL CONSTRAINT uq_refresh_token_hash UNIQUE,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, user_id) REFERENCES platform.membership ON DELETE CASCADE
);
CREATE INDEX ix_refresh_token_family ON platform.refresh_token (org_id, family_id);

CREATE TABLE platform.api_key (
  org_id uuid NOT NULL DEFAULT api.org() REFERENCES platform.organization,
  id uuid NOT NULL,
  name text NOT NULL,
  prefix text NOT NULL,
  key_hash bytea NOT NULL CONSTRAINT uq_api_key_hash UNIQUE,
  scopes text[] NOT NULL,
  created_by text NOT NULL,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, id)
);

CREATE TABLE platform.idempotency_record (
  org_id uuid NOT NULL DEFAULT api.org() REFERENCES platform.organization,
  principal text NOT NULL,
  route text NOT NULL,
  key text NOT NULL,
  request_hash bytea NOT NULL,
  answer bytea,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, principal, route, key)
);
CREATE INDEX ix_idempotency_record_created ON platform.idempotency_record (org_id, created_at);

CREATE TABLE platform.device (
  org_id uuid NOT NULL DEFAULT api.org() REFERENCES platform.organization,
  id uuid NOT NULL,
  name text NOT NULL,
  status text NOT NULL DEFAULT 'PENDING'
    CHECK (status IN ('PENDING', 'ACTIVE', 'INACTIVE', 'MAINTENANCE', 'OFFLINE')),
  tags text[] NOT NULL DEFAULT '{}',
  location jsonb,
  metadata jsonb NOT NULL DEFAULT '{}',
  firmware_version text,
  is_connected boolean NOT NULL DEFAULT false,
  last_seen_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (org_id, id)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX uq_device_name ON platform.device (org_id, name) WHERE deleted_at IS NULL;
CREATE INDEX ix_device_created ON platform.device (org_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX ix_device_tags ON platform.device USING gin (tags);
-- The pipeline looks devices and sensors up before it knows their tenant, and keys readings by the sensor's id alone.
CREATE UNIQUE INDEX uq_device_id ON platform.device (id);

CREATE TABLE platform.component (
  org_id uuid NOT NULL DEFAULT api.org(),
  id uuid NOT NULL,
  device_id uuid NOT NULL,
  key text NOT NULL,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (org_id, id),
  CONSTRAINT uq_component_key UNIQUE (org_id, device_id, key),
  FOREIGN KEY (org_id, device_id) REFERENCES platform.device
);

CREATE TABLE platform.sensor (
  org_id uuid NOT NULL DEFAULT api.org(),
  id uuid NOT NULL,
  device_id uuid NOT NULL,
  component_id uuid,
  key text NOT NULL,
  name text NOT NULL,
  value_type text NOT NULL CHECK (value_type IN ('DOUBLE', 'BIGINT', 'BOOLEAN', 'TEXT')),
  -- Born from a bare integer: becomes DOUBLE at its first fractional number, once.
  is_widenable boolean NOT NULL DEFAULT false,
  unit text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (org_id, id),
  CONSTRAINT uq_sensor_key UNIQUE NULLS NOT DISTINCT (org_id, device_id, component_id, key),
  FOREIGN KEY (org_id, device_id) REFERENCES platform.device,
  FOREIGN KEY (org_id, component_id) REFERENCES platform.component
);
CREATE UNIQUE INDEX uq_sensor_id ON platform.sensor (id);
CREATE INDEX ix_sensor_device ON platform.sensor (device_id);
CREATE INDEX ix_sensor_created ON platform.sensor (org_id, created_at, id) WHERE deleted_at IS NULL;

CREATE TABLE platform.registration_token (
  org_id uuid NOT NULL DEFAULT api.org(),
  id uuid NOT NULL,
  device_id uuid NOT NULL,
  token_hash bytea NOT NULL CONSTRAINT uq_registration_token_hash UNIQUE,
  expires_at timestamptz NOT NULL,
  created_by text NOT NULL,
  used_at timestamptz,
  revoked_at timestamptz,
  -- What it was exchanged for: the same public key gets the same certificate again, so that a lost answer
  -- does not brick a device.
  public_key_hash bytea,
  certificate_serial text,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, device_id) REFERENCES platform.device
);

CREATE TABLE platform.certificate (
  org_id uuid NOT NULL DEFAULT api.org(),
  serial text NOT NULL,
  device_id uuid NOT NULL,
  fingerprint bytea NOT NULL CONSTRAINT uq_certificate_fingerprint UNIQUE,
  pem text NOT NULL,
  not_before timestamptz NOT NULL,
  not_after timestamptz NOT NULL,
  revoked_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, serial),
  FOREIGN KEY (org_id, device_id) REFERENCES platform.device
);
CREATE INDEX ix_certificate_device ON platform.certificate (org_id, device_id);

-- The platform's own, not a tenant's. The key is encrypted with a key derived from the installation's secret.
CREATE TABLE platform.certificate_authority (
  id uuid PRIMARY KEY,
  certificate_pem text NOT NULL,
  encrypted_key bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE platform.quarantine_entry (
  org_id uuid NOT NULL DEFAULT api.org() REFERENCES platform.organization,
  id uuid NOT NULL,
  device_id uuid,
  reason text NOT NULL,
  message text NOT NULL,
  payload bytea NOT NULL,
  payload_hash bytea NOT NULL,
  payload_index integer NOT NULL,
  occurrences integer NOT NULL DEFAULT 1,
  received_at timestamptz NOT NULL DEFAULT now(),
  last_received_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, id),
  CONSTRAINT uq_quarantine_entry_payload
    UNIQUE NULLS NOT DISTINCT (org_id, device_id, payload_hash, payload_index),
  FOREIGN KEY (org_id, device_id) REFERENCES platform.device
);
CREATE INDEX ix_quarantine_entry_received ON platform.quarantine_entry (org_id, received_at, id);
"""

# FORCE: even the owner, by mistake, sees no tenant's row. platform.organization is its own tenant.
POLICIES = """
DO $$
DECLARE tenant_table text;
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY[
    'membership', 'refresh_token', 'api_key', 'idempotency_record', 'device', 'component', 'sensor', 'registration_token',
    'certificate', 'quarantine_entry'
  ] LOOP
    EXECUTE format('ALTER TABLE platform.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('CREATE POLICY tenant ON platform.%I USING (org_id = (SELECT api.org()))
                    WITH CHECK (org_id = (SELECT api.org()))', tenant_table);
  END LOOP;
END $$;

ALTER TABLE platform.organization ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON platform.organization USING (id = (SELECT api.org())) WITH CHECK (id = (SELECT api.org()));

-- People are seen by those who share an organization with them; anyone may be added, as registering does.
ALTER TABLE platform.user_account ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY colleague ON platform.user_account
  USING (EXISTS (SELECT FROM platform.membership m WHERE m.user_id = id AND m.org_id = (SELECT api.org())))
  WITH CHECK (EXISTS (SELECT FROM platform.membership m WHERE m.user_id = id AND m.org_id = (SELECT api.org())));
CREATE POLICY registration ON platform.user_account FOR INSERT WITH CHECK ((SELECT api.org()) IS NOT NULL);
"""

LOOKUPS = """
GRANT SELECT ON platform.api_key, platform.user_account, platform.membership, platform.refresh_token,
  platform.registration_token, platform.certificate, platform.device TO iot_auth;
GRANT UPDATE (last_used_at) ON platform.api_key TO iot_auth;

SET ROLE iot_auth;
-- What must be found before a tenant is known: one exact hash in, one row out.
CREATE FUNCTION auth.find_api_key(
  p_hash bytea, OUT org_id uuid, OUT id uuid, OUT scopes text[], OUT last_used_is_old boolean)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT k.org_id, k.id, k.scopes, coalesce(k.last_used_at < now() - interval '1 minute', true)
  FROM platform.api_key k
  WHERE k.key_hash = p_hash AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
$$;

-- Called at most once a minute for a key, so that a busy client costs no write per request.
CREATE FUNCTION auth.touch_api_key(p_hash bytea)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE platform.api_key SET last_used_at = now()
  WHERE key_hash = p_hash
$$;

CREATE FUNCTION auth.find_user(p_email text, OUT id uuid, OUT password_hash text, OUT org_id uuid, OUT role text)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT u.id, u.password_hash, m.org_id, m.role
  FROM platform.user_account u JOIN platform.membership m ON m.user_id = u.id
  WHERE lower(u.email) = lower(p_email)
  ORDER BY m.created_at, m.org_id LIMIT 1
$$;

CREATE FUNCTION auth.find_refresh_token(p_hash bytea, OUT org_id uuid, OUT id uuid)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT t.org_id, t.id FROM platform.refresh_token t WHERE t.token_hash = p_hash
$$;

CREATE FUNCTION auth.find_registration_token(p_hash bytea, OUT org_id uuid, OUT id uuid)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT t.org_id, t.id FROM platform.registration_token t WHERE t.token_hash = p_hash
$$;

CREATE FUNCTION auth.find_certificate(p_fingerprint bytea, OUT org_id uuid, OUT device_id uuid, OUT not_after timestamptz)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT c.org_id, c.device_id, c.not_after
  FROM platform.certificate c JOIN platform.device d ON d.org_id = c.org_id AND d.id = c.device_id
  WHERE c.fingerprint = p_fingerprint AND c.revoked_at IS NULL AND d.deleted_at IS NULL
    AND now() BETWEEN c.not_before AND c.not_after
$$;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA auth FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA auth TO app;
GRANT EXECUTE ON FUNCTION auth.find_certificate TO iot_ingest;
RESET ROLE;
"""

GRANTS = """
GRANT SELECT, INSERT, UPDATE ON platform.organization, platform.user_account TO app;
GRANT SELECT, INSERT, UPDATE, DELETE ON platform.membership, platform.refresh_token, platform.api_key,
  platform.idempotency_record,
  platform.device, platform.component, platform.registration_token, platform.certificate TO app;
GRANT SELECT, UPDATE ON platform.sensor TO app;
GRANT SELECT, DELETE ON platform.quarantine_entry TO app;
GRANT SELECT, INSERT ON platform.certificate_authority TO app;

GRANT SELECT ON platform.device, platform.component, platform.sensor TO iot_ingest;
GRANT INSERT, UPDATE (value_type, is_widenable) ON platform.sensor TO iot_ingest;
GRANT UPDATE (status, is_connected, last_seen_at, firmware_version) ON platform.device TO iot_ingest;
GRANT SELECT, INSERT, UPDATE ON platform.quarantine_entry TO iot_ingest;
"""


def upgrade() -> None:
    for script in (FOUNDATION, TABLES, POLICIES, LOOKUPS, GRANTS):
        run_sql(script)
    run_sql_file(PLAIN_READINGS)
