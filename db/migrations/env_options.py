"""How models and database are compared, for migrations and for the drift check alike."""

from __future__ import annotations

from typing import Any

# What tools of ours remember in `platform`.
_UNMAPPED = {"alembic_version", "cluster", "function_file"}


def _is_mapped(name: str | None, kind: str, _parents: Any) -> bool:
    """Only `platform` has models; the time-series schemas are plain SQL."""
    return name == "platform" if kind == "schema" else name not in _UNMAPPED


MIGRATION_OPTIONS: dict[str, Any] = {
    "version_table_schema": "platform",
    "include_schemas": True,
    "include_name": _is_mapped,
    "compare_type": True,
    "compare_server_default": False,
}
