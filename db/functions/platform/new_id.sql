-- A UUIDv7 of this moment, as db/ids.py makes them: the time in milliseconds, twelve bits of the
-- microseconds within it, and chance.
CREATE OR REPLACE FUNCTION platform.new_id() RETURNS uuid
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT (lpad(to_hex(floor(at.micros / 1000)::bigint), 12, '0') || '7'
    || lpad(to_hex((mod(at.micros, 1000) * 4.096)::integer), 3, '0')
    || substr(gen_random_uuid()::text, 20, 4) || right(gen_random_uuid()::text, 12))::uuid
  FROM (SELECT floor(extract(epoch FROM clock_timestamp()) * 1000000) AS micros) at
$$;

GRANT EXECUTE ON FUNCTION platform.new_id TO app, iot_ingest, iot_auth;
