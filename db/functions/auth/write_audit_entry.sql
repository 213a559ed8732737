-- A row of an audited table was added, changed or taken away by a request: who, from where, and
-- what it was before and after. Whose request it is is said with the transaction's tenant
-- (db/connections/authors.py); what nobody asked for isn't written.
--
-- Secrets are masked: what is hashed or encrypted shows that it changed, and no more. What is
-- larger than 64 KiB is told by its hash. Columns that change with use, such as last_used_at, are
-- no change.
CREATE OR REPLACE FUNCTION auth.write_audit_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  c_used CONSTANT text[] := '{updated_at,last_used_at,refreshed_at,counter,secret_id}';
  v_actor text := current_setting('app.actor', true);
  v_before jsonb;
  v_after jsonb;
  v_row jsonb;
  v_type text := replace(TG_TABLE_NAME, '_', '-');
  v_verb text :=
    CASE TG_OP WHEN 'INSERT' THEN 'create' WHEN 'UPDATE' THEN 'update' ELSE 'delete' END;
BEGIN
  IF coalesce(v_actor, '') = '' THEN
    RETURN NULL;
  END IF;
  IF TG_OP <> 'INSERT' THEN
    v_before := to_jsonb(OLD);
  END IF;
  IF TG_OP <> 'DELETE' THEN
    v_after := to_jsonb(NEW);
  END IF;
  IF TG_OP = 'UPDATE' THEN
    IF v_before - c_used = v_after - c_used
      OR TG_TABLE_NAME = 'user_session' AND v_before->'ended_at' = v_after->'ended_at' THEN
      RETURN NULL;
    END IF;
    IF v_before->>'deleted_at' IS NULL AND v_after->>'deleted_at' IS NOT NULL THEN
      v_verb := 'delete';
    END IF;
  END IF;
  v_row := coalesce(v_after, v_before);
  INSERT INTO platform.audit_entry (org_id, id, actor, action, resource_type, resource_id, address,
    request_id, before, after, written_in)
  VALUES (
    (CASE TG_TABLE_NAME WHEN 'organization' THEN v_row->>'id' ELSE v_row->>'org_id' END)::uuid,
    platform.new_id(), v_actor, v_type || '.' || v_verb, v_type,
    coalesce(v_row->>'id', v_row->>'user_id', v_row->>'serial', v_row->>'sensor_id',
      v_row->>'name'),
    coalesce(current_setting('app.address', true), ''),
    coalesce(current_setting('app.request_id', true), ''),
    auth.masked(v_before), auth.masked(v_after),
    platform.transaction_number());
  RETURN NULL;
END $$;

DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY[
    'organization', 'customer', 'membership', 'invitation', 'user_session', 'api_key',
    'sensor_profile', 'device_profile', 'pack',
    'site', 'device_group', 'device', 'component', 'sensor', 'calculation',
    'config_artefact', 'desired_state_binding', 'rollout', 'registration_token', 'certificate',
    'command', 'command_run', 'export', 'quarantine_entry', 'dashboard',
    'alert', 'alert_backtest', 'alert_comment', 'alert_rule', 'alert_mute', 'notification_channel',
    'dashboard_share', 'annotation_class', 'annotation', 'reference_pair',
    'job_definition',
    'camera', 'dvr_clip_request', 'media_capture', 'media_capture_rule'
  ] LOOP
    -- The pipeline's own writes pay for the comparison and nothing else.
    EXECUTE format('CREATE OR REPLACE TRIGGER write_audit_entry AFTER INSERT OR UPDATE OR DELETE '
      'ON platform.%I FOR EACH ROW WHEN (session_user = ''app'') '
      'EXECUTE FUNCTION auth.write_audit_entry()', v_table);
  END LOOP;
END $$;
