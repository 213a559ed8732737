"""Sites, device groups, health, and an index for every way in which a large fleet is listed."""

from db.migrations.script import run_sql

revision = "2026_11_24_fleet"
down_revision = "2026_11_24_tiers"

TABLES = """
CREATE TABLE platform.site (
  org_id uuid NOT NULL DEFAULT api.org() REFERENCES platform.organization,
  id uuid NOT NULL,
  name text NOT NULL,
  description text,
  latitude double precision,
  longitude double precision,
  address text,
  timezone text NOT NULL DEFAULT 'UTC',
  tags text[] NOT NULL DEFAULT '{}',
  metadata jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (org_id, id)
);
CREATE UNIQUE INDEX uq_site_name ON platform.site (org_id, name) WHERE deleted_at IS NULL;
CREATE INDEX ix_site_created ON platform.site (org_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX ix_site_updated ON platform.site (org_id, updated_at, id) WHERE deleted_at IS NULL;

CREATE TABLE platform.device_group (
  org_id uuid NOT NULL DEFAULT api.org() REFERENCES platform.organization,
  id uuid NOT NULL,
  name text NOT NULL,
  description text,
  tags text[] NOT NULL,
  match text NOT NULL CHECK (match IN ('ANY', 'ALL')),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (org_id, id)
);
CREATE UNIQUE INDEX uq_device_group_name ON platform.device_group (org_id, name) WHERE deleted_at IS NULL;
CREATE INDEX ix_device_group_created ON platform.device_group (org_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX ix_device_group_updated ON platform.device_group (org_id, updated_at, id) WHERE deleted_at IS NULL;

ALTER TABLE platform.device ADD COLUMN site_id uuid,
  -- To sort by: 1970 for a device that was never seen. A column, and not an index on an expression: of that there
  -- would be no statistics under row-level security.
  ADD COLUMN seen_or_never timestamptz NOT NULL
    GENERATED ALWAYS AS (coalesce(last_seen_at, '1970-01-01 00:00:00+00'::timestamptz)) STORED,
  ADD FOREIGN KEY (org_id, site_id) REFERENCES platform.site;

-- Where a device has been. The row whose to_at is null is where it is.
CREATE TABLE platform.device_placement (
  org_id uuid NOT NULL DEFAULT api.org(),
  id uuid NOT NULL,
  device_id uuid NOT NULL,
  site_id uuid NOT NULL,
  from_at timestamptz NOT NULL DEFAULT now(),
  to_at timestamptz,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, device_id) REFERENCES platform.device,
  FOREIGN KEY (org_id, site_id) REFERENCES platform.site
);
CREATE INDEX ix_device_placement_device ON platform.device_placement (org_id, device_id, from_at, id);
CREATE UNIQUE INDEX uq_device_placement_open ON platform.device_placement (org_id, device_id) WHERE to_at IS NULL;

-- Under row-level security only leakproof operators may use an index: `tags @>` and ILIKE may not, = and < may.
-- No foreign keys on these three: triggers write them out of the very row that a key would look for.
CREATE TABLE platform.device_tag (
  org_id uuid NOT NULL DEFAULT api.org(),
  device_id uuid NOT NULL,
  tag text NOT NULL,
  PRIMARY KEY (org_id, device_id, tag)
);
CREATE INDEX ix_device_tag_tag ON platform.device_tag (org_id, tag, device_id);
DROP INDEX platform.ix_device_tags;

-- The words of names, in lower case and sorted by code point, so that a beginning of one is a range.
CREATE TABLE platform.device_word (
  org_id uuid NOT NULL DEFAULT api.org(),
  device_id uuid NOT NULL,
  word text COLLATE "C" NOT NULL,
  PRIMARY KEY (org_id, device_id, word)
);
CREATE INDEX ix_device_word_word ON platform.device_word (org_id, word, device_id);

CREATE TABLE platform.sensor_word (
  org_id uuid NOT NULL DEFAULT api.org(),
  sensor_id uuid NOT NULL,
  word text COLLATE "C" NOT NULL,
  PRIMARY KEY (org_id, sensor_id, word)
);
CREATE INDEX ix_sensor_word_word ON platform.sensor_word (org_id, word, sensor_id);

-- Partitioned by day, so that the past is dropped and not deleted row by row. No foreign key: attaching a day would
-- lock platform.device; who may write is decided by the certificate, and again in the statement that writes.
CREATE TABLE platform.device_health (
  org_id uuid NOT NULL DEFAULT api.org(),
  device_id uuid NOT NULL,
  recorded_at timestamptz NOT NULL,
  uptime_seconds bigint,
  free_heap_bytes bigint,
  signal_strength_dbm double precision,
  connection_type text,
  readings_sent bigint,
  readings_dropped bigint,
  PRIMARY KEY (org_id, device_id, recorded_at)
) PARTITION BY RANGE (recorded_at);
"""

