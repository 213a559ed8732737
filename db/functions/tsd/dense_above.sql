-- A quarter of an hour with more readings than this has its minutes stored too: more than 4 a
-- minute.
CREATE OR REPLACE FUNCTION tsd.dense_above() RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN 60;

GRANT EXECUTE ON FUNCTION tsd.dense_above TO iot_api;
