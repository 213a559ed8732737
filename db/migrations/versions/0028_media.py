"""Media: cameras and who records them, footage, what is cut of it, live sessions, usage."""

from db.migrations.script import (
    ALL,
    ALL_BUT_DELETE,
    READ,
    READ_AND_ADD,
    grant,
    run_sql,
    tenant_table,
)

revision = "0028"
down_revision = "0026"

# What is cut of footage, by people's wish or a rule's: where it stands, and what was found.
_CUT = """
  id uuid NOT NULL,
  camera_id uuid NOT NULL,
  range_from timestamptz NOT NULL,
  range_to timestamptz NOT NULL,
  status text NOT NULL DEFAULT 'PENDING'
    CHECK (status IN ('PENDING', 'RUNNING', 'READY', 'FAILED')),
  progress double precision NOT NULL DEFAULT 0,
  failure text,
  spans jsonb NOT NULL DEFAULT '[]',
  missing jsonb NOT NULL DEFAULT '[]',
  encoded_frames integer,
  object_key text,
  thumbnail_key text,
  size_bytes bigint,
  sha256 text,
  job_id uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  completed_at timestamptz,
  expires_at timestamptz,
  CHECK (range_to > range_from),
  FOREIGN KEY (org_id, camera_id) REFERENCES platform.camera,
"""


def upgrade() -> None:
    _cameras()
    _recorders()
    _footage()
    _cuts()
    _live()
    _quota()


def _cameras() -> None:
    # What a recorder sees stands in the row itself, without an index on it: such updates stay on
    # their page. `watched_until`: somebody looks on, so a camera ON_DEMAND is recorded.
    tenant_table(
        "camera",
        """
          id uuid NOT NULL,
          device_id uuid NOT NULL,
          name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
          sealed_stream bytea NOT NULL,
          stream text NOT NULL,
          recording text NOT NULL CHECK (recording IN ('OFF', 'ON_DEMAND', 'CONTINUOUS')),
          segment_seconds integer NOT NULL DEFAULT 10 CHECK (segment_seconds BETWEEN 2 AND 60),
          retention_hours integer NOT NULL DEFAULT 168 CHECK (retention_hours > 0),
          retention_bytes bigint CHECK (retention_bytes > 0),
          local_url text,
          watched_until timestamptz,
          status text NOT NULL DEFAULT 'OFFLINE'
            CHECK (status IN ('ONLINE', 'OFFLINE', 'DEGRADED')),
          status_reason text DEFAULT 'not seen yet',
          status_since timestamptz NOT NULL DEFAULT now(),
          last_picture_at timestamptz,
          stored_bytes bigint NOT NULL DEFAULT 0,
          created_at timestamptz NOT NULL DEFAULT now(),
          updated_at timestamptz NOT NULL DEFAULT now(),
          deleted_at timestamptz,
          FOREIGN KEY (org_id, device_id) REFERENCES platform.device
        """,
        is_top=True,
        storage="WITH (fillfactor = 70)",
        grants={
            "app": ALL_BUT_DELETE,
            "iot_ingest": f"{READ}, DELETE, UPDATE (watched_until, status, status_reason,"
            " status_since, last_picture_at, stored_bytes)",
        },
    )
    run_sql("""
        CREATE UNIQUE INDEX uq_camera_name ON platform.camera (org_id, name)
          WHERE deleted_at IS NULL;
        CREATE INDEX ix_camera_created ON platform.camera (org_id, created_at, id)
          WHERE deleted_at IS NULL;
        CREATE INDEX ix_camera_device ON platform.camera (org_id, device_id);
        CREATE INDEX ix_camera_deleted ON platform.camera (deleted_at)
          WHERE deleted_at IS NOT NULL;
    """)


def _recorders() -> None:
    # The installation's own. One that isn't seen any more has died; its cameras go to others.
    run_sql("""
        CREATE TABLE platform.recorder (
          name text PRIMARY KEY,
          alive_until timestamptz NOT NULL
        );
    """)
    grant("platform.recorder", {"iot_ingest": ALL})
    # `fence` rises with each holder, and names its objects; `last_number` is that of the last one
    # that has a row, so that the next holder finds those without.
    tenant_table(
        "camera_lease",
        """
          camera_id uuid NOT NULL,
          holder text NOT NULL DEFAULT '',
          fence bigint NOT NULL DEFAULT 0,
          lease_until timestamptz NOT NULL DEFAULT now(),
          last_number integer NOT NULL DEFAULT 0,
          FOREIGN KEY (org_id, camera_id) REFERENCES platform.camera ON DELETE CASCADE
        """,
        key="camera_id",
        storage="WITH (fillfactor = 50)",
        grants={"app": READ_AND_ADD, "iot_ingest": ALL},
    )


