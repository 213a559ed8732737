"""What a process loads: the broker's is small, since every device's connection lives in it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVE = ROOT / "app" / "cli" / "serve.py"


def imports_of(function: str) -> str:
    """The import statements of the command line's file, and of this function of it."""
    module = ast.parse(SERVE.read_text())
    [found] = [
        node
        for node in module.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == function
    ]
    nodes = [*module.body, *found.body]
    imports = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
    return "\n".join(map(ast.unparse, imports))


def loaded_by(function: str) -> set[str]:
    code = f"{imports_of(function)}\nimport sys\nprint(*sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(answer.stdout.split())


def test_the_brokers_process_loads_neither_an_orm_nor_a_web_framework() -> None:
    loaded = loaded_by("_broker")
    assert "ingest.mqtt.broker" in loaded
    assert loaded.isdisjoint({"advanced_alchemy", "litestar", "sqlalchemy", "uvicorn"})


def test_the_measure_of_what_is_loaded_can_fail() -> None:
    assert {"litestar", "sqlalchemy", "uvicorn"} <= loaded_by("api")
