"""The size and the words of the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.measures import COLUMNS, PRODUCT

ROOT = Path(__file__).parents[2]
FILE_MAX_LINES = 450
FUNCTION_MAX_LINES = 80
FORBIDDEN_NAME = re.compile(
    r"(^|_)(utils?|helpers?|common|managers?|misc)(_|$)|^base_", re.IGNORECASE
)
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")

# Lines of more than 100 columns, in Python and SQL: the numbers may only become smaller.
LONG_LINES = {"app": 356, "db": 143, "ingest": 45, "workers": 0, "tests": 429}

FILES = sorted(path for package in PRODUCT for path in (ROOT / package).rglob("*.py"))


def functions_of(source: str) -> Iterator[tuple[str, int]]:
    """The name and the number of lines of every function in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or 0) - node.lineno + 1


def too_long(source: str) -> list[str]:
    lines = len(source.splitlines())
    found = [f"{lines} lines"] if lines > FILE_MAX_LINES else []
    return found + [
        f"{name}: {lines}" for name, lines in functions_of(source) if lines > FUNCTION_MAX_LINES
    ]


def long_lines(text: str) -> int:
    return sum(len(line) > COLUMNS for line in text.splitlines())


def test_lines_of_more_than_100_columns_become_fewer() -> None:
    found = {
        folder: sum(
            long_lines(path.read_text())
            for path in (ROOT / folder).rglob("*")
            if path.suffix in (".py", ".sql")
        )
        for folder in LONG_LINES
    }
    assert found == LONG_LINES, f"where it is fewer, write it into LONG_LINES: {found}"


@pytest.mark.parametrize(
    ("text", "count"), [("x" * 100, 0), ("x" * 101, 1), ("é" * 100 + "\n" + "é" * 101 + "\n", 1)]
)
def test_the_measure_of_lines_can_fail(text: str, count: int) -> None:
    assert long_lines(text) == count


def test_there_is_something_to_look_at() -> None:
    assert len(FILES) > 80


def test_files_and_functions_are_short() -> None:
    found = {str(path.relative_to(ROOT)): too_long(path.read_text()) for path in FILES}
    assert {path: what for path, what in found.items() if what} == {}


def test_names_say_what_a_thing_does() -> None:
    parts = {part for path in FILES for part in path.relative_to(ROOT).with_suffix("").parts}
    assert [part for part in parts if FORBIDDEN_NAME.search(part)] == []


def test_nothing_is_left_for_later() -> None:
    others = [ROOT / "Makefile", *(ROOT / "tests").rglob("*.py")]
    found = [
        str(path.relative_to(ROOT))
        for path in [*FILES, *others]
        if path != Path(__file__) and UNFINISHED.search(path.read_text())
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "x = 1\n" * (FILE_MAX_LINES + 1),
        "def long():\n" + "    x = 1\n" * FUNCTION_MAX_LINES,
        "class A:\n    async def long(self):\n" + "        x = 1\n" * FUNCTION_MAX_LINES,
    ],
)
def test_the_measure_of_length_can_fail(source: str) -> None:
    assert too_long(source)


@pytest.mark.parametrize(
    "name", ["utils", "date_utils", "helpers", "common", "session_manager", "base_service"]
)
def test_the_measure_of_names_can_fail(name: str) -> None:
    assert FORBIDDEN_NAME.search(name)


@pytest.mark.parametrize(
    "name", ["commons", "base", "database", "baseline", "command", "management"]
)
def test_the_measure_of_names_lets_good_ones_pass(name: str) -> None:
    assert not FORBIDDEN_NAME.search(name)
