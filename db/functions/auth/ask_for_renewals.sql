-- Certificates in use of which so large a share of the lifetime has passed, or that another
-- authority than the newest has signed, and that nobody was asked to renew for a day; whoever calls
-- asks now.
CREATE OR REPLACE FUNCTION auth.ask_for_renewals(
  p_share double precision, p_at_most integer,
  OUT org_id uuid, OUT device_id uuid, OUT serial text, OUT not_after timestamptz
) RETURNS SETOF record
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE platform.certificate c SET renewal_asked_at = now()
  FROM (
    SELECT d.org_id, d.serial FROM platform.certificate d
    WHERE d.revoked_at IS NULL AND d.superseded_at IS NULL AND d.not_after > now()
      AND (now() >= d.not_before + (d.not_after - d.not_before) * p_share
        OR d.authority_id <> (SELECT a.id FROM platform.certificate_authority a
          WHERE a.retired_at IS NULL ORDER BY a.created_at DESC LIMIT 1))
      AND coalesce(d.renewal_asked_at < now() - interval '1 day', true)
    ORDER BY d.not_after LIMIT p_at_most FOR NO KEY UPDATE SKIP LOCKED) due
  WHERE c.org_id = due.org_id AND c.serial = due.serial
  RETURNING c.org_id, c.device_id, c.serial, c.not_after
$$;

GRANT EXECUTE ON FUNCTION auth.ask_for_renewals TO iot_ingest;
