-- Makes of each of the devices what is desired of it at this moment: its entries, and where they
-- differ from what it was sent last, a new version of its document, retained. Returns how many
-- documents were sent. `p_links` sends them again, under the same version, where it has an address
-- in it: that is about to end.
--
-- Who may call it at the same time: platform.lock_config. The row of device_config is locked first,
-- in the order of ids, as ingest does that writes what is reported; what is read, is read after.
CREATE OR REPLACE FUNCTION platform.write_desired_config(
  p_org uuid, p_devices uuid[], p_links boolean DEFAULT false) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_sent integer;
BEGIN
  INSERT INTO platform.device_config (org_id, device_id)
    SELECT d.org_id, d.id FROM platform.device d
    WHERE d.org_id = p_org AND d.id = ANY (p_devices) AND d.deleted_at IS NULL ORDER BY d.id
    ON CONFLICT DO NOTHING;
  PERFORM FROM platform.device_config c
    WHERE c.org_id = p_org AND c.device_id = ANY (p_devices) ORDER BY c.device_id FOR UPDATE;

  WITH wanted AS MATERIALIZED (
    SELECT c.device_id, c.target, c.name, c.binding_id, c.artefact_id, a.version, a.sha256 AS hash
    FROM platform.config_candidates(p_org, p_devices) c
    JOIN platform.config_artefact a ON (a.org_id, a.id) = (p_org, c.artefact_id)
    WHERE c.place = 1
  ), unwanted AS (
    UPDATE platform.device_config_entry e SET binding_id = NULL, artefact_id = NULL,
      version = NULL, hash = NULL, desired_at = now(), drifts_since = now()
    WHERE e.org_id = p_org AND e.device_id = ANY (p_devices) AND e.artefact_id IS NOT NULL
      AND e.reported_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM wanted w
        WHERE (w.device_id, w.target, w.name) = (e.device_id, e.target, e.name))
  ), forgotten AS (
    DELETE FROM platform.device_config_entry e
    WHERE e.org_id = p_org AND e.device_id = ANY (p_devices) AND e.reported_id IS NULL
      AND NOT EXISTS (
        SELECT FROM wanted w
        WHERE (w.device_id, w.target, w.name) = (e.device_id, e.target, e.name))
  )
  INSERT INTO platform.device_config_entry AS e (org_id, device_id, target, name, binding_id,
    artefact_id, version, hash, desired_at, drifts_since)
  SELECT p_org, w.device_id, w.target, w.name, w.binding_id, w.artefact_id, w.version, w.hash,
    now(), now()
  FROM wanted w
  ON CONFLICT (org_id, device_id, target, name) DO UPDATE SET
    binding_id = excluded.binding_id, artefact_id = excluded.artefact_id,
    version = excluded.version, hash = excluded.hash,
    desired_at = CASE WHEN e.artefact_id = excluded.artefact_id
      THEN e.desired_at ELSE now() END,
    drifts_since = CASE
      WHEN e.reported_id = excluded.artefact_id AND e.reported_status = 'ACCEPTED'
        AND coalesce(e.reported_hash = excluded.hash, true) THEN NULL
      WHEN e.artefact_id = excluded.artefact_id THEN e.drifts_since
      ELSE now() END
  WHERE (e.binding_id, e.artefact_id)
    IS DISTINCT FROM (excluded.binding_id, excluded.artefact_id);

  WITH entry AS (
    SELECT e.device_id, e.target, e.name, e.artefact_id, a.download_url IS NOT NULL AS is_link,
      '{"target":' || to_json(e.target)::text || ',"artefactId":"' || e.artefact_id
        || '","name":' || to_json(e.name)::text || ',"version":' || e.version
        || ',"hash":"' || e.hash || '",' || CASE WHEN a.content IS NULL
          THEN '"url":' || to_json(a.download_url)::text || ',"sizeBytes":' || a.size_bytes
            || ',"contentType":' || to_json(a.content_type)::text
          ELSE '"content":' || a.content END || '}' AS body
    FROM platform.device_config_entry e
    JOIN platform.config_artefact a ON (a.org_id, a.id) = (e.org_id, e.artefact_id)
    WHERE e.org_id = p_org AND e.device_id = ANY (p_devices)
  ), document AS MATERIALIZED (
    SELECT e.device_id, bool_or(e.is_link) AS has_links,
      encode(sha256(convert_to(string_agg(e.target || ' ' || e.name || ' ' || e.artefact_id,
        E'\n' ORDER BY e.target, e.name), 'UTF8')), 'hex') AS hash,
      sum(octet_length(e.body) + 1) AS size,
      string_agg(e.body, ',' ORDER BY e.target, e.name) AS targets
    FROM entry e GROUP BY e.device_id
  ), due AS (
    SELECT c.device_id, coalesce(d.hash, '') AS hash, coalesce(d.targets, '') AS targets,
      c.version + CASE WHEN c.hash = coalesce(d.hash, '') THEN 0 ELSE 1 END AS version,
      -- Of one message; what stands around the targets has room in the rest.
      coalesce(d.size, 0) > 262144 - 200 AS is_too_large, c.is_too_large AS was_too_large
    FROM platform.device_config c
    LEFT JOIN document d USING (device_id)
    WHERE c.org_id = p_org AND c.device_id = ANY (p_devices)
      AND (c.hash <> coalesce(d.hash, '') OR c.is_too_large OR p_links AND d.has_links)
  ), changed AS (
    UPDATE platform.device_config c SET is_too_large = d.is_too_large,
      version = CASE WHEN d.is_too_large THEN c.version ELSE d.version END,
      hash = CASE WHEN d.is_too_large THEN c.hash ELSE d.hash END,
      changed_at = CASE WHEN d.is_too_large THEN c.changed_at ELSE now() END
    FROM due d WHERE (c.org_id, c.device_id) = (p_org, d.device_id)
  ), told AS (
    INSERT INTO platform.event (org_id, id, type, severity, title, site_id, device_id, actor)
    SELECT p_org, platform.new_id(), 'CONFIG', 'WARNING',
      'The configuration of ' || left(v.name, 200) || ' is too large for a message', v.site_id,
      v.id, 'platform'
    FROM due d JOIN platform.device v ON (v.org_id, v.id) = (p_org, d.device_id)
    WHERE d.is_too_large AND NOT d.was_too_large
  ), sent AS (
    INSERT INTO platform.device_message (org_id, id, device_id, topic, body, is_retained)
    SELECT p_org, platform.new_id(), d.device_id,
      'v1/gateways/' || p_org || '/' || d.device_id || '/config/desired',
      convert_to('{"version":' || d.version || ',"hash":"' || d.hash || '","targets":['
        || d.targets || ']}', 'UTF8'), true
    FROM due d WHERE NOT d.is_too_large
    RETURNING 1
  )
  SELECT count(*) INTO v_sent FROM sent;
  RETURN v_sent;
END $$;

GRANT EXECUTE ON FUNCTION platform.write_desired_config TO app;
