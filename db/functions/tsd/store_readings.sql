-- The writers' one statement: stores rows, keeps the newest of each sensor, and tells the rollups
-- of late ones.
--
-- A row for each element of the arrays, sorted by key and unique by it; p_at is in seconds since
-- 1970. An empty array of values is a column of NULLs. Each array costs as much as a column stored,
-- so what is the same for all rows comes empty:
--   p_is_copied  COPY has stored it in this transaction; one for each sensor and quarter of an hour
--                stands for the others. Empty: none is
--   p_is_last    it is the last row of its sensor. Empty: each is
--   p_is_ahead   all others are ahead of what their sensors have, as far as the writer knows; where
--                that is wrong, unique_violation is raised. Else their keys are asked
-- Returns the rows (from 0) whose key stood already, with the values that stand there; and in a row
-- of number -1, where alert rules watch any of the sensors, what these wait for: 56 bytes each, the
-- sensor, up to when all is decided, its newest reading before, the quiet band's ends and its
-- longest pause in seconds. They come from the rows of `latest` that are locked here, so whoever
-- wrote them last has committed: nobody else needs to know of a rule. Alone, which is as a
-- transaction of its own, it raises unique_violation for a value that is another one: who keeps it
-- has to do so in the same transaction; and HF001 where alerting has to look at the readings.
-- Generic plans: they are the same for any rows, and with each day's partition or chunk in them
-- cost more than what they do.
CREATE OR REPLACE FUNCTION tsd.store_readings(
  p_org_ids uuid[], p_sensor_ids uuid[], p_at float8[], p_double float8[], p_bigint bigint[],
  p_bool boolean[], p_text text[], p_is_copied boolean[], p_is_last boolean[], p_is_ahead boolean,
  p_is_alone boolean,
  OUT n integer, OUT value_double double precision, OUT value_bigint bigint,
  OUT value_bool boolean, OUT value_text text, OUT watched bytea
) RETURNS SETOF record
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  v_threshold timestamptz := tsd.begin_write();
  v_first timestamptz;
  v_last timestamptz;
  v_sensor_ids uuid[];
  v_times timestamptz[];
  v_standing bigint[];
  v_of_day bigint[];
  v_updated bigint;
  v_behind bytea;
