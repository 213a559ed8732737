-- What could be desired of each of the devices: for each target ('device', or a component's key)
-- and name every artefact that some binding has for it, the one that wins at place 1. The most
-- specific binding wins (component, device, group, device profile, sensor profile), of equals the
-- newest.
--
-- An artefact of a device profile is for devices of that profile, one of a sensor profile for
-- components of that profile, wherever it is bound; they need the same major, and no smaller a
-- minor, than it was checked against. One of neither goes to what it is bound to. A component that
-- is called 'device' has no name of its own in a document, and is passed over.
CREATE OR REPLACE FUNCTION platform.config_candidates(p_org uuid, p_devices uuid[])
RETURNS TABLE (device_id uuid, target text, component_id uuid, name text, binding_id uuid,
  artefact_id uuid, place bigint)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan AS $$
  WITH device AS (
    SELECT d.id, d.tags, d.device_profile_id, p.name AS profile, p.major, p.minor
    FROM platform.device d
    LEFT JOIN platform.device_profile p ON (p.org_id, p.id) = (d.org_id, d.device_profile_id)
    WHERE d.org_id = p_org AND d.id = ANY (p_devices) AND d.deleted_at IS NULL
  ), component AS (
    SELECT c.id, c.device_id, c.key, c.sensor_profile_id, p.name AS profile, p.major, p.minor
    FROM platform.component c
    LEFT JOIN platform.sensor_profile p ON (p.org_id, p.id) = (c.org_id, c.sensor_profile_id)
    WHERE c.org_id = p_org AND c.device_id = ANY (p_devices) AND c.deleted_at IS NULL
      AND c.key <> 'device'
  ), binding AS (
    SELECT * FROM platform.desired_state_binding WHERE org_id = p_org
  ), bound AS (
    SELECT b.id, b.artefact_id, b.is_held, b.desired_at, d.id AS device_id,
      NULL::uuid AS component_id, 4 AS specificity
    FROM binding b JOIN device d ON b.target_type = 'DEVICE' AND b.target_id = d.id
    UNION ALL
    SELECT b.id, b.artefact_id, b.is_held, b.desired_at, d.id, NULL, 3
    FROM binding b
    JOIN platform.device_group g ON g.org_id = p_org AND g.id = b.target_id AND g.deleted_at IS NULL
    JOIN device d ON CASE g.match WHEN 'ANY' THEN g.tags && d.tags ELSE g.tags <@ d.tags END
    WHERE b.target_type = 'DEVICE_GROUP'
    UNION ALL
    SELECT b.id, b.artefact_id, b.is_held, b.desired_at, d.id, NULL, 2
    FROM binding b JOIN device d ON b.target_type = 'DEVICE_PROFILE'
      AND (b.target_id = d.device_profile_id OR b.target_name = d.profile)
    UNION ALL
    SELECT b.id, b.artefact_id, b.is_held, b.desired_at, c.device_id, c.id, 5
    FROM binding b JOIN component c ON b.target_type = 'COMPONENT' AND b.target_id = c.id
    UNION ALL
    SELECT b.id, b.artefact_id, b.is_held, b.desired_at, c.device_id, c.id, 1
    FROM binding b JOIN component c ON b.target_type = 'SENSOR_PROFILE'
      AND (b.target_id = c.sensor_profile_id OR b.target_name = c.profile)
  ), given AS (
    -- What a roll-out has brought so far, or else what is bound, unless that waits for one.
    SELECT b.id, b.device_id, b.component_id, b.specificity, b.desired_at,
      coalesce(r.artefact_id, CASE WHEN NOT b.is_held THEN b.artefact_id END) AS artefact_id
    FROM bound b
    LEFT JOIN platform.rollout r ON r.org_id = p_org AND r.subject_id = b.id
      AND r.reach IS NOT NULL
      AND substr(sha256(uuid_send(r.id) || uuid_send(b.device_id)), 1, 8) <= r.reach
  ), offered AS (
    SELECT b.*, a.name,
      sp.name AS sensor_profile, sp.major AS sensor_major, sp.minor AS sensor_minor,
      dp.name AS device_profile, dp.major AS device_major, dp.minor AS device_minor
    FROM given b
    JOIN platform.config_artefact a ON (a.org_id, a.id) = (p_org, b.artefact_id)
    LEFT JOIN platform.sensor_profile sp ON (sp.org_id, sp.id) = (a.org_id, a.sensor_profile_id)
    LEFT JOIN platform.device_profile dp ON (dp.org_id, dp.id) = (a.org_id, a.device_profile_id)
  ), candidate AS (
    SELECT o.device_id, 'device' AS target, NULL::uuid AS component_id, o.name, o.id,
      o.artefact_id, o.specificity, o.desired_at
    FROM offered o JOIN device d ON d.id = o.device_id
    WHERE o.component_id IS NULL AND o.sensor_profile IS NULL AND (o.device_profile IS NULL
      OR (o.device_profile, o.device_major) = (d.profile, d.major) AND o.device_minor <= d.minor)
    UNION ALL
    SELECT o.device_id, c.key, c.id, o.name, o.id, o.artefact_id, o.specificity, o.desired_at
    FROM offered o
    JOIN component c ON c.device_id = o.device_id AND coalesce(o.component_id = c.id, true)
    WHERE o.device_profile IS NULL AND CASE WHEN o.sensor_profile IS NULL
      THEN o.component_id IS NOT NULL
      ELSE (o.sensor_profile, o.sensor_major) = (c.profile, c.major) AND o.sensor_minor <= c.minor
    END
  )
  SELECT c.device_id, c.target, c.component_id, c.name, c.id, c.artefact_id,
    row_number() OVER (PARTITION BY c.device_id, c.target, c.name
      ORDER BY c.specificity DESC, c.desired_at DESC, c.id DESC)
  FROM candidate c
$$;

GRANT EXECUTE ON FUNCTION platform.config_candidates TO app, iot_ingest;
