-- The first use of a certificate: those that the device had before end when the overlap is over.
-- One row with their serial numbers; none where it was used already. The device first, as whoever
-- deletes or renews locks it.
CREATE OR REPLACE FUNCTION auth.use_certificate(
  p_fingerprint bytea, p_overlap interval,
  OUT org_id uuid, OUT device_id uuid, OUT serial text,
  OUT superseded text[], OUT ends_at timestamptz
) RETURNS SETOF record
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_device record;
  v_made_at timestamptz;
BEGIN
  SELECT c.org_id, c.device_id INTO v_device
    FROM platform.certificate c WHERE c.fingerprint = p_fingerprint;
  PERFORM FROM platform.device d
    WHERE d.org_id = v_device.org_id AND d.id = v_device.device_id FOR NO KEY UPDATE;
  UPDATE platform.certificate c SET first_used_at = now()
    WHERE c.fingerprint = p_fingerprint AND c.first_used_at IS NULL
    RETURNING c.org_id, c.device_id, c.serial, c.created_at, now() + p_overlap
    INTO org_id, device_id, serial, v_made_at, ends_at;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  WITH ended AS (
    UPDATE platform.certificate c SET superseded_at = now() + p_overlap
    WHERE c.org_id = v_device.org_id AND c.device_id = v_device.device_id
      AND c.fingerprint <> p_fingerprint AND c.created_at <= v_made_at
      AND c.revoked_at IS NULL AND c.superseded_at IS NULL AND c.not_after > now()
    RETURNING c.serial)
  SELECT coalesce(array_agg(e.serial), '{}') INTO superseded FROM ended e;
  RETURN NEXT;
END $$;

GRANT EXECUTE ON FUNCTION auth.use_certificate TO iot_ingest;
