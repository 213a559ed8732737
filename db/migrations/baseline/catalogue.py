"""Versions of sensor and device profiles, and the packs that bring them."""

from __future__ import annotations

from db.migrations.script import READ, run_sql, tenant_table


def create() -> None:
    profiles()
    components_of_profiles()
    packs()


def profiles() -> None:
    version = """
          id uuid NOT NULL,
          name text NOT NULL,
          major integer NOT NULL,
          minor integer NOT NULL,
          description text NOT NULL,
          changes text NOT NULL,
          fields jsonb NOT NULL,
    """
    origin = """
          pack_name text,
          created_by text NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now(),
    """
    # No UPDATE but of who takes them away: a version is what it was when it was made.
    to_profiles = {"app": "SELECT, INSERT, DELETE, UPDATE (pack_name)", "iot_ingest": READ}
    tenant_table(
        "sensor_profile",
        f"""{version} {origin}
          CONSTRAINT uq_sensor_profile_version UNIQUE (org_id, name, major, minor)
        """,
        is_top=True,
        grants=to_profiles,
    )
    tenant_table(
        "device_profile",
        f"""{version}
          commands jsonb NOT NULL,
          {origin}
          CONSTRAINT uq_device_profile_version UNIQUE (org_id, name, major, minor)
        """,
        is_top=True,
        grants=to_profiles,
    )


def components_of_profiles() -> None:
    # A sensor profile that a device profile asks for can't be deleted: the key says so, whoever
    # comes first.
    tenant_table(
        "device_profile_component",
        """
          device_profile_id uuid NOT NULL,
          key text NOT NULL,
          name text NOT NULL,
          position integer NOT NULL,
          sensor_profile_id uuid NOT NULL,
          takes_newer boolean NOT NULL,
          FOREIGN KEY (org_id, device_profile_id) REFERENCES platform.device_profile
            ON DELETE CASCADE,
          FOREIGN KEY (org_id, sensor_profile_id) REFERENCES platform.sensor_profile
        """,
        key="device_profile_id, key",
        grants={"app": "SELECT, INSERT, DELETE"},
    )


def packs() -> None:
    tenant_table(
        "pack",
        """
          id uuid NOT NULL,
          name text NOT NULL,
          major integer NOT NULL,
          minor integer NOT NULL,
          hash text NOT NULL,
          document jsonb NOT NULL,
          is_shipped boolean NOT NULL,
          created_by text NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now(),
          installed_at timestamptz,
          CONSTRAINT uq_pack_version UNIQUE (org_id, name, major, minor)
        """,
        is_top=True,
        grants={"app": "SELECT, INSERT, DELETE, UPDATE (installed_at)"},
    )
    run_sql("""
        CREATE INDEX ix_sensor_profile_created ON platform.sensor_profile (org_id, created_at, id);
        CREATE INDEX ix_device_profile_created ON platform.device_profile (org_id, created_at, id);
        CREATE INDEX ix_device_profile_component_sensor_profile
          ON platform.device_profile_component (org_id, sensor_profile_id);
        CREATE UNIQUE INDEX uq_pack_installed ON platform.pack (org_id, name)
          WHERE installed_at IS NOT NULL;
    """)
