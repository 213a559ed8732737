-- A value held for so long, in value·seconds. Multiplying raises errors at both ends of a double's
-- range.
CREATE OR REPLACE FUNCTION tsd.area(p_value double precision, p_for interval)
RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
  CASE
    WHEN abs(p_value) < 1e-290 THEN 0
    WHEN abs(p_value) < 1e280 THEN p_value * date_part('epoch', p_for)
    WHEN p_for IS NOT NULL THEN sign(p_value) * double precision 'Infinity'
  END;

GRANT EXECUTE ON FUNCTION tsd.area TO iot_api;
