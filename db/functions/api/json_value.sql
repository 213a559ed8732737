-- A reading's value as JSON, whatever its type.
CREATE OR REPLACE FUNCTION api.json_value(
  value_double double precision, value_bigint bigint, value_bool boolean, value_text text
) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(
  to_json(value_double), to_json(value_bigint), to_json(value_bool), to_json(value_text));

GRANT EXECUTE ON FUNCTION api.json_value TO app;
