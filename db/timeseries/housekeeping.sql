-- Deleting readings exactly, retention, and what there is to know about the state of the time-series core.

-- When each closed day's key was last packed anew.
CREATE TABLE tsd.packed_day (day date PRIMARY KEY, packed_at timestamptz NOT NULL DEFAULT now());

-- Deletes up to p_limit readings in [p_from, p_to) of an organization, or of one sensor of it, with their metadata; logs
-- them for the rollups and mends `latest`. Returns how many: repeat while it is p_limit. A transaction by itself.
CREATE FUNCTION tsd.delete_readings(
  p_org uuid, p_sensor uuid, p_from timestamptz, p_to timestamptz, p_limit integer
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
  v_log_below timestamptz := tsd.begin_write();
  v_sensors uuid[];
  v_times timestamptz[];
  v_count integer;
BEGIN
  WITH doomed AS (
    SELECT org_id, sensor_id, ts FROM tsd.reading
    WHERE org_id = p_org AND (p_sensor IS NULL OR sensor_id = p_sensor) AND ts >= p_from AND ts < p_to
    ORDER BY org_id, sensor_id, ts LIMIT p_limit FOR UPDATE
  ), gone AS (
    DELETE FROM tsd.reading r USING doomed d
    WHERE r.org_id = d.org_id AND r.sensor_id = d.sensor_id AND r.ts = d.ts AND r.ts >= p_from AND r.ts < p_to
    RETURNING r.org_id, r.sensor_id, r.ts
  ), described AS (
    DELETE FROM tsd.reading_metadata m USING gone g
    WHERE m.org_id = g.org_id AND m.sensor_id = g.sensor_id AND m.ts = g.ts
  )
  SELECT coalesce(array_agg(sensor_id), '{}'), coalesce(array_agg(ts), '{}'), count(*) INTO v_sensors, v_times, v_count
  FROM gone;
  PERFORM tsd.log_ranges(v_log_below, array_fill(p_org, ARRAY[v_count]), v_sensors, v_times, v_times);
  PERFORM tsd.mend_latest(p_org, p_sensor, p_from, p_to);
  RETURN v_count;
END $$;

-- Gives sensors whose latest reading is gone the newest that is left, or none. The row is locked first: a writer that
-- stores a newer one waits for us or we for it, and whoever is second sees what the first left.
CREATE FUNCTION tsd.mend_latest(p_org uuid, p_sensor uuid, p_from timestamptz, p_to timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  v_orphan record;
  v_newest record;
BEGIN
  FOR v_orphan IN
    SELECT l.sensor_id, l.ts FROM tsd.latest l
    WHERE l.org_id = p_org AND (p_sensor IS NULL OR l.sensor_id = p_sensor) AND l.ts >= p_from AND l.ts < p_to
    ORDER BY l.sensor_id FOR UPDATE
  LOOP
    CONTINUE WHEN EXISTS (
      SELECT FROM tsd.reading r WHERE r.org_id = p_org AND r.sensor_id = v_orphan.sensor_id AND r.ts = v_orphan.ts);
    SELECT ts, value_double, value_bigint, value_bool, value_text INTO v_newest
    FROM tsd.reading r WHERE r.org_id = p_org AND r.sensor_id = v_orphan.sensor_id
    ORDER BY r.ts DESC LIMIT 1;
    IF v_newest.ts IS NULL THEN
      DELETE FROM tsd.latest WHERE org_id = p_org AND sensor_id = v_orphan.sensor_id;
    ELSE
      UPDATE tsd.latest SET ts = v_newest.ts, value_double = v_newest.value_double, value_bigint = v_newest.value_bigint,
        value_bool = v_newest.value_bool, value_text = v_newest.value_text
      WHERE org_id = p_org AND sensor_id = v_orphan.sensor_id;
    END IF;
  END LOOP;
END $$;

-- Deletes rollups of the time whose readings are gone already, where no repair could: each bucket that touches the range.
-- Waits for the job, whose steps are short.
CREATE FUNCTION tsd.delete_rollups(p_org uuid, p_sensor uuid, p_from timestamptz, p_to timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  v_to timestamptz;
BEGIN
  PERFORM pg_advisory_xact_lock(1752132708, 3);
  SELECT least(p_to, raw_from) INTO v_to FROM tsd.retention_mark;
  DELETE FROM tsd.rollup_1m WHERE org_id = p_org AND (p_sensor IS NULL OR sensor_id = p_sensor)
    AND bucket > p_from - interval '1 minute' AND bucket < v_to;
  DELETE FROM tsd.rollup_15m WHERE org_id = p_org AND (p_sensor IS NULL OR sensor_id = p_sensor)
    AND bucket > p_from - interval '15 minutes' AND bucket < v_to;
  DELETE FROM tsd.rollup_1h WHERE org_id = p_org AND (p_sensor IS NULL OR sensor_id = p_sensor)
    AND bucket > p_from - interval '1 hour' AND bucket < v_to;
  DELETE FROM tsd.rollup_1d WHERE org_id = p_org AND (p_sensor IS NULL OR sensor_id = p_sensor)
    AND bucket > p_from - interval '1 day' AND bucket < v_to;
END $$;

-- The days that have a partition, oldest first; p_name is its table in tsd_chunks. Their names are their days.
CREATE VIEW tsd.partition AS
  SELECT to_date(right(c.relname, 8), 'YYYYMMDD') AS day, c.oid::regclass AS name, c.oid, i.inhdetachpending AS is_leaving
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = 'tsd.reading'::regclass;

-- Declares the readings before p_day gone; false while rollups of that time are not finished. From then on its rollups
-- stand alone and its partitions may be dropped: no question reads them and no repair looks for them.
CREATE FUNCTION tsd.retire_readings(p_day date) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_from timestamptz := p_day::timestamp AT TIME ZONE 'UTC';
BEGIN
  PERFORM pg_advisory_xact_lock(1752132708, 2);
  PERFORM pg_advisory_xact_lock(1752132708, 3);
  IF EXISTS (SELECT FROM tsd.rollup_mark WHERE materialised_to < v_from)
     OR EXISTS (SELECT FROM tsd.invalidation WHERE first_at < v_from) THEN
    RETURN false;
  END IF;
  UPDATE tsd.retention_mark SET raw_from = v_from WHERE raw_from < v_from;
  RETURN true;
END $$;

-- Deletes up to p_limit rows older than p_before from one of our tables by this column of time; returns how many.
CREATE FUNCTION tsd.expire(p_table regclass, p_column name, p_before timestamptz, p_limit integer) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_count bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(1752132708, 3);
  EXECUTE format('DELETE FROM %1$s WHERE ctid = ANY (ARRAY(SELECT ctid FROM %1$s WHERE %2$I < %3$L LIMIT %4$s))',
                 p_table, p_column, p_before, p_limit);
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END $$;

ALTER TABLE platform.organization ADD COLUMN retention_days integer
  CONSTRAINT ck_organization_retention CHECK (retention_days BETWEEN 1 AND 36500);

GRANT SELECT (id, retention_days) ON platform.organization TO iot_auth;
SET ROLE iot_auth;
-- For the job that serves all tenants: who keeps readings for a shorter time than the platform.
CREATE FUNCTION auth.organization_retention(OUT org_id uuid, OUT retention_days integer)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT id, retention_days FROM platform.organization WHERE retention_days IS NOT NULL ORDER BY id
$$;
REVOKE ALL ON FUNCTION auth.organization_retention FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.organization_retention TO iot_owner;
RESET ROLE;

-- How the time-series core is doing, without a word about any tenant: for metrics and `holdfast doctor`.
CREATE FUNCTION tsd.health() RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT jsonb_build_object(
    'now', now(),
    'backend', 'plain',
    'server', current_setting('server_version'),
    'marks', (SELECT jsonb_agg(jsonb_build_object('tier', tier, 'widthSeconds', extract(epoch FROM width),
                'logBelow', log_below, 'materialisedTo', materialised_to) ORDER BY width) FROM tsd.rollup_mark),
    'rawFrom', (SELECT raw_from FROM tsd.retention_mark),
    'invalidations', (SELECT jsonb_build_object('pending', count(*),
                        'oldestSeconds', coalesce(extract(epoch FROM now() - min(logged_at)), 0)) FROM tsd.invalidation),
    'partitions', (SELECT jsonb_build_object('count', count(*), 'oldest', min(day), 'newest', max(day),
                     'leaving', count(*) FILTER (WHERE is_leaving),
                     'missingAhead', (SELECT count(*) FROM generate_series(0, 2) ahead
                                      WHERE (now() AT TIME ZONE 'UTC')::date + ahead NOT IN (SELECT day FROM tsd.partition)))
                   FROM tsd.partition),
    'unpackedDays', (SELECT count(*) FROM tsd.partition p LEFT JOIN tsd.packed_day d USING (day)
                     WHERE d.day IS NULL AND p.day < (now() AT TIME ZONE 'UTC')::date - 2),
    'packedAt', (SELECT max(packed_at) FROM tsd.packed_day),
    'tables', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', relname, 'bytes', pg_total_relation_size(relid),
                 'rows', n_live_tup, 'deadRows', n_dead_tup) ORDER BY relname), '[]')
               FROM pg_stat_user_tables WHERE schemaname = 'tsd' AND relname <> 'reading'),
    'readings', (SELECT jsonb_build_object('bytes', coalesce(sum(pg_total_relation_size(relid)), 0)::bigint,
                   'rows', coalesce(sum(n_live_tup), 0)::bigint, 'deadRows', coalesce(sum(n_dead_tup), 0)::bigint)
                 FROM pg_stat_user_tables WHERE schemaname = 'tsd_chunks')
  )
