"""How models and database are compared, for migrations and for the drift check alike."""

from __future__ import annotations

from typing import Any

# A migration that waits for a lock makes every later query wait behind it: better to fail and be tried again.
LOCK_TIMEOUT = "5s"


def _is_mapped(name: str | None, kind: str, _parents: Any) -> bool:
    """Only `platform` has models; the time-series schemas are plain SQL."""
    return name == "platform" if kind == "schema" else name != "alembic_version"


MIGRATION_OPTIONS: dict[str, Any] = {
    "version_table_schema": "platform",
    "include_schemas": True,
    "include_name": _is_mapped,
    "compare_type": True,
    "compare_server_default": False,
}
