-- What a partial aggregate holds, in the order of tsd.partial and of the tiers' tables, for queries
-- that are put together.
--
-- count_all readings, count of them numeric; sum their sum, sum_of_differences that of their
-- differences from `first`, m2 that of their squared deviations from their mean, min and max the
-- extremes; first_at/first and last_at/last the first and last time and value; integral over time,
-- in value·seconds, that of the step curve from first_at to last_at. Partials of one bucket are put
-- together in time's order, the curve's gap between two included: so a partial depends on its own
-- readings alone. A sum or integral beyond a double is ±Infinity (or NaN, where both), as m2 is
-- where squares are: answers show null for it and the rest as it is.
CREATE OR REPLACE FUNCTION tsd.partial_columns() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
  'count_all, count, sum, sum_of_differences, m2, min, max, first_at, first, last_at, last, '
  'integral';

GRANT EXECUTE ON FUNCTION tsd.partial_columns TO iot_api;
