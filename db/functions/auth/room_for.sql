-- How much more an organization may have of a kind, of which `p_wanted` are asked for; NULL for any
-- number. The caller's own row of platform.usage is locked, so that this stays true until its
-- transaction ends.
--
-- What is added is counted at once, what is taken away only noted: whoever finds too little room
-- counts anew, if something was taken away since that was last done, or ends by itself. The
-- pipeline has a row of its own: it never waits for a request. Of what both add at the same moment
-- each sees its own, so that together they may exceed the quota by what that request adds.
CREATE OR REPLACE FUNCTION auth.room_for(p_org uuid, p_kind text, p_wanted bigint)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_writer text := CASE session_user WHEN 'iot_ingest' THEN 'ingest' ELSE 'service' END;
  v_quota platform.quota;
  v_own platform.usage;
  v_others bigint;
  v_removals bigint;
BEGIN
  SELECT * INTO v_quota FROM platform.quota WHERE kind = p_kind;
  IF v_quota.at_most IS NULL THEN
    RETURN NULL;
  END IF;
  SELECT * INTO v_own FROM platform.usage
    WHERE org_id = p_org AND kind = p_kind AND writer = v_writer FOR UPDATE;
  SELECT coalesce(sum(used) FILTER (WHERE writer <> v_writer), 0), coalesce(sum(removals), 0)
    INTO v_others, v_removals FROM platform.usage WHERE org_id = p_org AND kind = p_kind;
  IF v_own.used + v_others + p_wanted > v_quota.at_most
     AND (v_removals > v_own.counted_removals OR v_quota.ends_by_itself) THEN
    v_own.used := auth.count_of(p_org, p_kind) - v_others;
    UPDATE platform.usage SET used = v_own.used, counted_removals = v_removals
      WHERE org_id = p_org AND kind = p_kind AND writer = v_writer;
  END IF;
  RETURN v_quota.at_most - v_own.used - v_others;
END $$;
