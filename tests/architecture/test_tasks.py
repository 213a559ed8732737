"""No task without an owner: only one module may start any, and it ends what it starts."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.measures import PRODUCT
from tests.architecture.shrinking import faults

ROOT = Path(__file__).parents[2]
OWNER = "db/connections/background.py"
STARTERS = {"create_task", "ensure_future", "TaskGroup"}

# Files that start tasks by themselves, and how many. It may only shrink.
NOT_YET: dict[str, int] = {}


def starts_of(source: str) -> Iterator[str]:
    """What it starts tasks with."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name in STARTERS:
                yield name


def test_only_owners_start_tasks() -> None:
    found = {
        str(path.relative_to(ROOT))
        for package in PRODUCT
        for path in (ROOT / package).rglob("*.py")
        if list(starts_of(path.read_text()))
    }
    assert faults(found, {OWNER}) == []


@pytest.mark.parametrize(
    "source",
    [
        "import asyncio\nasyncio.create_task(f())",
        "self._loop.create_task(f())",
        "task = asyncio.ensure_future(f())",
        "async def f():\n async with asyncio.TaskGroup() as group:\n  pass",
        "from asyncio import create_task\ncreate_task(f())",
    ],
)
def test_the_search_for_tasks_finds_them(source: str) -> None:
    assert len(list(starts_of(source))) == 1


def test_the_search_for_tasks_finds_nothing_else() -> None:
    assert not list(starts_of("owner.start(f())\ncreate_task = 1\n# asyncio.create_task(f())"))