def _footage() -> None:
    # One whole fragmented MP4 each: `init_bytes` of it are its head, and `part_offsets` say where
    # each fragment begins. Not partitioned: each row's object must be named before it goes, so no
    # partition could be dropped for its age.
    tenant_table(
        "dvr_segment",
        """
          camera_id uuid NOT NULL,
          starts_at timestamptz NOT NULL,
          ends_at timestamptz NOT NULL,
          run text NOT NULL,
          clock text NOT NULL CHECK (clock IN ('CAMERA', 'ARRIVAL')),
          source text NOT NULL CHECK (source IN ('RECORDER', 'PUSHED')),
          object_key text NOT NULL,
          size_bytes bigint NOT NULL CHECK (size_bytes > 0),
          init_bytes integer NOT NULL CHECK (init_bytes > 0),
          part_offsets integer[] NOT NULL,
          part_milliseconds integer[] NOT NULL,
          part_keys boolean[] NOT NULL,
          codecs text NOT NULL,
          width integer NOT NULL,
          height integer NOT NULL,
          CHECK (ends_at > starts_at),
          FOREIGN KEY (org_id, camera_id) REFERENCES platform.camera
        """,
        key="camera_id, starts_at",
        grants={"app": READ_AND_ADD, "iot_ingest": ALL},
    )
    # What a gateway was given an upload link for; it goes when it is a segment, or was refused.
    tenant_table(
        "dvr_upload",
        """
          id uuid NOT NULL,
          camera_id uuid NOT NULL,
          starts_at timestamptz NOT NULL,
          content_type text NOT NULL,
          size_bytes bigint NOT NULL CHECK (size_bytes > 0),
          sha256 text NOT NULL,
          object_key text NOT NULL,
          status text NOT NULL DEFAULT 'AWAITED'
            CHECK (status IN ('AWAITED', 'INSPECTED', 'STORED', 'REFUSED')),
          failure text,
          requested_by text NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now(),
          expires_at timestamptz NOT NULL,
          FOREIGN KEY (org_id, camera_id) REFERENCES platform.camera
        """,
        grants={"app": ALL_BUT_DELETE, "iot_ingest": f"{READ}, DELETE"},
    )
    # Objects that nothing speaks of any more, or never did: taken away when they are due, so that
    # whoever was about to read one still can.
    tenant_table(
        "object_garbage",
        "object_key text NOT NULL, due_at timestamptz NOT NULL",
        key="object_key",
        grants={"app": ALL, "iot_ingest": ALL},
    )
    run_sql("""
        CREATE INDEX ix_dvr_upload_camera ON platform.dvr_upload (org_id, camera_id, starts_at);
        CREATE INDEX ix_dvr_upload_expires ON platform.dvr_upload (expires_at);
        CREATE INDEX ix_object_garbage_due ON platform.object_garbage (due_at);
    """)


