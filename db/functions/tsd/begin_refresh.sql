-- Takes the job's lock to the transaction's end; false if another worker has it. Its two numbers
-- are db/connections/locks.py's REFRESH.
CREATE OR REPLACE FUNCTION tsd.begin_refresh() RETURNS boolean
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
RETURN pg_try_advisory_xact_lock(1752132708, 3);
