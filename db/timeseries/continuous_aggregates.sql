-- Rollups under the community licence: a hierarchy of continuous aggregates in the place of the tiers' tables, with the same
-- columns. Minutes stay a table: only dense quarters have them, and an aggregate can't leave a bucket out.
--
-- Their expressions are rollup_parts.sql's, as far as one may write them here: a continuous aggregate has no subquery and no
-- window. What follows one another is therefore seen by an aggregate that is given its rows in time's order.

-- What readings or buckets that follow one another add up to, fv being the first value of all: ti is the step curve between
-- them, each one's last value held until the next begins; moments are PostgreSQL's own, of differences from fv.
-- One expression a row: assigned step by step it takes 2.4 times as long.
CREATE TYPE tsd.run AS (
  lt timestamptz, lv double precision, ti double precision, fv double precision, moments double precision[]);
CREATE FUNCTION tsd.follow(
  p_run tsd.run, p_ft timestamptz, p_lt timestamptz, p_n bigint, p_fv double precision, p_lv double precision,
  p_sd double precision, p_m2 double precision, p_largest double precision
) RETURNS tsd.run
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF p_run.lt IS NULL THEN
    RETURN (p_lt, p_lv, 0, p_fv,
      CASE WHEN p_n > 0 AND p_largest <= 1e140 THEN ARRAY[p_n, p_sd, p_m2] ELSE '{0,0,0}' END)::tsd.run;
  END IF;
  RETURN (p_lt, p_lv, p_run.ti + coalesce(tsd.area(p_run.lv, p_ft - p_run.lt), 0), p_run.fv,
    CASE WHEN p_n > 0 AND p_largest <= 1e140 AND abs(p_run.fv) <= 1e140
      THEN float8_combine(p_run.moments, ARRAY[p_n, p_n * (p_fv - p_run.fv) + p_sd, p_m2]) ELSE p_run.moments END)::tsd.run;
END $$;
-- PostgreSQL computes them in one pass, for they differ in the last step alone.
DO $do$
DECLARE
  v_name text;
  v_what text;
  v_arguments text := 'timestamptz, timestamptz, bigint, double precision, double precision, double precision, '
    'double precision, double precision';
