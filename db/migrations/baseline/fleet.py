"""Sites, groups, devices with their components, the sensors of both, and their health."""

from __future__ import annotations

from db.migrations.script import ALL, ALL_BUT_DELETE, READ, READ_AND_ADD, run_sql, tenant_table


def create() -> None:
    sites_and_groups()
    devices()
    indexes_of_devices()
    placements()
    tags_and_words()
    components_and_sensors()
    health()


def sites_and_groups() -> None:
    tenant_table(
        "site",
        """
          id uuid NOT NULL,
          name text NOT NULL,
          description text,
          latitude double precision,
          longitude double precision,
          address text,
          timezone text NOT NULL DEFAULT 'UTC',
          tags text[] NOT NULL DEFAULT '{}',
          metadata jsonb NOT NULL DEFAULT '{}',
          created_at timestamptz NOT NULL DEFAULT now(),
          updated_at timestamptz NOT NULL DEFAULT now(),
          deleted_at timestamptz
        """,
        is_top=True,
        grants={"app": ALL_BUT_DELETE},
    )
    tenant_table(
        "device_group",
        """
          id uuid NOT NULL,
          name text NOT NULL,
          description text,
          tags text[] NOT NULL,
          match text NOT NULL CHECK (match IN ('ANY', 'ALL')),
          created_at timestamptz NOT NULL DEFAULT now(),
          updated_at timestamptz NOT NULL DEFAULT now(),
          deleted_at timestamptz
        """,
        is_top=True,
        grants={"app": ALL_BUT_DELETE},
    )
    for table in ("site", "device_group"):
        run_sql(f"""
            CREATE UNIQUE INDEX uq_{table}_name ON platform.{table} (org_id, name)
              WHERE deleted_at IS NULL;
            CREATE INDEX ix_{table}_created ON platform.{table} (org_id, created_at, id)
              WHERE deleted_at IS NULL;
            CREATE INDEX ix_{table}_updated ON platform.{table} (org_id, updated_at, id)
              WHERE deleted_at IS NULL;
        """)


def devices() -> None:
    # seen_or_never is to sort by: 1970 for a device that was never seen. A column, and not an index
    # on an expression: of that there would be no statistics under row-level security.
    tenant_table(
        "device",
        """
          id uuid NOT NULL,
          name text NOT NULL,
          status text NOT NULL DEFAULT 'PENDING'
            CHECK (status IN ('PENDING', 'ACTIVE', 'INACTIVE', 'MAINTENANCE', 'OFFLINE')),
          tags text[] NOT NULL DEFAULT '{}',
          location jsonb,
          metadata jsonb NOT NULL DEFAULT '{}',
          firmware_version text,
          is_connected boolean NOT NULL DEFAULT false,
          last_seen_at timestamptz,
          created_at timestamptz NOT NULL DEFAULT now(),
          updated_at timestamptz NOT NULL DEFAULT now(),
          deleted_at timestamptz,
          site_id uuid,
          seen_or_never timestamptz NOT NULL
            GENERATED ALWAYS AS (coalesce(last_seen_at, '1970-01-01 00:00:00+00'::timestamptz))
            STORED,
          device_profile_id uuid,
          FOREIGN KEY (org_id, site_id) REFERENCES platform.site,
          FOREIGN KEY (org_id, device_profile_id) REFERENCES platform.device_profile
        """,
        is_top=True,
        storage="WITH (fillfactor = 80)",
        grants={
            "app": ALL,
            "iot_auth": READ,
            "iot_ingest": "SELECT, UPDATE (status, is_connected, last_seen_at, firmware_version)",
        },
    )


def indexes_of_devices() -> None:
    # All of one organization first, then what is asked for, then what the list is sorted by. The
    # pipeline looks devices up before it knows their tenant, hence uq_device_id.
    run_sql("""
        CREATE UNIQUE INDEX uq_device_id ON platform.device (id);
        CREATE UNIQUE INDEX uq_device_name ON platform.device (org_id, name)
          WHERE deleted_at IS NULL;
        CREATE INDEX ix_device_created ON platform.device (org_id, created_at, id)
          WHERE deleted_at IS NULL;
        CREATE INDEX ix_device_updated ON platform.device (org_id, updated_at, id)
          WHERE deleted_at IS NULL;
        CREATE INDEX ix_device_seen ON platform.device (org_id, seen_or_never, id)
          WHERE deleted_at IS NULL;
        CREATE INDEX ix_device_status ON platform.device (org_id, status, created_at, id)
          WHERE deleted_at IS NULL;
        CREATE INDEX ix_device_connected ON platform.device (org_id, is_connected, created_at, id)
          WHERE deleted_at IS NULL;
        CREATE INDEX ix_device_site ON platform.device (org_id, site_id, created_at, id)
          WHERE deleted_at IS NULL;
        CREATE INDEX ix_device_firmware
          ON platform.device (org_id, firmware_version, created_at, id) WHERE deleted_at IS NULL;
        CREATE INDEX ix_device_device_profile
          ON platform.device (org_id, device_profile_id, created_at, id) WHERE deleted_at IS NULL;
    """)


