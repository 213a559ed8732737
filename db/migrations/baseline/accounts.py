"""Organizations, people, and what they sign in with."""

from __future__ import annotations

from db.migrations.script import (
    ALL,
    ALL_BUT_DELETE,
    READ,
    grant,
    run_sql,
    tenant_policy,
    tenant_table,
)


def create() -> None:
    organizations_and_people()
    memberships()
    walls_of_people()
    keys()


def organizations_and_people() -> None:
    run_sql("""
        CREATE TABLE platform.organization (
          id uuid PRIMARY KEY,
          name text NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now(),
          updated_at timestamptz NOT NULL DEFAULT now(),
          retention_days integer
            CONSTRAINT ck_organization_retention CHECK (retention_days BETWEEN 1 AND 36500)
        );
        -- A person may belong to several organizations: not a tenant's row, but seen through
        -- memberships only.
        CREATE TABLE platform.user_account (
          id uuid PRIMARY KEY,
          email text NOT NULL,
          name text NOT NULL,
          password_hash text NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now(),
          updated_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE UNIQUE INDEX uq_user_account_email ON platform.user_account (lower(email));
    """)


def memberships() -> None:
    tenant_table(
        "membership",
        """
          user_id uuid NOT NULL REFERENCES platform.user_account,
          role text NOT NULL CHECK (role IN ('OWNER', 'ADMIN', 'MEMBER')),
          created_at timestamptz NOT NULL DEFAULT now()
        """,
        key="user_id",
        is_top=True,
        grants={"app": ALL, "iot_auth": READ},
    )
    run_sql("CREATE INDEX ix_membership_user ON platform.membership (user_id)")


def walls_of_people() -> None:
    tenant_policy("platform.organization", is_forced=True, column="id")  # it is the tenant
    run_sql("""
        -- People are seen by those who share an organization with them; anyone may be added, as
        -- registering does.
        ALTER TABLE platform.user_account ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY colleague ON platform.user_account
          USING (EXISTS (SELECT FROM platform.membership m
                         WHERE m.user_id = id AND m.org_id = (SELECT api.org())))
          WITH CHECK (EXISTS (SELECT FROM platform.membership m
                              WHERE m.user_id = id AND m.org_id = (SELECT api.org())));
        CREATE POLICY registration ON platform.user_account
          FOR INSERT WITH CHECK ((SELECT api.org()) IS NOT NULL);
    """)
    to_retention = "SELECT (id, retention_days)"
    grant(
        "platform.organization",
        {"app": ALL_BUT_DELETE, "iot_auth": to_retention, "iot_ingest": to_retention},
    )
    grant("platform.user_account", {"app": ALL_BUT_DELETE, "iot_auth": READ})


def keys() -> None:
    tenant_table(
        "refresh_token",
        """
          id uuid NOT NULL,
          user_id uuid NOT NULL,
          family_id uuid NOT NULL,
          token_hash bytea NOT NULL CONSTRAINT uq_refresh_token_hash UNIQUE,
          expires_at timestamptz NOT NULL,
          used_at timestamptz,
          revoked_at timestamptz,
          created_at timestamptz NOT NULL DEFAULT now(),
          FOREIGN KEY (org_id, user_id) REFERENCES platform.membership ON DELETE CASCADE
        """,
        grants={"app": ALL, "iot_auth": READ},
    )
    tenant_table(
        "api_key",
        """
          id uuid NOT NULL,
          name text NOT NULL,
          prefix text NOT NULL,
          key_hash bytea NOT NULL CONSTRAINT uq_api_key_hash UNIQUE,
          scopes text[] NOT NULL,
          created_by text NOT NULL,
          expires_at timestamptz,
          last_used_at timestamptz,
          revoked_at timestamptz,
          created_at timestamptz NOT NULL DEFAULT now()
        """,
        is_top=True,
        grants={"app": ALL, "iot_auth": "SELECT, UPDATE (last_used_at)"},
    )
    tenant_table(
        "idempotency_record",
        """
          principal text NOT NULL,
          route text NOT NULL,
          key text NOT NULL,
          request_hash bytea NOT NULL,
          answer bytea,
          created_at timestamptz NOT NULL DEFAULT now()
        """,
        key="principal, route, key",
        is_top=True,
        grants={"app": ALL},
    )
    run_sql("""
        CREATE INDEX ix_refresh_token_family ON platform.refresh_token (org_id, family_id);
        CREATE INDEX ix_idempotency_record_created
          ON platform.idempotency_record (org_id, created_at);
    """)
