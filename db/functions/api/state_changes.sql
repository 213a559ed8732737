-- When the texts of each sensor changed in [p_from, p_to), the first p_limit of each; before them,
-- with its own time, the text that was held as the range began, if it is at most p_look_back older.
CREATE OR REPLACE FUNCTION api.state_changes(
  p_sensors uuid[], p_from timestamptz, p_to timestamptz, p_look_back interval, p_limit integer,
  OUT sensor_id uuid, OUT ts timestamptz, OUT value_text text
) RETURNS SETOF record
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
  v_org uuid := api.org_showing(p_sensors);
BEGIN
  RETURN QUERY
    SELECT asked.id, found.ts, found.value_text
    FROM unnest(p_sensors) AS asked (id)
    CROSS JOIN LATERAL (
      (SELECT r.ts, r.value_text FROM tsd.reading r
       WHERE r.org_id = v_org AND r.sensor_id = asked.id
         AND r.ts >= p_from - p_look_back AND r.ts < p_from
       ORDER BY r.ts DESC LIMIT 1)
      UNION ALL
      (SELECT each.ts, each.value_text
       FROM (
         SELECT r.ts, r.value_text, lag(r.value_text) OVER (ORDER BY r.ts) AS before
         FROM tsd.reading r
         WHERE r.org_id = v_org AND r.sensor_id = asked.id AND r.ts >= p_from AND r.ts < p_to
       ) each
       WHERE each.before IS DISTINCT FROM each.value_text
       ORDER BY each.ts LIMIT p_limit)
    ) found;
END $$;

GRANT EXECUTE ON FUNCTION api.state_changes TO app;
