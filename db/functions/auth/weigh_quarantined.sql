-- As auth.count_added, of bytes. Nothing is refused here: the pipeline has asked for room.
CREATE OR REPLACE FUNCTION auth.weigh_quarantined() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE platform.usage u SET used = u.used + a.bytes
  FROM (SELECT org_id, sum(octet_length(payload)) AS bytes FROM added GROUP BY org_id) a
  WHERE u.org_id = a.org_id AND u.kind = 'quarantine bytes' AND u.writer = 'ingest';
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER weigh_quarantined AFTER INSERT ON platform.quarantine_entry
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.weigh_quarantined();
