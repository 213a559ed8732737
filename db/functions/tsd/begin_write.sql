-- Begins a transaction that stores or deletes readings; returns the time below which these have to
-- be logged. VOLATILE, so that the second statement takes a snapshot of its own, after the lock: in
-- one with it, it would read the threshold as it was before it waited. The lock's two numbers are
-- db/connections/locks.py's WRITES.
CREATE OR REPLACE FUNCTION tsd.begin_write() RETURNS timestamptz
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'a transaction that writes readings must be READ COMMITTED'
      USING ERRCODE = '25001';
  END IF;
  PERFORM pg_advisory_xact_lock_shared(1752132708, 2);
  RETURN (SELECT max(invalidation_threshold) FROM tsd.rollup_watermark);
END $$;

GRANT EXECUTE ON FUNCTION tsd.begin_write TO iot_ingest;
