-- A letter to a person, in the transaction of its cause; sealed, since it may carry a secret. So
-- many wait at most, whoever asks for them: then nobody can ask for a while (53400 is answered so).
CREATE OR REPLACE FUNCTION auth.post_account_mail(p_id uuid, p_sealed bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF (SELECT count(*) FROM (SELECT FROM platform.account_mail LIMIT 10000) m) >= 10000 THEN
    RAISE configuration_limit_exceeded USING MESSAGE = 'too many letters wait to be sent';
  END IF;
  INSERT INTO platform.account_mail (id, sealed) VALUES (p_id, p_sealed);
END $$;

GRANT EXECUTE ON FUNCTION auth.post_account_mail TO app;