def placements() -> None:
    # Where a device has been. The row whose to_at is null is where it is.
    tenant_table(
        "device_placement",
        """
          id uuid NOT NULL,
          device_id uuid NOT NULL,
          site_id uuid NOT NULL,
          from_at timestamptz NOT NULL DEFAULT now(),
          to_at timestamptz,
          FOREIGN KEY (org_id, device_id) REFERENCES platform.device,
          FOREIGN KEY (org_id, site_id) REFERENCES platform.site
        """,
        grants={"app": ALL},
    )
    run_sql("""
        CREATE INDEX ix_device_placement_device
          ON platform.device_placement (org_id, device_id, from_at, id);
        CREATE UNIQUE INDEX uq_device_placement_open
          ON platform.device_placement (org_id, device_id) WHERE to_at IS NULL;
    """)


def tags_and_words() -> None:
    # Under row-level security only leakproof operators may use an index: `tags @>` and ILIKE may
    # not, = and < may. Words are sorted by code point, so that a beginning of one is a range. No
    # foreign keys: triggers write these out of the very row that a key would look for.
    for name, of, column, collation, writers in (
        ("device_tag", "device_id", "tag", "", {}),
        ("device_word", "device_id", "word", 'COLLATE "C"', {}),
        ("sensor_word", "sensor_id", "word", 'COLLATE "C"', {"iot_ingest": "INSERT"}),
    ):
        tenant_table(
            name,
            f"{of} uuid NOT NULL, {column} text {collation} NOT NULL",
            key=f"{of}, {column}",
            grants={"app": "SELECT, INSERT, DELETE", **writers},
        )
        run_sql(f"CREATE INDEX ix_{name}_{column} ON platform.{name} (org_id, {column}, {of})")


def components_and_sensors() -> None:
    tenant_table(
        "component",
        """
          id uuid NOT NULL,
          device_id uuid NOT NULL,
          key text NOT NULL,
          name text NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now(),
          updated_at timestamptz NOT NULL DEFAULT now(),
          deleted_at timestamptz,
          sensor_profile_id uuid,
          FOREIGN KEY (org_id, device_id) REFERENCES platform.device,
          FOREIGN KEY (org_id, sensor_profile_id) REFERENCES platform.sensor_profile
        """,
        grants={"app": ALL, "iot_ingest": READ},
    )
    # is_widenable: born from a bare integer, it becomes DOUBLE at its first fractional number, once.
    tenant_table(
        "sensor",
        """
          id uuid NOT NULL,
          device_id uuid NOT NULL,
          component_id uuid,
          key text NOT NULL,
          name text NOT NULL,
          value_type text NOT NULL CHECK (value_type IN ('DOUBLE', 'BIGINT', 'BOOLEAN', 'TEXT')),
          is_widenable boolean NOT NULL DEFAULT false,
          unit text,
          created_at timestamptz NOT NULL DEFAULT now(),
          updated_at timestamptz NOT NULL DEFAULT now(),
          deleted_at timestamptz,
          FOREIGN KEY (org_id, device_id) REFERENCES platform.device,
          FOREIGN KEY (org_id, component_id) REFERENCES platform.component
        """,
        grants={
            "app": ALL_BUT_DELETE,
            "iot_ingest": "SELECT, INSERT, UPDATE (value_type, is_widenable)",
        },
    )
    # What was deleted gives its key free. Readings are keyed by the sensor's id alone, hence
    # uq_sensor_id.
    run_sql("""
        CREATE UNIQUE INDEX uq_component_key ON platform.component (org_id, device_id, key)
          WHERE deleted_at IS NULL;
        CREATE INDEX ix_component_created ON platform.component (org_id, created_at, id)
          WHERE deleted_at IS NULL;
        CREATE INDEX ix_component_name ON platform.component (org_id, name, id)
          WHERE deleted_at IS NULL;
        CREATE INDEX ix_component_key ON platform.component (org_id, key, id)
          WHERE deleted_at IS NULL;
        CREATE INDEX ix_component_sensor_profile ON platform.component (org_id, sensor_profile_id)
          WHERE sensor_profile_id IS NOT NULL;

        CREATE UNIQUE INDEX uq_sensor_id ON platform.sensor (id);
        CREATE UNIQUE INDEX uq_sensor_key ON platform.sensor (org_id, device_id, component_id, key)
          NULLS NOT DISTINCT WHERE deleted_at IS NULL;
        CREATE INDEX ix_sensor_device ON platform.sensor (device_id);
        CREATE INDEX ix_sensor_created ON platform.sensor (org_id, created_at, id)
          WHERE deleted_at IS NULL;
        CREATE INDEX ix_sensor_name ON platform.sensor (org_id, name, id) WHERE deleted_at IS NULL;
        CREATE INDEX ix_sensor_by_key ON platform.sensor (org_id, key, id)
          WHERE deleted_at IS NULL;
        CREATE INDEX ix_sensor_component ON platform.sensor (org_id, component_id, created_at, id)
          WHERE deleted_at IS NULL;
        CREATE INDEX ix_sensor_value_type ON platform.sensor (org_id, value_type, created_at, id)
          WHERE deleted_at IS NULL;
    """)


def health() -> None:
    # Partitioned by day, so that the past is dropped and not deleted row by row. No foreign key:
    # attaching a day would lock platform.device; who may write is decided by the certificate, and
    # again in the statement that writes.
    tenant_table(
        "device_health",
        """
          device_id uuid NOT NULL,
          recorded_at timestamptz NOT NULL,
          uptime_seconds bigint,
          free_heap_bytes bigint,
          signal_strength_dbm double precision,
          connection_type text,
          readings_sent bigint,
          readings_dropped bigint
        """,
        key="device_id, recorded_at",
        storage="PARTITION BY RANGE (recorded_at)",
        grants={"app": READ, "iot_ingest": READ_AND_ADD},
    )