# All of one organization first, then what is asked for, then what the list is sorted by.
INDEXES = """
CREATE INDEX ix_device_updated ON platform.device (org_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX ix_device_seen ON platform.device (org_id, seen_or_never, id) WHERE deleted_at IS NULL;
CREATE INDEX ix_device_status ON platform.device (org_id, status, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX ix_device_connected ON platform.device (org_id, is_connected, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX ix_device_site ON platform.device (org_id, site_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX ix_device_firmware ON platform.device (org_id, firmware_version, created_at, id)
  WHERE deleted_at IS NULL;

-- What was deleted gives its key free.
ALTER TABLE platform.component DROP CONSTRAINT uq_component_key;
CREATE UNIQUE INDEX uq_component_key ON platform.component (org_id, device_id, key) WHERE deleted_at IS NULL;
CREATE INDEX ix_component_created ON platform.component (org_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX ix_component_name ON platform.component (org_id, name, id) WHERE deleted_at IS NULL;
CREATE INDEX ix_component_key ON platform.component (org_id, key, id) WHERE deleted_at IS NULL;

ALTER TABLE platform.sensor DROP CONSTRAINT uq_sensor_key;
CREATE UNIQUE INDEX uq_sensor_key ON platform.sensor (org_id, device_id, component_id, key) NULLS NOT DISTINCT
  WHERE deleted_at IS NULL;
CREATE INDEX ix_sensor_name ON platform.sensor (org_id, name, id) WHERE deleted_at IS NULL;
CREATE INDEX ix_sensor_by_key ON platform.sensor (org_id, key, id) WHERE deleted_at IS NULL;
CREATE INDEX ix_sensor_component ON platform.sensor (org_id, component_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX ix_sensor_value_type ON platform.sensor (org_id, value_type, created_at, id) WHERE deleted_at IS NULL;

CREATE INDEX ix_registration_token_created ON platform.registration_token (org_id, created_at, id)
  WHERE used_at IS NULL AND revoked_at IS NULL;
CREATE INDEX ix_registration_token_expires ON platform.registration_token (org_id, expires_at, id)
  WHERE used_at IS NULL AND revoked_at IS NULL;
CREATE INDEX ix_registration_token_device ON platform.registration_token (org_id, device_id);
"""

POLICIES = """
DO $$
DECLARE tenant_table text;
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY[
    'site', 'device_group', 'device_placement', 'device_tag', 'device_word', 'sensor_word', 'device_health'
  ] LOOP
    EXECUTE format('ALTER TABLE platform.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('CREATE POLICY tenant ON platform.%I USING (org_id = (SELECT api.org()))
                    WITH CHECK (org_id = (SELECT api.org()))', tenant_table);
  END LOOP;
END $$;
"""

