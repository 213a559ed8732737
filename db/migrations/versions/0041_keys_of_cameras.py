"""An API key may be bound to cameras: then it sends their footage, and does nothing else."""

from db.migrations.script import run_sql

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    # To send footage has a scope of its own now: keys that did so before go on doing it.
    run_sql("""
        ALTER TABLE platform.api_key NO FORCE ROW LEVEL SECURITY;
        UPDATE platform.api_key SET scopes = array_append(scopes, 'segments:write')
          WHERE 'media:write' = ANY (scopes);
        ALTER TABLE platform.api_key FORCE ROW LEVEL SECURITY;
        ALTER TABLE platform.api_key ADD COLUMN camera_ids uuid[],
          ADD CONSTRAINT api_key_camera_ids_check CHECK (camera_ids IS NULL
            OR cardinality(camera_ids) > 0 AND scopes = '{segments:write}');
    """)
