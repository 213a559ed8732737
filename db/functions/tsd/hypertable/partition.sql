-- The days that have a chunk.
CREATE OR REPLACE VIEW tsd.partition AS
  SELECT (k.range_start AT TIME ZONE 'UTC')::date AS day, c.oid::regclass AS name, c.oid,
    false AS is_leaving
  FROM timescaledb_information.chunks k
  JOIN pg_class c
    ON c.relname = k.chunk_name AND c.relnamespace = to_regnamespace(k.chunk_schema::text)
  WHERE k.hypertable_schema = 'tsd' AND k.hypertable_name = 'reading';

GRANT SELECT ON tsd.partition TO iot_auth;
