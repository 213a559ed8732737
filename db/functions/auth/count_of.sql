-- How much an organization has of what a quota counts, counted anew. A new kind has its line here,
-- its triggers in count_added.sql and note_removal.sql, and its row in platform.quota.
CREATE OR REPLACE FUNCTION auth.count_of(p_org uuid, p_kind text) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN CASE p_kind
    WHEN 'devices' THEN (SELECT count(*) FROM platform.device
      WHERE org_id = p_org AND deleted_at IS NULL)
    WHEN 'components' THEN (SELECT count(*) FROM platform.component
      WHERE org_id = p_org AND deleted_at IS NULL)
    WHEN 'sensors' THEN (SELECT count(*) FROM platform.sensor
      WHERE org_id = p_org AND deleted_at IS NULL)
    WHEN 'sites' THEN (SELECT count(*) FROM platform.site
      WHERE org_id = p_org AND deleted_at IS NULL)
    WHEN 'device groups' THEN (SELECT count(*) FROM platform.device_group
      WHERE org_id = p_org AND deleted_at IS NULL)
    WHEN 'dashboards' THEN (SELECT count(*) FROM platform.dashboard
      WHERE org_id = p_org AND deleted_at IS NULL)
    WHEN 'API keys' THEN (SELECT count(*) FROM platform.api_key
      WHERE org_id = p_org AND revoked_at IS NULL AND coalesce(expires_at > now(), true))
    WHEN 'registration tokens' THEN (SELECT count(*) FROM platform.registration_token
      WHERE org_id = p_org AND used_at IS NULL AND revoked_at IS NULL AND expires_at > now())
    WHEN 'profiles' THEN
      (SELECT count(*) FROM platform.sensor_profile WHERE org_id = p_org)
      + (SELECT count(*) FROM platform.device_profile WHERE org_id = p_org)
    WHEN 'packs' THEN (SELECT count(*) FROM platform.pack WHERE org_id = p_org)
    WHEN 'config artefacts' THEN (SELECT count(*) FROM platform.config_artefact
      WHERE org_id = p_org AND deleted_at IS NULL)
    WHEN 'config bindings' THEN (SELECT count(*) FROM platform.desired_state_binding
      WHERE org_id = p_org)
    WHEN 'alert rules' THEN (SELECT count(*) FROM platform.alert_rule
      WHERE org_id = p_org AND deleted_at IS NULL)
    WHEN 'alert mutes' THEN (SELECT count(*) FROM platform.alert_mute WHERE org_id = p_org)
    WHEN 'cameras' THEN (SELECT count(*) FROM platform.camera
      WHERE org_id = p_org AND deleted_at IS NULL)
    WHEN 'annotation classes' THEN (SELECT count(*) FROM platform.annotation_class
      WHERE org_id = p_org AND deleted_at IS NULL)
    WHEN 'annotations' THEN (SELECT count(*) FROM platform.annotation WHERE org_id = p_org)
    WHEN 'reference pairs' THEN (SELECT count(*) FROM platform.reference_pair
      WHERE org_id = p_org AND deleted_at IS NULL)
    WHEN 'job definitions' THEN (SELECT count(*) FROM platform.job_definition
      WHERE org_id = p_org AND deleted_at IS NULL)
    WHEN 'customers' THEN (SELECT count(*) FROM platform.customer WHERE org_id = p_org)
    WHEN 'quarantine bytes' THEN (SELECT coalesce(sum(octet_length(payload)), 0)
      FROM platform.quarantine_entry WHERE org_id = p_org)
  END;
END $$;
