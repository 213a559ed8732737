"""Contracts say which imports of ours are allowed; here is asked what is loaded in the end, by
libraries too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HTTP = {"litestar", "uvicorn"}
ORM = {"sqlalchemy", "advanced_alchemy"}


def modules(*patterns: str) -> list[str]:
    """By their paths, without those of core/http."""
    found = {path.relative_to(ROOT) for pattern in patterns for path in ROOT.glob(pattern)}
    return [
        ".".join(path.with_suffix("").parts)
        for path in sorted(found)
        if "http" not in path.parts and path.stem not in ("__main__", "__init__")
    ]


def loaded_by(names: list[str]) -> set[str]:
    """The top-level packages that a process has which imports these modules and nothing else."""
    source = "import sys\n" + "".join(f"import {name}\n" for name in names)
    source += "print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_schemas_the_write_path_and_the_hot_sql_load_neither_orm_nor_web_framework() -> None:
    schemas = modules("app/*/*/schemas.py")
    sql = modules("db/readings/*.py", "db/rollups/*.py", "db/queries/*.py")
    assert schemas
    assert sql
    assert loaded_by([*schemas, *sql, "ingest.service"]) & (HTTP | ORM) == set()


def test_services_core_and_workers_load_no_web_framework() -> None:
    services, core = modules("app/*/*/service.py"), modules("app/core/**/*.py")
    assert services
    assert core
    assert loaded_by([*services, *core, "workers.__main__"]) & HTTP == set()


def test_the_api_loads_before_its_first_request_what_a_request_needs() -> None:
    assert loaded_by(["app.main"]) >= {"litestar", *ORM}