def _cuts() -> None:
    tenant_table(
        "dvr_clip_request",
        f"{_CUT} requested_by text NOT NULL",
        grants={"app": ALL, "iot_ingest": f"{READ}, DELETE"},
    )
    tenant_table(
        "media_capture_rule",
        """
          id uuid NOT NULL,
          name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
          match jsonb NOT NULL,
          camera_ids uuid[],
          pre_roll_seconds integer NOT NULL CHECK (pre_roll_seconds >= 0),
          post_roll_seconds integer NOT NULL CHECK (post_roll_seconds >= 0),
          cooldown_seconds integer NOT NULL CHECK (cooldown_seconds >= 0),
          max_per_hour integer NOT NULL CHECK (max_per_hour > 0),
          enabled boolean NOT NULL DEFAULT true,
          created_by text NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now(),
          updated_at timestamptz NOT NULL DEFAULT now(),
          deleted_at timestamptz
        """,
        is_top=True,
        grants={"app": ALL_BUT_DELETE, "iot_ingest": READ},
    )
    # By the times of events. `lately`: those of the last hour that were captured.
    tenant_table(
        "media_capture_state",
        """
          rule_id uuid NOT NULL,
          camera_id uuid NOT NULL,
          last_at timestamptz,
          lately timestamptz[] NOT NULL DEFAULT '{}',
          suppressed integer NOT NULL DEFAULT 0,
          FOREIGN KEY (org_id, rule_id) REFERENCES platform.media_capture_rule,
          FOREIGN KEY (org_id, camera_id) REFERENCES platform.camera ON DELETE CASCADE
        """,
        key="rule_id, camera_id",
        grants={"app": ALL, "iot_ingest": ALL},
    )
    tenant_table(
        "media_capture",
        f"{_CUT} rule_id uuid, event_id uuid, alert_id uuid, device_id uuid",
        grants={"app": ALL, "iot_ingest": ALL},
    )
    run_sql("""
        CREATE INDEX ix_dvr_clip_request_created
          ON platform.dvr_clip_request (org_id, created_at, id);
        CREATE INDEX ix_dvr_clip_request_camera
          ON platform.dvr_clip_request (org_id, camera_id, created_at, id);
        CREATE INDEX ix_dvr_clip_request_expires ON platform.dvr_clip_request (expires_at)
          WHERE expires_at IS NOT NULL;
        CREATE UNIQUE INDEX uq_media_capture_rule_name
          ON platform.media_capture_rule (org_id, name) WHERE deleted_at IS NULL;
        CREATE INDEX ix_media_capture_rule_created
          ON platform.media_capture_rule (org_id, created_at, id) WHERE deleted_at IS NULL;
        CREATE INDEX ix_media_capture_state_camera
          ON platform.media_capture_state (org_id, camera_id);
        CREATE INDEX ix_media_capture_from ON platform.media_capture (org_id, range_from, id);
        CREATE INDEX ix_media_capture_camera
          ON platform.media_capture (org_id, camera_id, range_from, id);
        CREATE INDEX ix_media_capture_event ON platform.media_capture (org_id, event_id)
          WHERE event_id IS NOT NULL;
        CREATE INDEX ix_media_capture_alert ON platform.media_capture (org_id, alert_id)
          WHERE alert_id IS NOT NULL;
        CREATE INDEX ix_media_capture_expires ON platform.media_capture (expires_at)
          WHERE expires_at IS NOT NULL;
    """)


def _live() -> None:
    tenant_table(
        "live_session",
        """
          id uuid NOT NULL,
          camera_id uuid NOT NULL,
          status text NOT NULL DEFAULT 'REQUESTED'
            CHECK (status IN ('REQUESTED', 'ACTIVE', 'STOPPING', 'STOPPED', 'EXPIRED')),
          requested_by text NOT NULL,
          codecs text,
          created_at timestamptz NOT NULL DEFAULT now(),
          active_at timestamptz,
          last_seen_at timestamptz NOT NULL DEFAULT now(),
          expires_at timestamptz NOT NULL,
          ended_at timestamptz,
          stop_reason text,
          watched_seconds double precision NOT NULL DEFAULT 0,
          FOREIGN KEY (org_id, camera_id) REFERENCES platform.camera
        """,
        grants={"app": ALL_BUT_DELETE, "iot_ingest": ALL},
    )
    # A day of UTC of a camera: what came in, what lay there at most, what was looked at. It
    # outlives the camera.
    tenant_table(
        "media_usage",
        """
          camera_id uuid NOT NULL,
          day date NOT NULL,
          recorded_seconds double precision NOT NULL DEFAULT 0,
          recorded_bytes bigint NOT NULL DEFAULT 0,
          stored_bytes bigint NOT NULL DEFAULT 0,
          watched_seconds double precision NOT NULL DEFAULT 0
        """,
        key="camera_id, day",
        is_top=True,
        storage="WITH (fillfactor = 50)",
        grants={"app": ALL_BUT_DELETE, "iot_ingest": ALL_BUT_DELETE},
    )
    run_sql("""
        CREATE INDEX ix_live_session_created ON platform.live_session (org_id, created_at, id);
        CREATE INDEX ix_live_session_camera ON platform.live_session (org_id, camera_id);
        CREATE INDEX ix_live_session_open ON platform.live_session (last_seen_at)
          WHERE ended_at IS NULL;
    """)


def _quota() -> None:
    grant("platform.camera", {"iot_auth": "SELECT (org_id, deleted_at), TRIGGER"})
    # The organizations that are here already have none yet.
    run_sql("""
        INSERT INTO platform.quota (kind) VALUES ('cameras');
        ALTER TABLE platform.organization NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE platform.usage NO FORCE ROW LEVEL SECURITY;
        INSERT INTO platform.usage (org_id, kind, writer)
          SELECT id, 'cameras', 'service' FROM platform.organization;
        ALTER TABLE platform.organization FORCE ROW LEVEL SECURITY;
        ALTER TABLE platform.usage FORCE ROW LEVEL SECURITY;
    """)
