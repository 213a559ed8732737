-- The aggregate that turns partials into bytes: of each its time, how many readings it holds, and
-- the columns asked for, 8 each and the highest first. Times in microseconds since 2000; NaN for
-- null. A query with it raises an error for a column that there is not.
CREATE OR REPLACE FUNCTION tsd.partials_as_bytes(p_time text, p_columns text[]) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp RETURN
  format('string_agg(timestamptz_send(%s) || int8send(count_all)', p_time) || coalesce((
    SELECT string_agg(CASE
      WHEN name = 'count' THEN ' || int8send(count)'
      WHEN name IN ('first_at', 'last_at') THEN format(' || timestamptz_send(%I)', name)
      ELSE format(' || float8send(coalesce(%I, ''NaN''))', name) END, '' ORDER BY place)
    FROM unnest(p_columns) WITH ORDINALITY wanted (name, place)), '') || ', '''')';

GRANT EXECUTE ON FUNCTION tsd.partials_as_bytes TO iot_api;
