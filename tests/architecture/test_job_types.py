"""Every type of job that is started is one that some worker does."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.queries.media_requests import KIND
from workers.job_types import QUEUES

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for package in ("app", "workers") for path in (ROOT / package).rglob("*.py"))
NAMES = [each.name for queue in QUEUES for each in queue.job_types]


def started(source: str) -> Iterator[str]:
    """The names of the types that a source starts. One that isn't written out could be anything, and
    is not allowed."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _name(node.func) == "start_job":
            given = [*node.args[1:2], *(word.value for word in node.keywords if word.arg == "kind")]
            match given:
                case [ast.Constant(str(kind))]:
                    yield kind
                case _:
                    yield f"line {node.lineno}: not written out"


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_every_type_of_job_that_is_started_has_a_worker_and_every_worker_something_to_do() -> None:
    found = {kind for path in SOURCES for kind in started(path.read_text())}
    assert found | {KIND} == set(NAMES)  # that one is the broker's, which imports no app


def test_a_type_of_job_is_in_one_queue() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert len({queue.name for queue in QUEUES}) == len(QUEUES)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("await start_job(tx, 'bake', {})", ["bake"]),
        ("await jobs.start_job(tx, kind='bake', payload={})", ["bake"]),
        ("start_job(tx, f'bake-{n}', {})", ["line 1: not written out"]),
        ("start_job(tx, name, {})", ["line 1: not written out"]),
        ("restart_job(tx, 'bake')", []),
    ],
)
def test_the_search_for_types_can_fail(source: str, expected: list[str]) -> None:
    assert list(started(source)) == expected
