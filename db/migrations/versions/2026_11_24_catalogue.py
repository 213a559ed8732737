"""The catalogue: sensor and device profiles, packs; components and devices are bound to versions of profiles."""

from db.migrations.script import run_sql

revision = "2026_11_24_catalogue"
down_revision = "2026_11_24_fleet"

TABLES = """
CREATE TABLE platform.sensor_profile (
  org_id uuid NOT NULL DEFAULT api.org() REFERENCES platform.organization,
  id uuid NOT NULL,
  name text NOT NULL,
  major integer NOT NULL,
  minor integer NOT NULL,
  description text NOT NULL,
  changes text NOT NULL,
  fields jsonb NOT NULL,
  pack_name text,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, id),
  CONSTRAINT uq_sensor_profile_version UNIQUE (org_id, name, major, minor)
);
CREATE INDEX ix_sensor_profile_created ON platform.sensor_profile (org_id, created_at, id);

CREATE TABLE platform.device_profile (
  org_id uuid NOT NULL DEFAULT api.org() REFERENCES platform.organization,
  id uuid NOT NULL,
  name text NOT NULL,
  major integer NOT NULL,
  minor integer NOT NULL,
  description text NOT NULL,
  changes text NOT NULL,
  fields jsonb NOT NULL,
  commands jsonb NOT NULL,
  pack_name text,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, id),
  CONSTRAINT uq_device_profile_version UNIQUE (org_id, name, major, minor)
);
CREATE INDEX ix_device_profile_created ON platform.device_profile (org_id, created_at, id);

-- A sensor profile that a device profile asks for can't be deleted: the key says so, whoever comes first.
CREATE TABLE platform.device_profile_component (
  org_id uuid NOT NULL DEFAULT api.org(),
  device_profile_id uuid NOT NULL,
  key text NOT NULL,
  name text NOT NULL,
  position integer NOT NULL,
  sensor_profile_id uuid NOT NULL,
  takes_newer boolean NOT NULL,
  PRIMARY KEY (org_id, device_profile_id, key),
  FOREIGN KEY (org_id, device_profile_id) REFERENCES platform.device_profile ON DELETE CASCADE,
  FOREIGN KEY (org_id, sensor_profile_id) REFERENCES platform.sensor_profile
);
CREATE INDEX ix_device_profile_component_sensor_profile
  ON platform.device_profile_component (org_id, sensor_profile_id);

CREATE TABLE platform.pack (
  org_id uuid NOT NULL DEFAULT api.org() REFERENCES platform.organization,
  id uuid NOT NULL,
  name text NOT NULL,
  major integer NOT NULL,
  minor integer NOT NULL,
  hash text NOT NULL,
  document jsonb NOT NULL,
  is_shipped boolean NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  installed_at timestamptz,
  PRIMARY KEY (org_id, id),
  CONSTRAINT uq_pack_version UNIQUE (org_id, name, major, minor)
);
CREATE UNIQUE INDEX uq_pack_installed ON platform.pack (org_id, name) WHERE installed_at IS NOT NULL;

ALTER TABLE platform.component ADD COLUMN sensor_profile_id uuid,
  ADD FOREIGN KEY (org_id, sensor_profile_id) REFERENCES platform.sensor_profile;
CREATE INDEX ix_component_sensor_profile ON platform.component (org_id, sensor_profile_id)
  WHERE sensor_profile_id IS NOT NULL;
ALTER TABLE platform.device ADD COLUMN device_profile_id uuid,
  ADD FOREIGN KEY (org_id, device_profile_id) REFERENCES platform.device_profile;
CREATE INDEX ix_device_device_profile ON platform.device (org_id, device_profile_id)
  WHERE device_profile_id IS NOT NULL;
"""

POLICIES = """
DO $$
DECLARE tenant_table text;
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY['sensor_profile', 'device_profile', 'device_profile_component', 'pack'] LOOP
    EXECUTE format('ALTER TABLE platform.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('CREATE POLICY tenant ON platform.%I USING (org_id = (SELECT api.org()))
                    WITH CHECK (org_id = (SELECT api.org()))', tenant_table);
  END LOOP;
END $$;
"""

# No UPDATE on profiles but of who takes them away: a version is what it was when it was made.
GRANTS = """
GRANT SELECT, INSERT, DELETE, UPDATE (pack_name) ON platform.sensor_profile, platform.device_profile TO app;
GRANT SELECT, INSERT, DELETE ON platform.device_profile_component TO app;
GRANT SELECT, INSERT, DELETE, UPDATE (installed_at) ON platform.pack TO app;
GRANT SELECT ON platform.sensor_profile, platform.device_profile TO iot_ingest;
"""


def upgrade() -> None:
    for script in (TABLES, POLICIES, GRANTS):
        run_sql(script)
