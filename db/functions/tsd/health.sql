-- How the time-series core is doing, without a word about any tenant: for metrics and
-- `holdfast doctor`.
CREATE OR REPLACE FUNCTION tsd.health() RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT tsd.storage_health() || jsonb_build_object(
    'now', now(),
    'backend', tsd.backend(),
    'server', current_setting('server_version'),
    'marks', (SELECT jsonb_agg(jsonb_build_object(
                'tier', tier, 'widthSeconds', extract(epoch FROM width),
                'logBelow', invalidation_threshold, 'materialisedTo', watermark) ORDER BY width)
              FROM tsd.rollup_watermark),
    'rawFrom', (SELECT raw_from FROM tsd.retention_mark),
    'invalidations', (SELECT jsonb_build_object(
                        'pending', count(*),
                        'oldestSeconds',
                          coalesce(extract(epoch FROM now() - min(logged_at)), 0))
                      FROM tsd.invalidation))
$$;

GRANT EXECUTE ON FUNCTION tsd.health TO iot_api;
