-- Rollups under the community licence: a hierarchy of continuous aggregates in the place of the
-- tiers' tables, with the same columns. Minutes stay a table: only dense quarters have them, and an
-- aggregate can't leave a bucket out.
--
-- Their expressions are those of tsd.partials_of_readings and tsd.partials_of_partials, as far as
-- one may write them here: a continuous aggregate has no subquery and no window. What follows one
-- another is therefore seen by aggregates that are given their rows in time's order.

-- What was materialised in the tables is materialised anew, by the job; until then the queries read
-- the readings.
DROP TABLE tsd.rollup_1d, tsd.rollup_1h, tsd.rollup_15m;
TRUNCATE tsd.rollup_1m;
UPDATE tsd.rollup_watermark SET watermark = DEFAULT;

DO $do$
DECLARE
  v_options text := 'timescaledb.continuous, timescaledb.materialized_only = false,
                     timescaledb.create_group_indexes = false';
  v_value text := 'tsd.number(value_double, value_bigint, value_bool)';
  v_readings text := format(
    'ts, ts, (%1$s IS NOT NULL)::integer, %1$s, %1$s, 0, 0, abs(%1$s) ORDER BY ts', v_value);
  v_partials text :=
    'first_at, last_at, count, first, last, sum_of_differences, m2, greatest(abs(min), abs(max))
     ORDER BY first_at';
  v_coarse record;
BEGIN
  EXECUTE format($view$
    CREATE MATERIALIZED VIEW tsd.rollup_15m WITH (%3$s) AS
    SELECT org_id, sensor_id, time_bucket('15 minutes', ts) AS bucket, count(*) AS count_all,
      count(%1$s) AS count,
      tsd.total(sum(%1$s) FILTER (WHERE abs(%1$s) < 1e290),
                sum(%1$s * 5.421010862427522e-20) FILTER (WHERE abs(%1$s) >= 1e290)) AS sum,
      tsd.run_sum_of_differences(%2$s) AS sum_of_differences,
      tsd.spread(min(%1$s), max(%1$s), tsd.run_m2(%2$s)) AS m2,
      min(%1$s) AS min, max(%1$s) AS max, min(ts) AS first_at, first(%1$s, ts) AS first,
      max(ts) AS last_at, last(%1$s, ts) AS last,
      CASE WHEN count(%1$s) > 0 THEN tsd.run_integral(%2$s) END AS integral
    FROM tsd.reading
    GROUP BY org_id, sensor_id, time_bucket('15 minutes', ts)
    WITH NO DATA $view$, v_value, v_readings, v_options);

  FOR v_coarse IN SELECT * FROM (VALUES
    ('rollup_1h', '1 hour', 'rollup_15m'), ('rollup_1d', '1 day', 'rollup_1h')
  ) tier (name, width, source) LOOP
    EXECUTE format($view$
      CREATE MATERIALIZED VIEW tsd.%1$I WITH (%5$s) AS
      SELECT org_id, sensor_id, time_bucket(%2$L, bucket) AS bucket,
        sum(count_all)::bigint AS count_all, sum(count)::bigint AS count,
        tsd.total(sum(sum) FILTER (WHERE abs(sum) < 1e290),
                  sum(sum * 5.421010862427522e-20) FILTER (WHERE abs(sum) >= 1e290)) AS sum,
        tsd.run_sum_of_differences(%4$s) AS sum_of_differences,
        tsd.spread(min(min), max(max), tsd.run_m2(%4$s)) AS m2,
        min(min) AS min, max(max) AS max, min(first_at) AS first_at, first(first, first_at) AS first,
        max(last_at) AS last_at, last(last, last_at) AS last,
        sum(integral) + tsd.run_integral(%4$s) AS integral
      FROM tsd.%3$I
      GROUP BY org_id, sensor_id, time_bucket(%2$L, bucket)
      WITH NO DATA $view$,
      v_coarse.name, v_coarse.width, v_coarse.source, v_partials, v_options);
  END LOOP;
END $do$;

CREATE INDEX ON tsd.rollup_15m (org_id, sensor_id, bucket);
CREATE INDEX ON tsd.rollup_1h (org_id, sensor_id, bucket);
CREATE INDEX ON tsd.rollup_1d (org_id, sensor_id, bucket);
GRANT SELECT ON tsd.rollup_15m, tsd.rollup_1h, tsd.rollup_1d TO iot_api;
