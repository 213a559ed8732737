"""A name is one thing: whoever searches for a class finds the one that is meant."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.architecture.measures import PRODUCT
from tests.architecture.shrinking import faults

ROOT = Path(__file__).parents[2]
SOURCES = {
    str(path.relative_to(ROOT)): path.read_text()
    for package in PRODUCT
    for path in sorted((ROOT / package).rglob("*.py"))
}
# Two words where one is taken. This list may only shrink.
TAKEN_TWICE = {
    "Device", "DeviceHealth", "Group", "Refresh", "Sensor", "Series", "ValueType",
}  # fmt: skip


def taken_twice(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """Public class names that stand in more than one module, and in which."""
    found: dict[str, set[str]] = defaultdict(set)
    for path, source in sources.items():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].add(path)
    return {name: paths for name, paths in found.items() if len(paths) > 1}


def test_one_public_class_name_stands_in_one_module() -> None:
    found = taken_twice(SOURCES)
    wrong = faults(found.keys(), TAKEN_TWICE)
    assert not wrong, "\n".join([*wrong, *map(str, sorted(found.items()))])


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ({"a.py": "class Part: ...", "b.py": "class Part: ..."}, {"Part": {"a.py", "b.py"}}),
        ({"a.py": "class A:\n    class B: ...", "b.py": "class B: ..."}, {"B": {"a.py", "b.py"}}),
        ({"a.py": "class _Part: ...", "b.py": "class _Part: ..."}, {}),
        ({"a.py": "class Part: ...\nclass Whole: ...", "b.py": "from a import Part"}, {}),
    ],
)  # fmt: skip
def test_the_search_for_names_can_fail(
    sources: dict[str, str], expected: dict[str, set[str]]
) -> None:
    assert taken_twice(sources) == expected


@pytest.mark.parametrize(
    ("found", "allowed", "expected"),
    [
        ({"a", "b"}, {"a", "b"}, []),
        ({"a", "b"}, {"a"}, ["new: b"]),
        ({"a"}, {"a", "b"}, ["mended, take it out of the list: b"]),
    ],
)
def test_a_list_may_only_shrink(found: set[str], allowed: set[str], expected: list[str]) -> None:
    assert faults(found, allowed) == expected
