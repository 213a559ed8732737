-- Rollups, the writers' side: what every backend's writers have to say about rows that arrive late.
--
-- Each tier has two marks. `log_below` moves first, under the exclusive lock, so that every writer that is still open
-- knows it; `materialised_to` moves in the transaction that writes the buckets. Rows at or beyond log_below write
-- nothing but themselves. Rows behind it leave an entry here, committed with them, and readers leave the buckets
-- that an entry touches aside until a repair has written them anew.

CREATE TABLE tsd.rollup_mark (
  tier text PRIMARY KEY,
  width interval NOT NULL UNIQUE,
  log_below timestamptz NOT NULL DEFAULT '1970-01-05Z',  -- a Monday: nothing yet
  materialised_to timestamptz NOT NULL DEFAULT '1970-01-05Z',
  CHECK (materialised_to <= log_below)
);
-- Minutes have no marks of their own: they are written with the quarter of an hour that they lie in, where it is dense.
INSERT INTO tsd.rollup_mark (tier, width) VALUES ('15M', '15 minutes'), ('1H', '1 hour'), ('1D', '1 day');

-- Buckets of 15 minutes of one sensor, [first_at, end_at), whose readings have changed since they were materialised.
CREATE TABLE tsd.invalidation (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  org_id uuid NOT NULL,
  sensor_id uuid NOT NULL,
  first_at timestamptz NOT NULL,
  end_at timestamptz NOT NULL,
  logged_at timestamptz NOT NULL DEFAULT now(),
  CHECK (first_at < end_at)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
CREATE INDEX invalidation_sensor ON tsd.invalidation (org_id, sensor_id);

ALTER TABLE tsd.invalidation ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tsd.invalidation USING (org_id = (SELECT api.org())) WITH CHECK (org_id = (SELECT api.org()));
GRANT SELECT ON tsd.rollup_mark, tsd.invalidation TO iot_api;
GRANT SELECT ON tsd.rollup_mark TO iot_ingest;
GRANT SELECT, INSERT ON tsd.invalidation TO iot_ingest;

-- Begins a transaction that stores or deletes readings; returns the time below which these have to be logged.
-- VOLATILE, so that the second statement takes a snapshot of its own, after the lock: in one with it, it would read the
-- mark as it was before it waited. The lock's two numbers are db/connections/locks.py's WRITES.
CREATE FUNCTION tsd.begin_write() RETURNS timestamptz
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'a transaction that writes readings must be READ COMMITTED' USING ERRCODE = '25001';
  END IF;
  PERFORM pg_advisory_xact_lock_shared(1752132708, 2);
  RETURN (SELECT max(log_below) FROM tsd.rollup_mark);
END $$;

-- Logs what lies behind p_log_below of the spans given, both ends included: one entry for each run of buckets.
CREATE FUNCTION tsd.log_ranges(
  p_log_below timestamptz, p_org_ids uuid[], p_sensor_ids uuid[], p_firsts timestamptz[], p_lasts timestamptz[]
) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO tsd.invalidation (org_id, sensor_id, first_at, end_at)
  SELECT org_id, sensor_id, lower(run), upper(run)
  FROM (
    SELECT org_id, sensor_id, unnest(range_agg(tstzrange(
      date_bin('15 minutes', first_at, '2000-01-03Z'), date_bin('15 minutes', last_at, '2000-01-03Z') + interval '15 minutes'
    ))) AS run
    FROM unnest(p_org_ids, p_sensor_ids, p_firsts, p_lasts) AS span (org_id, sensor_id, first_at, last_at)
    WHERE first_at < p_log_below
    GROUP BY org_id, sensor_id
  ) late
  ORDER BY org_id, sensor_id, run
$$;

REVOKE ALL ON FUNCTION tsd.begin_write, tsd.log_ranges FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tsd.begin_write, tsd.log_ranges TO iot_ingest;
