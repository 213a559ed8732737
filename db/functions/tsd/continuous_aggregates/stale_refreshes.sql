-- What these entries make stale of each tier, as far as it is materialised and its readings are
-- kept. Two runs of buckets that have at most two others between them are one: a refresh has a
-- price of its own.
CREATE OR REPLACE FUNCTION tsd.stale_refreshes(p_ids bigint[])
RETURNS TABLE (tier text, start_at timestamptz, end_at timestamptz)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT 'tsd.rollup_' || lower(m.tier), lower(run), upper(run) - 2 * m.width
  FROM tsd.rollup_watermark m
  CROSS JOIN LATERAL (
    SELECT unnest(range_agg(tstzrange(i.start_at, i.end_at + 2 * m.width))) AS run
    FROM tsd.retention_mark r
    CROSS JOIN LATERAL tsd.stale_buckets(p_ids, m.width, r.raw_from, m.watermark) i
  ) stale
  ORDER BY m.width, run
$$;
