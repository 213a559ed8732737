-- m2, where p_m2 was taken over the values up to 1e140 alone: beyond it squares are beyond a
-- double.
CREATE OR REPLACE FUNCTION tsd.spread(
  p_min double precision, p_max double precision, p_m2 double precision
) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
  CASE
    WHEN p_min IS NULL OR p_min = p_max THEN 0
    WHEN greatest(-p_min, p_max) > 1e140 THEN 'Infinity'
    ELSE p_m2
  END;

GRANT EXECUTE ON FUNCTION tsd.spread TO iot_api;
