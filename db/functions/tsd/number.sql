-- A reading's value as a number; null for a text.
CREATE OR REPLACE FUNCTION tsd.number(
  value_double double precision, value_bigint bigint, value_bool boolean
) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(value_double, value_bigint::float8, value_bool::integer::float8);

GRANT EXECUTE ON FUNCTION tsd.number TO iot_api;