# What follows from a row is written by the database, in the same transaction and by whatever way the row came: one
# request, bulk, a CSV of 10,000 lines, the pipeline. Inserts are one statement for all of their rows; an update that
# names none of these columns, as those of presence, costs nothing.
FOLLOWERS = """
CREATE FUNCTION platform.words(VARIADIC p_texts text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(array_agg(DISTINCT word), '{}')
  FROM unnest(p_texts) t, regexp_split_to_table(lower(t), '[^[:alnum:]]+') word WHERE word <> ''
$$;

CREATE FUNCTION platform.device_added() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO platform.device_tag (org_id, device_id, tag)
    SELECT DISTINCT d.org_id, d.id, t FROM added d, unnest(d.tags) t WHERE d.deleted_at IS NULL;
  INSERT INTO platform.device_word (org_id, device_id, word)
    SELECT d.org_id, d.id, w FROM added d, unnest(platform.words(d.name)) w WHERE d.deleted_at IS NULL;
  INSERT INTO platform.device_placement (org_id, id, device_id, site_id)
    SELECT d.org_id, gen_random_uuid(), d.id, d.site_id FROM added d
    WHERE d.site_id IS NOT NULL AND d.deleted_at IS NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER device_added AFTER INSERT ON platform.device
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION platform.device_added();

CREATE FUNCTION platform.device_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_tags text[] := CASE WHEN NEW.deleted_at IS NULL THEN NEW.tags ELSE '{}' END;
  v_words text[] := CASE WHEN NEW.deleted_at IS NULL THEN platform.words(NEW.name) ELSE '{}' END;
  v_left uuid := CASE WHEN OLD.deleted_at IS NULL THEN OLD.site_id END;
  v_site uuid := CASE WHEN NEW.deleted_at IS NULL THEN NEW.site_id END;
BEGIN
  DELETE FROM platform.device_tag WHERE org_id = NEW.org_id AND device_id = NEW.id AND NOT tag = ANY (v_tags);
  INSERT INTO platform.device_tag (org_id, device_id, tag) SELECT NEW.org_id, NEW.id, t FROM unnest(v_tags) t
    ON CONFLICT DO NOTHING;
  DELETE FROM platform.device_word WHERE org_id = NEW.org_id AND device_id = NEW.id AND NOT word = ANY (v_words);
  INSERT INTO platform.device_word (org_id, device_id, word) SELECT NEW.org_id, NEW.id, w FROM unnest(v_words) w
    ON CONFLICT DO NOTHING;
  IF v_site IS DISTINCT FROM v_left THEN
    -- Two moves within one transaction leave no stay of no length.
    DELETE FROM platform.device_placement
      WHERE org_id = NEW.org_id AND device_id = NEW.id AND to_at IS NULL AND from_at = now();
    UPDATE platform.device_placement SET to_at = now()
      WHERE org_id = NEW.org_id AND device_id = NEW.id AND to_at IS NULL;
    INSERT INTO platform.device_placement (org_id, id, device_id, site_id)
      SELECT NEW.org_id, gen_random_uuid(), NEW.id, v_site WHERE v_site IS NOT NULL;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER device_changed AFTER UPDATE OF name, tags, site_id, deleted_at ON platform.device FOR EACH ROW
  WHEN ((OLD.name, OLD.tags, OLD.site_id, OLD.deleted_at)
        IS DISTINCT FROM (NEW.name, NEW.tags, NEW.site_id, NEW.deleted_at))
  EXECUTE FUNCTION platform.device_changed();

CREATE FUNCTION platform.sensor_added() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO platform.sensor_word (org_id, sensor_id, word)
    SELECT s.org_id, s.id, w FROM added s, unnest(platform.words(s.key, s.name)) w WHERE s.deleted_at IS NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER sensor_added AFTER INSERT ON platform.sensor
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION platform.sensor_added();

CREATE FUNCTION platform.sensor_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_words text[] := CASE WHEN NEW.deleted_at IS NULL THEN platform.words(NEW.key, NEW.name) ELSE '{}' END;
BEGIN
  DELETE FROM platform.sensor_word WHERE org_id = NEW.org_id AND sensor_id = NEW.id AND NOT word = ANY (v_words);
  INSERT INTO platform.sensor_word (org_id, sensor_id, word) SELECT NEW.org_id, NEW.id, w FROM unnest(v_words) w
    ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER sensor_changed AFTER UPDATE OF key, name, deleted_at ON platform.sensor FOR EACH ROW
  WHEN ((OLD.key, OLD.name, OLD.deleted_at) IS DISTINCT FROM (NEW.key, NEW.name, NEW.deleted_at))
  EXECUTE FUNCTION platform.sensor_changed();
"""

