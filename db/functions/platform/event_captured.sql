-- Whether a rule's `match` (app/media/media_capture_rules) means what happened. What a rule doesn't
-- name doesn't matter. Of an alert, that it began or grew; never that a capture was made.
CREATE OR REPLACE FUNCTION platform.is_captured(
  match jsonb, type text, severity text, details jsonb,
  site_id uuid, device_id uuid, component_id uuid, sensor_id uuid
) RETURNS boolean LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT (match->'sources' IS NULL OR match->'sources' ? type)
    AND (match->'severities' IS NULL OR match->'severities' ? severity)
    AND (match->'deviceIds' IS NULL OR coalesce(match->'deviceIds' ? device_id::text, false))
    AND (match->'sensorIds' IS NULL OR coalesce(match->'sensorIds' ? sensor_id::text, false))
    AND CASE match->'target'->>'type'
      WHEN 'SITE' THEN coalesce(match->'target'->>'id' = site_id::text, false)
      WHEN 'DEVICE' THEN coalesce(match->'target'->>'id' = device_id::text, false)
      WHEN 'COMPONENT' THEN coalesce(match->'target'->>'id' = component_id::text, false)
      WHEN 'SENSOR' THEN coalesce(match->'target'->>'id' = sensor_id::text, false)
      ELSE true
    END
    AND (type <> 'ALERT' OR details->>'cause' IN ('FIRED', 'SEVERITY', 'REOPENED'))
    AND NOT details ? 'captureId';
$$;
GRANT EXECUTE ON FUNCTION
  platform.is_captured(jsonb, text, text, jsonb, uuid, uuid, uuid, uuid) TO app, iot_ingest;

-- Whether a rule may capture of a camera what happened at `moment`, and if so, that it did. By the
-- times of events, in whatever order they come: none within the cooldown of another, and in no hour
-- more than so many. Waits for whoever else asks for the same rule and camera.
CREATE OR REPLACE FUNCTION platform.permit_capture(
  org uuid, rule uuid, camera uuid, moment timestamptz, cooldown interval, most integer
) RETURNS boolean LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  permits timestamptz[];
  is_permitted boolean;
BEGIN
  INSERT INTO platform.media_capture_state (org_id, rule_id, camera_id)
    VALUES (org, rule, camera) ON CONFLICT DO NOTHING;
  SELECT s.lately INTO permits FROM platform.media_capture_state s
    WHERE (s.org_id, s.rule_id, s.camera_id) = (org, rule, camera) FOR UPDATE;
  is_permitted := NOT EXISTS (
    SELECT FROM unnest(permits) p WHERE p > moment - cooldown AND p < moment + cooldown
  ) AND NOT EXISTS (
    SELECT FROM unnest(permits || moment) hour
    WHERE hour >= moment AND hour < moment + interval '1 hour' AND most <= (
      SELECT count(*) FROM unnest(permits) p WHERE p > hour - interval '1 hour' AND p <= hour));
  UPDATE platform.media_capture_state s SET
      last_at = CASE WHEN is_permitted THEN greatest(s.last_at, moment) ELSE s.last_at END,
      suppressed = s.suppressed + CASE WHEN is_permitted THEN 0 ELSE 1 END,
      -- Enough for what comes late, and no more than a row should have.
      lately = CASE WHEN is_permitted THEN ARRAY(
        SELECT p FROM unnest(permits || moment) p ORDER BY p DESC LIMIT 1000) ELSE permits END
    WHERE (s.org_id, s.rule_id, s.camera_id) = (org, rule, camera);
  RETURN is_permitted;
END $$;
GRANT EXECUTE ON FUNCTION
  platform.permit_capture(uuid, uuid, uuid, timestamptz, interval, integer) TO app, iot_ingest;

-- What rules want to be seen of what happened, in the transaction in which it is written down: each
-- capture, and the job that cuts it when its footage is stored. An organization without rules costs
-- one look into an index.
CREATE OR REPLACE FUNCTION platform.event_captured() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  found record;
  capture uuid;
  job uuid;
BEGIN
  FOR found IN
    SELECT e.org_id, e.id AS event_id, e.occurred_at, e.device_id, e.type, e.details,
      r.id AS rule_id, r.cooldown_seconds, r.max_per_hour,
      e.occurred_at - make_interval(secs => r.pre_roll_seconds) AS since,
      e.occurred_at + make_interval(secs => r.post_roll_seconds) AS until,
      c.id AS camera_id, c.segment_seconds
    FROM recorded e
    JOIN platform.media_capture_rule r
      ON r.org_id = e.org_id AND r.enabled AND r.deleted_at IS NULL
    JOIN platform.camera c ON c.org_id = e.org_id AND c.deleted_at IS NULL
      AND CASE WHEN r.camera_ids IS NULL THEN c.device_id = e.device_id
        ELSE c.id = ANY (r.camera_ids) END
    WHERE platform.is_captured(r.match, e.type, e.severity, e.details, e.site_id, e.device_id,
      e.component_id, e.sensor_id)
    ORDER BY r.id, c.id, e.occurred_at, e.id
  LOOP
    CONTINUE WHEN NOT platform.permit_capture(found.org_id, found.rule_id, found.camera_id,
      found.occurred_at, make_interval(secs => found.cooldown_seconds), found.max_per_hour);
    capture := platform.new_id();
    job := platform.new_id();
    -- A segment is stored when the next key frame has come and the object store has taken it.
    INSERT INTO platform.job (org_id, id, kind, payload, run_at)
      VALUES (found.org_id, job, 'cut-footage', jsonb_build_object('captureId', capture),
        greatest(now(), found.until + make_interval(secs => found.segment_seconds + 5)));
    INSERT INTO platform.media_capture (org_id, id, camera_id, range_from, range_to, rule_id,
        event_id, alert_id, device_id, job_id)
      VALUES (found.org_id, capture, found.camera_id, found.since, found.until, found.rule_id,
        found.event_id,
        CASE WHEN found.type = 'ALERT' THEN (found.details->>'alertId')::uuid END,
        found.device_id, job);
    -- The channel is db/connections/notifications.py's JOBS_CHANGED.
    PERFORM pg_notify('jobs_changed', '');
  END LOOP;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER event_captured AFTER INSERT ON platform.event
  REFERENCING NEW TABLE AS recorded
  FOR EACH STATEMENT EXECUTE FUNCTION platform.event_captured();
