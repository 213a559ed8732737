-- Certificates in use of which so large a share of the lifetime has passed, that nobody was asked to
-- renew for a day; their devices are asked from now on.
CREATE OR REPLACE FUNCTION auth.ask_for_renewals(
  p_share double precision, p_at_most integer,
  OUT org_id uuid, OUT device_id uuid, OUT serial text, OUT not_after timestamptz
) RETURNS SETOF record
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE platform.certificate c SET renewal_asked_at = now()
  FROM (
    SELECT d.org_id, d.serial FROM platform.certificate d
    WHERE d.revoked_at IS NULL AND d.superseded_at IS NULL AND d.not_after > now()
      AND now() >= d.not_before + (d.not_after - d.not_before) * p_share
      AND coalesce(d.renewal_asked_at < now() - interval '1 day', true)
    ORDER BY d.not_after LIMIT p_at_most FOR NO KEY UPDATE SKIP LOCKED) due
  WHERE c.org_id = due.org_id AND c.serial = due.serial
  RETURNING c.org_id, c.device_id, c.serial, c.not_after
$$;

GRANT EXECUTE ON FUNCTION auth.ask_for_renewals TO iot_ingest;
