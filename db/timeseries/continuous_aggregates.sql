-- Rollups under the community licence: a hierarchy of continuous aggregates in the place of the tiers' tables, with the same
-- columns. Minutes stay a table: only dense quarters have them, and an aggregate can't leave a bucket out.
--
-- Their expressions are rollup_parts.sql's, as far as one may write them here: a continuous aggregate has no subquery and no
-- window. What follows one another is therefore seen by an aggregate that is given its rows in time's order.

-- The step curve between neighbours: each one's last value, held until the next one begins. In value·seconds.
CREATE TYPE tsd.held AS (lt timestamptz, lv double precision, ti double precision);
CREATE FUNCTION tsd.hold(p_held tsd.held, p_ft timestamptz, p_lt timestamptz, p_lv double precision) RETURNS tsd.held
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN (p_lt, p_lv, coalesce(p_held.ti, 0) + coalesce(tsd.area(p_held.lv, p_ft - p_held.lt), 0))::tsd.held;
END $$;
CREATE FUNCTION tsd.held_area(p_held tsd.held) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (p_held).ti;
CREATE AGGREGATE tsd.gaps(p_ft timestamptz, p_lt timestamptz, p_lv double precision) (
  SFUNC = tsd.hold, STYPE = tsd.held, FINALFUNC = tsd.held_area);

CREATE FUNCTION tsd.number(value_double double precision, value_bigint bigint, value_bool boolean) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN coalesce(value_double, value_bigint::float8, value_bool::integer::float8);

-- What was materialised in the tables is materialised anew, by the job; until then the questions read the readings.
DROP TABLE tsd.rollup_1d, tsd.rollup_1h, tsd.rollup_15m;
TRUNCATE tsd.rollup_1m;
UPDATE tsd.rollup_mark SET materialised_to = DEFAULT;

CREATE MATERIALIZED VIEW tsd.rollup_15m
WITH (timescaledb.continuous, timescaledb.materialized_only = false, timescaledb.create_group_indexes = false) AS
SELECT org_id, sensor_id, time_bucket('15 minutes', ts) AS bucket, count(*) AS n_all,
  count(tsd.number(value_double, value_bigint, value_bool)) AS n,
  tsd.total(
    sum(tsd.number(value_double, value_bigint, value_bool))
      FILTER (WHERE abs(tsd.number(value_double, value_bigint, value_bool)) < 1e290),
    sum(tsd.number(value_double, value_bigint, value_bool) * 5.421010862427522e-20)
      FILTER (WHERE abs(tsd.number(value_double, value_bigint, value_bool)) >= 1e290)) AS s,
  tsd.spread(
    min(tsd.number(value_double, value_bigint, value_bool)), max(tsd.number(value_double, value_bigint, value_bool)),
    (tsd.moments(tsd.number(value_double, value_bigint, value_bool))
      FILTER (WHERE abs(tsd.number(value_double, value_bigint, value_bool)) <= 1e140))[3]) AS m2,
  min(tsd.number(value_double, value_bigint, value_bool)) AS mn,
  max(tsd.number(value_double, value_bigint, value_bool)) AS mx,
  min(ts) AS ft, first(tsd.number(value_double, value_bigint, value_bool), ts) AS fv,
  max(ts) AS lt, last(tsd.number(value_double, value_bigint, value_bool), ts) AS lv,
  CASE WHEN count(tsd.number(value_double, value_bigint, value_bool)) > 0
    THEN tsd.gaps(ts, ts, tsd.number(value_double, value_bigint, value_bool) ORDER BY ts) END AS ti
FROM tsd.reading
GROUP BY org_id, sensor_id, time_bucket('15 minutes', ts)
WITH NO DATA;
CREATE INDEX ON tsd.rollup_15m (org_id, sensor_id, bucket);

CREATE MATERIALIZED VIEW tsd.rollup_1h
WITH (timescaledb.continuous, timescaledb.materialized_only = false, timescaledb.create_group_indexes = false) AS
SELECT org_id, sensor_id, time_bucket('1 hour', bucket) AS bucket, sum(n_all)::bigint AS n_all, sum(n)::bigint AS n,
  tsd.total(sum(s) FILTER (WHERE abs(s) < 1e290), sum(s * 5.421010862427522e-20) FILTER (WHERE abs(s) >= 1e290)) AS s,
  tsd.spread(min(mn), max(mx),
    (tsd.merged_moments(ARRAY[n, s, m2]) FILTER (WHERE n > 0 AND greatest(-mn, mx) <= 1e140))[3]) AS m2,
  min(mn) AS mn, max(mx) AS mx,
  min(ft) AS ft, first(fv, ft) AS fv, max(lt) AS lt, last(lv, lt) AS lv,
  sum(ti) + tsd.gaps(ft, lt, lv ORDER BY ft) AS ti
FROM tsd.rollup_15m
GROUP BY org_id, sensor_id, time_bucket('1 hour', bucket)
WITH NO DATA;
CREATE INDEX ON tsd.rollup_1h (org_id, sensor_id, bucket);

CREATE MATERIALIZED VIEW tsd.rollup_1d
WITH (timescaledb.continuous, timescaledb.materialized_only = false, timescaledb.create_group_indexes = false) AS
SELECT org_id, sensor_id, time_bucket('1 day', bucket) AS bucket, sum(n_all)::bigint AS n_all, sum(n)::bigint AS n,
  tsd.total(sum(s) FILTER (WHERE abs(s) < 1e290), sum(s * 5.421010862427522e-20) FILTER (WHERE abs(s) >= 1e290)) AS s,
  tsd.spread(min(mn), max(mx),
    (tsd.merged_moments(ARRAY[n, s, m2]) FILTER (WHERE n > 0 AND greatest(-mn, mx) <= 1e140))[3]) AS m2,
  min(mn) AS mn, max(mx) AS mx,
  min(ft) AS ft, first(fv, ft) AS fv, max(lt) AS lt, last(lv, lt) AS lv,
  sum(ti) + tsd.gaps(ft, lt, lv ORDER BY ft) AS ti
FROM tsd.rollup_1h
GROUP BY org_id, sensor_id, time_bucket('1 day', bucket)
WITH NO DATA;
CREATE INDEX ON tsd.rollup_1d (org_id, sensor_id, bucket);

GRANT SELECT ON tsd.rollup_15m, tsd.rollup_1h, tsd.rollup_1d TO iot_api;

-- The refresh job's steps, between which db/continuous.py calls refresh_continuous_aggregate: it wants a transaction of its
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

-- What these entries make stale of each tier, as far as it is materialised and its readings are kept.
CREATE FUNCTION tsd.stale_refreshes(p_ids bigint[]) RETURNS TABLE (tier text, start_at timestamptz, end_at timestamptz)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT 'tsd.rollup_' || lower(m.tier), lower(run), upper(run)
  FROM tsd.rollup_mark m
  CROSS JOIN LATERAL (
    SELECT unnest(range_agg(tstzrange(i.first_at, i.end_at))) AS run
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
     SELECT org_id, sensor_id, bucket, n_all, n, s, m2, mn, mx, ft, fv, lt, lv, ti FROM (%s) part
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
