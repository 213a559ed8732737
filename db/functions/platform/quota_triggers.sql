-- What quotas count, and when: see auth/room_for.sql. Deleting is an update of deleted_at for most;
-- keys and tokens end by themselves, so that they are counted anew whenever there seems to be no
-- room.
CREATE OR REPLACE TRIGGER begin_usage AFTER INSERT ON platform.organization
  FOR EACH ROW EXECUTE FUNCTION auth.begin_usage();

CREATE OR REPLACE TRIGGER count_added AFTER INSERT ON platform.device
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.count_added('devices');
CREATE OR REPLACE TRIGGER note_removal AFTER UPDATE OF deleted_at ON platform.device
  FOR EACH STATEMENT EXECUTE FUNCTION auth.note_removal('devices');

CREATE OR REPLACE TRIGGER count_added AFTER INSERT ON platform.component
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.count_added('components');
CREATE OR REPLACE TRIGGER note_removal AFTER UPDATE OF deleted_at ON platform.component
  FOR EACH STATEMENT EXECUTE FUNCTION auth.note_removal('components');

CREATE OR REPLACE TRIGGER count_added AFTER INSERT ON platform.sensor
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.count_added('sensors');
CREATE OR REPLACE TRIGGER note_removal AFTER UPDATE OF deleted_at ON platform.sensor
  FOR EACH STATEMENT EXECUTE FUNCTION auth.note_removal('sensors');

CREATE OR REPLACE TRIGGER count_added AFTER INSERT ON platform.site
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.count_added('sites');
CREATE OR REPLACE TRIGGER note_removal AFTER UPDATE OF deleted_at ON platform.site
  FOR EACH STATEMENT EXECUTE FUNCTION auth.note_removal('sites');

CREATE OR REPLACE TRIGGER count_added AFTER INSERT ON platform.device_group
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.count_added('device groups');
CREATE OR REPLACE TRIGGER note_removal AFTER UPDATE OF deleted_at ON platform.device_group
  FOR EACH STATEMENT EXECUTE FUNCTION auth.note_removal('device groups');

CREATE OR REPLACE TRIGGER count_added AFTER INSERT ON platform.api_key
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.count_added('API keys');

CREATE OR REPLACE TRIGGER count_added AFTER INSERT ON platform.registration_token
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.count_added('registration tokens');

CREATE OR REPLACE TRIGGER count_added AFTER INSERT ON platform.sensor_profile
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.count_added('profiles');
CREATE OR REPLACE TRIGGER note_removal AFTER DELETE ON platform.sensor_profile
  FOR EACH STATEMENT EXECUTE FUNCTION auth.note_removal('profiles');

CREATE OR REPLACE TRIGGER count_added AFTER INSERT ON platform.device_profile
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.count_added('profiles');
CREATE OR REPLACE TRIGGER note_removal AFTER DELETE ON platform.device_profile
  FOR EACH STATEMENT EXECUTE FUNCTION auth.note_removal('profiles');

CREATE OR REPLACE TRIGGER count_added AFTER INSERT ON platform.pack
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.count_added('packs');
CREATE OR REPLACE TRIGGER note_removal AFTER DELETE ON platform.pack
  FOR EACH STATEMENT EXECUTE FUNCTION auth.note_removal('packs');

CREATE OR REPLACE TRIGGER weigh_quarantined AFTER INSERT ON platform.quarantine_entry
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.weigh_quarantined();
CREATE OR REPLACE TRIGGER note_removal AFTER DELETE ON platform.quarantine_entry
  FOR EACH STATEMENT EXECUTE FUNCTION auth.note_removal('quarantine bytes');