BEGIN
  IF p_is_ahead THEN
    INSERT INTO tsd.reading
      (org_id, sensor_id, ts, value_double, value_bigint, value_bool, value_text)
    SELECT r.org_id, r.sensor_id, to_timestamp(r.at), r.d, r.i, r.b, r.t
    FROM unnest(p_org_ids, p_sensor_ids, p_at, p_double, p_bigint, p_bool, p_text)
      AS r (org_id, sensor_id, at, d, i, b, t);
  ELSE
    WITH fresh AS (
      INSERT INTO tsd.reading
        (org_id, sensor_id, ts, value_double, value_bigint, value_bool, value_text)
      SELECT r.org_id, r.sensor_id, to_timestamp(r.at), r.d, r.i, r.b, r.t
      FROM unnest(p_org_ids, p_sensor_ids, p_at, p_double, p_bigint, p_bool, p_text, p_is_copied)
        AS r (org_id, sensor_id, at, d, i, b, t, is_copied)
      WHERE r.is_copied IS NOT TRUE
      ON CONFLICT DO NOTHING
      RETURNING sensor_id, ts
    )
    SELECT array_agg(sensor_id), array_agg(ts) INTO v_sensor_ids, v_times FROM fresh;
    IF coalesce(cardinality(v_times), 0) + cardinality(array_positions(p_is_copied, true))
       < cardinality(p_at) THEN
      -- NOT IN, since it is hashed however few rows were planned for; a join might not be.
      SELECT array_agg(r.n) INTO v_standing
      FROM unnest(p_sensor_ids, p_at, p_is_copied) WITH ORDINALITY
        AS r (sensor_id, at, is_copied, n)
      WHERE r.is_copied IS NOT TRUE
        AND (r.sensor_id, to_timestamp(r.at)) NOT IN (SELECT * FROM unnest(v_sensor_ids, v_times));
    END IF;
  END IF;

  -- Where the newest stood already, what was newest then is no older.
  WITH l AS (
    INSERT INTO tsd.latest AS l
      (org_id, sensor_id, ts, value_double, value_bigint, value_bool, value_text)
    SELECT r.org_id, r.sensor_id, to_timestamp(r.at), r.d, r.i, r.b, r.t
    FROM unnest(p_org_ids, p_sensor_ids, p_at, p_double, p_bigint, p_bool, p_text, p_is_last)
      WITH ORDINALITY AS r (org_id, sensor_id, at, d, i, b, t, is_last, n)
    WHERE r.is_last IS NOT FALSE AND r.n NOT IN (SELECT unnest(v_standing))
    ON CONFLICT (org_id, sensor_id) DO UPDATE
    SET prev_at = l.ts, ts = excluded.ts, value_double = excluded.value_double,
        value_bigint = excluded.value_bigint, value_bool = excluded.value_bool,
        value_text = excluded.value_text
    WHERE excluded.ts > l.ts
    RETURNING CASE WHEN l.quiet_from IS NOT NULL THEN
      uuid_send(l.sensor_id) || timestamptz_send(greatest(l.prev_at, l.settled_to))
        || timestamptz_send(l.prev_at) || float8send(l.quiet_from) || float8send(l.quiet_to)
        || float8send(coalesce(l.quiet_gap, 'inf')) END AS told
  )
  SELECT count(*), string_agg(told, '')
  INTO v_updated, watched FROM l;
  IF v_updated < (CASE WHEN cardinality(p_is_last) = 0 THEN cardinality(p_at)
                       ELSE cardinality(array_positions(p_is_last, true)) END) THEN
    -- Who lies behind: a statement of its own, so that it sees what was waited for.
    SELECT string_agg(
      uuid_send(l.sensor_id) || timestamptz_send(greatest(l.ts, l.settled_to))
        || timestamptz_send(l.ts) || float8send(l.quiet_from) || float8send(l.quiet_to)
        || float8send(coalesce(l.quiet_gap, 'inf')), '')
    INTO v_behind
    FROM unnest(p_org_ids, p_sensor_ids, p_at, p_is_last)
      WITH ORDINALITY AS r (org_id, sensor_id, at, is_last, n)
    JOIN tsd.latest l ON l.org_id = r.org_id AND l.sensor_id = r.sensor_id
    WHERE r.is_last IS NOT FALSE AND l.quiet_from IS NOT NULL
      AND (l.ts > to_timestamp(r.at) OR r.n = ANY (v_standing));
    watched := CASE WHEN watched IS NULL THEN v_behind
                    ELSE watched || coalesce(v_behind, '') END;
  END IF;
  IF watched IS NOT NULL THEN
    IF NOT p_is_alone THEN
      n := -1;
      RETURN NEXT;
    ELSIF v_behind IS NOT NULL OR cardinality(p_text) > 0
        OR tsd.leaves_quiet_bands(p_org_ids, p_sensor_ids, p_at, p_double, p_bigint, p_bool) THEN
      RAISE SQLSTATE 'HF001' USING MESSAGE = 'alerting has to look at these readings';
    END IF;
    watched := NULL;
  END IF;

  SELECT to_timestamp(min(at)), to_timestamp(max(at)) INTO v_first, v_last FROM unnest(p_at) AS at;
  IF v_first < v_threshold THEN
    PERFORM tsd.log_ranges(v_threshold, array_agg(org_id), array_agg(sensor_id),
                           array_agg(bucket), array_agg(bucket))
    FROM (
      SELECT DISTINCT r.org_id, r.sensor_id,
        date_bin('15 minutes', to_timestamp(r.at), '2000-01-03Z') AS bucket
      FROM unnest(p_org_ids, p_sensor_ids, p_at) WITH ORDINALITY AS r (org_id, sensor_id, at, n)
      WHERE to_timestamp(r.at) < v_threshold AND r.n NOT IN (SELECT unnest(v_standing))
    ) late;
  END IF;

  -- Statements of their own: those who were waited for have committed after the one above took its
  -- snapshot. Day by day, since TimescaleDB would look each row up in the chunks of all the days:
  -- 30 times as long for 1,000 rows of 50 days.
  FOR v_first, v_of_day IN
    SELECT date_bin('1 day', to_timestamp(p_at[s.n]), '2000-01-01Z') AS day, array_agg(s.n)
    FROM unnest(v_standing) AS s (n) GROUP BY day ORDER BY day
  LOOP
    v_last := v_first + interval '24 hours';
    FOR n, value_double, value_bigint, value_bool, value_text IN
      SELECT s.n::integer, r.value_double, r.value_bigint, r.value_bool, r.value_text
      FROM unnest(v_of_day) AS s (n) CROSS JOIN LATERAL (
        SELECT * FROM tsd.reading r
        WHERE r.org_id = p_org_ids[s.n] AND r.sensor_id = p_sensor_ids[s.n]
          AND r.ts = to_timestamp(p_at[s.n]) AND r.ts >= v_first AND r.ts < v_last
        OFFSET 0
      ) r
    LOOP
      IF p_is_alone AND (value_double, value_bigint, value_bool, value_text)
          IS DISTINCT FROM (p_double[n], p_bigint[n], p_bool[n], p_text[n]) THEN
        RAISE unique_violation USING MESSAGE = 'another value stands there';
      END IF;
      n := n - 1;
      RETURN NEXT;
    END LOOP;
  END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION tsd.store_readings TO iot_ingest;
