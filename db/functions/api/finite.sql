-- Null for what is beyond a double.
CREATE OR REPLACE FUNCTION api.finite(p_value double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN abs(p_value) < 'Infinity' THEN p_value END;
