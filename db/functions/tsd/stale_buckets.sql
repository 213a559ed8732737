-- The runs of whole buckets of p_width that these entries of the log touch, at and after p_from and
-- before p_below.
CREATE OR REPLACE FUNCTION tsd.stale_buckets(
  p_ids bigint[], p_width interval, p_from timestamptz, p_below timestamptz
) RETURNS TABLE (org_id uuid, sensor_id uuid, start_at timestamptz, end_at timestamptz)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT org_id, sensor_id, lower(run), upper(run)
  FROM (
    SELECT i.org_id, i.sensor_id, unnest(
      tstzmultirange(tstzrange(p_from, greatest(p_from, p_below))) * range_agg(tstzrange(
        tsd.floor_time(p_width, i.first_at),
        tsd.floor_time(p_width, i.end_at - interval '1 microsecond') + p_width
      ))) AS run
    FROM tsd.invalidation i
    WHERE i.id = ANY (p_ids)
    GROUP BY i.org_id, i.sensor_id
  ) stale
$$;