BEGIN
  FOR v_name, v_what IN VALUES ('ti', '(p_run).ti'), ('sd', '((p_run).moments)[2]'), ('m2', '((p_run).moments)[3]') LOOP
    EXECUTE format('CREATE FUNCTION tsd.%I(p_run tsd.run) RETURNS double precision
                    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN %s', v_name || '_of', v_what);
    EXECUTE format('CREATE AGGREGATE tsd.%I(%s) (SFUNC = tsd.follow, STYPE = tsd.run, FINALFUNC = tsd.%I)',
                   'run_' || v_name, v_arguments, v_name || '_of');
  END LOOP;
END $do$;

CREATE FUNCTION tsd.number(value_double double precision, value_bigint bigint, value_bool boolean) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN coalesce(value_double, value_bigint::float8, value_bool::integer::float8);

-- What was materialised in the tables is materialised anew, by the job; until then the questions read the readings.
DROP TABLE tsd.rollup_1d, tsd.rollup_1h, tsd.rollup_15m;
TRUNCATE tsd.rollup_1m;
UPDATE tsd.rollup_mark SET materialised_to = DEFAULT;

DO $do$
DECLARE
  v_options text := 'timescaledb.continuous, timescaledb.materialized_only = false, timescaledb.create_group_indexes = false';
  v_value text := 'tsd.number(value_double, value_bigint, value_bool)';
  v_in_order text := 'ts, ts, (%1$s IS NOT NULL)::integer, %1$s, %1$s, 0, 0, abs(%1$s) ORDER BY ts';
  v_coarse record;
BEGIN
  EXECUTE format($view$
    CREATE MATERIALIZED VIEW tsd.rollup_15m WITH (%3$s) AS
    SELECT org_id, sensor_id, time_bucket('15 minutes', ts) AS bucket, count(*) AS n_all, count(%1$s) AS n,
      tsd.total(sum(%1$s) FILTER (WHERE abs(%1$s) < 1e290),
                sum(%1$s * 5.421010862427522e-20) FILTER (WHERE abs(%1$s) >= 1e290)) AS s,
      tsd.run_sd(%2$s) AS sd, tsd.spread(min(%1$s), max(%1$s), tsd.run_m2(%2$s)) AS m2,
      min(%1$s) AS mn, max(%1$s) AS mx, min(ts) AS ft, first(%1$s, ts) AS fv, max(ts) AS lt, last(%1$s, ts) AS lv,
      CASE WHEN count(%1$s) > 0 THEN tsd.run_ti(%2$s) END AS ti
    FROM tsd.reading
    GROUP BY org_id, sensor_id, time_bucket('15 minutes', ts)
    WITH NO DATA $view$, v_value, format(v_in_order, v_value), v_options);
  CREATE INDEX ON tsd.rollup_15m (org_id, sensor_id, bucket);

  FOR v_coarse IN SELECT * FROM (VALUES ('rollup_1h', '1 hour', 'rollup_15m'), ('rollup_1d', '1 day', 'rollup_1h'))
                  tier (name, width, source) LOOP
    EXECUTE format($view$
      CREATE MATERIALIZED VIEW tsd.%1$I WITH (%5$s) AS
      SELECT org_id, sensor_id, time_bucket(%2$L, bucket) AS bucket, sum(n_all)::bigint AS n_all, sum(n)::bigint AS n,
        tsd.total(sum(s) FILTER (WHERE abs(s) < 1e290), sum(s * 5.421010862427522e-20) FILTER (WHERE abs(s) >= 1e290)) AS s,
        tsd.run_sd(%4$s) AS sd, tsd.spread(min(mn), max(mx), tsd.run_m2(%4$s)) AS m2,
        min(mn) AS mn, max(mx) AS mx, min(ft) AS ft, first(fv, ft) AS fv, max(lt) AS lt, last(lv, lt) AS lv,
        sum(ti) + tsd.run_ti(%4$s) AS ti
      FROM tsd.%3$I
      GROUP BY org_id, sensor_id, time_bucket(%2$L, bucket)
      WITH NO DATA $view$, v_coarse.name, v_coarse.width, v_coarse.source,
      'ft, lt, n, fv, lv, sd, m2, greatest(abs(mn), abs(mx)) ORDER BY ft', v_options);
    EXECUTE format('CREATE INDEX ON tsd.%I (org_id, sensor_id, bucket)', v_coarse.name);
  END LOOP;
END $do$;
GRANT SELECT ON tsd.rollup_15m, tsd.rollup_1h, tsd.rollup_1d TO iot_api;

-- The refresh job's steps, between which db/rollups/continuous.py calls refresh_continuous_aggregate: it wants a transaction of its
-- own. In the place of those that write tables.
DROP FUNCTION tsd.write_quarters, tsd.write_buckets, tsd.finish_span, tsd.repair_quarters, tsd.repair_buckets;

-- What p_span_to completes of each tier, coarser ones after those that they are made from.
CREATE FUNCTION tsd.next_refreshes(p_span_from timestamptz, p_span_to timestamptz)
RETURNS TABLE (tier text, start_at timestamptz, end_at timestamptz)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT 'tsd.rollup_' || lower(m.tier), greatest(m.materialised_to, tsd.floor_time(m.width, p_span_from)),
    tsd.floor_time(m.width, p_span_to)
  FROM tsd.rollup_mark m
  WHERE tsd.floor_time(m.width, p_span_to) > greatest(m.materialised_to, tsd.floor_time(m.width, p_span_from))
  ORDER BY m.width
$$;

-- What these entries make stale of each tier, as far as it is materialised and its readings are kept. Two runs of buckets
-- that have at most two others between them are one: a refresh has a price of its own.
CREATE FUNCTION tsd.stale_refreshes(p_ids bigint[]) RETURNS TABLE (tier text, start_at timestamptz, end_at timestamptz)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT 'tsd.rollup_' || lower(m.tier), lower(run), upper(run) - 2 * m.width
  FROM tsd.rollup_mark m
  CROSS JOIN LATERAL (
    SELECT unnest(range_agg(tstzrange(i.first_at, i.end_at + 2 * m.width))) AS run
    FROM tsd.retention_mark r
    CROSS JOIN LATERAL tsd.invalidated(p_ids, m.width, r.raw_from, m.materialised_to) i
  ) stale
  ORDER BY m.width, run
$$;

-- Writes the minutes of the dense quarters in [p_from, p_to).
CREATE FUNCTION tsd.write_minutes(p_from timestamptz, p_to timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' AS $$
BEGIN
  DELETE FROM tsd.rollup_1m WHERE bucket >= p_from AND bucket < p_to;
  EXECUTE format(
    'INSERT INTO tsd.rollup_1m
     SELECT org_id, sensor_id, bucket, n_all, n, s, sd, m2, mn, mx, ft, fv, lt, lv, ti FROM (%s) part
     ORDER BY org_id, sensor_id, bucket',
    tsd.parts_of_readings(
      format('SELECT r.org_id, r.sensor_id, 0 AS segment, r.ts, r.value_double, r.value_bigint, r.value_bool, r.value_text
              FROM tsd.rollup_15m d CROSS JOIN LATERAL (
                SELECT * FROM tsd.reading r
                WHERE r.org_id = d.org_id AND r.sensor_id = d.sensor_id
                  AND r.ts >= d.bucket AND r.ts < d.bucket + interval ''15 minutes'' AND r.ts >= %1$L AND r.ts < %2$L
                OFFSET 0
              ) r
              WHERE d.bucket >= %1$L AND d.bucket < %2$L AND d.n_all > tsd.dense_above()', p_from, p_to),
      $b$tsd.floor_time('1 minute', ts)$b$));
END $$;

-- Moves every tier's materialised_to to where p_span_to completes it; whether any moved.
CREATE FUNCTION tsd.move_marks(p_span_to timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE tsd.rollup_mark SET materialised_to = tsd.floor_time(width, p_span_to)
  WHERE materialised_to < tsd.floor_time(width, p_span_to);
  RETURN FOUND;
END $$;

-- As from tables: here from what TimescaleDB keeps the aggregates in. Its names are its own, and stay.
CREATE FUNCTION tsd.materialisation_of(p_tier text) RETURNS regclass
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT format('%I.%I', materialization_hypertable_schema, materialization_hypertable_name)::regclass
  FROM timescaledb_information.continuous_aggregates WHERE view_schema = 'tsd' AND view_name = p_tier
$$;
CREATE OR REPLACE FUNCTION tsd.delete_rollups(p_org uuid, p_sensor uuid, p_from timestamptz, p_to timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_to timestamptz;
  v_tier record;
BEGIN
  PERFORM pg_advisory_xact_lock(1752132708, 3);
  SELECT least(p_to, raw_from) INTO v_to FROM tsd.retention_mark;
  FOR v_tier IN
    SELECT 'tsd.rollup_1m'::regclass AS name, interval '1 minute' AS width
    UNION ALL SELECT tsd.materialisation_of('rollup_' || lower(tier)), width FROM tsd.rollup_mark
  LOOP
    EXECUTE format('DELETE FROM %s WHERE org_id = $1 AND ($2 IS NULL OR sensor_id = $2) AND bucket > $3 AND bucket < $4',
                   v_tier.name) USING p_org, p_sensor, p_from - v_tier.width, v_to;
  END LOOP;
END $$;

REVOKE ALL ON FUNCTION tsd.next_refreshes, tsd.stale_refreshes, tsd.write_minutes, tsd.move_marks, tsd.materialisation_of
FROM PUBLIC;

CREATE OR REPLACE FUNCTION tsd.backend() RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN 'timescale';
