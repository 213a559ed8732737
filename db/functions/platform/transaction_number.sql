-- The number of this transaction: of two, the later has the higher one, also when the database was
-- restored into another cluster between them. They don't commit in that order: see settled_number.
CREATE OR REPLACE FUNCTION platform.transaction_number() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN (SELECT number_offset FROM platform.cluster) + pg_current_xact_id()::text::bigint;

GRANT EXECUTE ON FUNCTION platform.transaction_number TO app, iot_ingest, iot_auth;