$$;

-- How many organizations still have readings that are more than a day older than they want to keep them.
CREATE FUNCTION tsd.tenants_over_retention() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT count(*) FROM auth.organization_retention() o
  WHERE EXISTS (
    SELECT FROM tsd.reading r
    WHERE r.org_id = o.org_id AND r.ts < date_trunc('day', now(), 'UTC') - interval '1 day' * (o.retention_days + 1))
$$;

DO $$
DECLARE v_function regprocedure;
BEGIN
  FOREACH v_function IN ARRAY ARRAY[
    'tsd.delete_readings(uuid, uuid, timestamptz, timestamptz, integer)',
    'tsd.mend_latest(uuid, uuid, timestamptz, timestamptz)', 'tsd.delete_rollups(uuid, uuid, timestamptz, timestamptz)',
    'tsd.retire_readings(date)', 'tsd.expire(regclass, name, timestamptz, integer)', 'tsd.health()',
    'tsd.tenants_over_retention()'
  ]::regprocedure[] LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', v_function);
  END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION tsd.health, tsd.tenants_over_retention TO iot_api;

SET ROLE iot_api;
CREATE FUNCTION api.timeseries_health() RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS 'SELECT tsd.health()';
CREATE FUNCTION api.tenants_over_retention() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS 'SELECT tsd.tenants_over_retention()';
REVOKE ALL ON FUNCTION api.timeseries_health, api.tenants_over_retention FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api.timeseries_health, api.tenants_over_retention TO app;
RESET ROLE;
