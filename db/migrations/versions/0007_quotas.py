"""How much each organization may have of what costs the platform something, and how much it has."""

from db.migrations.script import READ, grant, run_sql, tenant_table

revision = "0007"
down_revision = "0006"

# Which columns a count needs, by table.
_COUNTED = {
    "device": "org_id, deleted_at",
    "component": "org_id, deleted_at",
    "sensor": "org_id, deleted_at",
    "site": "org_id, deleted_at",
    "device_group": "org_id, deleted_at",
    "sensor_profile": "org_id",
    "device_profile": "org_id",
    "pack": "org_id",
    "quarantine_entry": "org_id, payload",
}


def upgrade() -> None:
    # `at_most` is what `holdfast migrate` was told; NULL for any number. `writers`: whoever adds
    # has a row of usage of its own, so that neither waits for the other.
    run_sql("""
        CREATE TABLE platform.quota (
          kind text PRIMARY KEY,
          at_most bigint CHECK (at_most >= 0),
          writers text[] NOT NULL DEFAULT '{service}',
          ends_by_itself boolean NOT NULL DEFAULT false
        );
        INSERT INTO platform.quota (kind, writers, ends_by_itself) VALUES
          ('devices', '{service}', false),
          ('components', '{service}', false),
          ('sensors', '{service,ingest}', false),
          ('sites', '{service}', false),
          ('device groups', '{service}', false),
          ('API keys', '{service}', true),
          ('registration tokens', '{service}', true),
          ('profiles', '{service}', false),
          ('packs', '{service}', false),
          ('quarantine bytes', '{service,ingest}', false),
          ('days opened', '{ingest}', false);
    """)
    tenant_table(
        "usage",
        """
          kind text NOT NULL REFERENCES platform.quota,
          writer text NOT NULL,
          used bigint NOT NULL DEFAULT 0,
          removals bigint NOT NULL DEFAULT 0,
          counted_removals bigint NOT NULL DEFAULT 0,
          counted_on date,
          days date[] NOT NULL DEFAULT '{}'
        """,
        key="kind, writer",
        is_top=True,
        storage="WITH (fillfactor = 50)",
        grants={"app": READ, "iot_auth": "SELECT, INSERT, UPDATE"},
    )
    run_sql("GRANT USAGE ON SCHEMA tsd TO iot_auth")  # it asks which days there are
    grant("platform.quota", {"iot_auth": READ})
    # The functions that count are iot_auth's, and so are their triggers.
    for table, columns in _COUNTED.items():
        grant(f"platform.{table}", {"iot_auth": f"SELECT ({columns}), TRIGGER"})
    for table in ("organization", "api_key", "registration_token"):
        grant(f"platform.{table}", {"iot_auth": "TRIGGER"})
    # Whoever is here already finds no room at first, and is counted then: there was a removal, as
    # it were.
    run_sql("""
        ALTER TABLE platform.organization NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE platform.usage NO FORCE ROW LEVEL SECURITY;
        INSERT INTO platform.usage (org_id, kind, writer, used, removals)
          SELECT o.id, q.kind, w, CASE w WHEN 'service' THEN 9e15 ELSE 0 END,
            CASE w WHEN 'service' THEN 1 ELSE 0 END
          FROM platform.organization o, platform.quota q, unnest(q.writers) w;
        ALTER TABLE platform.organization FORCE ROW LEVEL SECURITY;
        ALTER TABLE platform.usage FORCE ROW LEVEL SECURITY;
    """)