# Devices and sensors that are there already follow the same rules.
BACKFILL = """
ALTER TABLE platform.device NO FORCE ROW LEVEL SECURITY;
ALTER TABLE platform.sensor NO FORCE ROW LEVEL SECURITY;
ALTER TABLE platform.device_tag NO FORCE ROW LEVEL SECURITY;
ALTER TABLE platform.device_word NO FORCE ROW LEVEL SECURITY;
ALTER TABLE platform.sensor_word NO FORCE ROW LEVEL SECURITY;
INSERT INTO platform.device_tag (org_id, device_id, tag)
  SELECT DISTINCT d.org_id, d.id, t FROM platform.device d, unnest(d.tags) t WHERE d.deleted_at IS NULL;
INSERT INTO platform.device_word (org_id, device_id, word)
  SELECT d.org_id, d.id, w FROM platform.device d, unnest(platform.words(d.name)) w WHERE d.deleted_at IS NULL;
INSERT INTO platform.sensor_word (org_id, sensor_id, word)
  SELECT s.org_id, s.id, w FROM platform.sensor s, unnest(platform.words(s.key, s.name)) w WHERE s.deleted_at IS NULL;
ALTER TABLE platform.device FORCE ROW LEVEL SECURITY;
ALTER TABLE platform.sensor FORCE ROW LEVEL SECURITY;
ALTER TABLE platform.device_tag FORCE ROW LEVEL SECURITY;
ALTER TABLE platform.device_word FORCE ROW LEVEL SECURITY;
ALTER TABLE platform.sensor_word FORCE ROW LEVEL SECURITY;
"""

HEALTH = """
CREATE FUNCTION tsd.ensure_health_partitions(p_days date[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_day date;
  v_name text;
  v_made integer := 0;
BEGIN
  FOR v_day IN SELECT DISTINCT d FROM unnest(p_days) d ORDER BY d LOOP
    v_name := 'device_health_' || to_char(v_day, 'YYYYMMDD');
    CONTINUE WHEN to_regclass('tsd_chunks.' || v_name) IS NOT NULL;
    PERFORM pg_advisory_xact_lock(hashtext('tsd.health_partitions'));
    CONTINUE WHEN to_regclass('tsd_chunks.' || v_name) IS NOT NULL;
    EXECUTE format('CREATE TABLE tsd_chunks.%I
                    (LIKE platform.device_health INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', v_name);
    EXECUTE format('ALTER TABLE platform.device_health ATTACH PARTITION tsd_chunks.%I FOR VALUES FROM (%L) TO (%L)',
                   v_name, v_day::timestamp AT TIME ZONE 'UTC', (v_day + 1)::timestamp AT TIME ZONE 'UTC');
    v_made := v_made + 1;
  END LOOP;
  RETURN v_made;
END $$;

-- Drops the days (UTC) before p_first; returns how many there were.
CREATE FUNCTION tsd.drop_health_partitions(p_first date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '5s' AS $$
DECLARE
  v_partition regclass;
  v_dropped integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('tsd.health_partitions'));
  FOR v_partition IN
    SELECT i.inhrelid FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'platform.device_health'::regclass
      AND c.relname < 'device_health_' || to_char(p_first, 'YYYYMMDD')
  LOOP
    EXECUTE format('DROP TABLE %s', v_partition);
    v_dropped := v_dropped + 1;
  END LOOP;
  RETURN v_dropped;
END $$;
REVOKE ALL ON FUNCTION tsd.ensure_health_partitions, tsd.drop_health_partitions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tsd.ensure_health_partitions, tsd.drop_health_partitions TO iot_ingest;
"""

GRANTS = """
GRANT SELECT, INSERT, UPDATE ON platform.site, platform.device_group TO app;
GRANT SELECT, INSERT, UPDATE, DELETE ON platform.device_placement TO app;
GRANT SELECT, INSERT, DELETE ON platform.device_tag, platform.device_word, platform.sensor_word TO app;
GRANT SELECT ON platform.device_health TO app;
GRANT INSERT ON platform.sensor TO app;
GRANT INSERT ON platform.sensor_word TO iot_ingest;
GRANT SELECT, INSERT ON platform.device_health TO iot_ingest;
"""


def upgrade() -> None:
    for script in (TABLES, INDEXES, POLICIES, FOLLOWERS, BACKFILL, HEALTH, GRANTS):
        run_sql(script)
