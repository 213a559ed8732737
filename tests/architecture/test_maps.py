"""Every package opens with its map: what each of its modules is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.architecture.measures import PRODUCT
from tests.architecture.shrinking import faults

ROOT = Path(__file__).parents[2]
# What every resource consists of needs no word, nor do migrations, which are a list.
KNOWN = {"controller", "schemas", "service"}
LISTS = {"db/migrations/versions"}
# This list may only shrink.
WITHOUT_A_MAP: set[str] = set()


def modules_of(package: Path) -> set[str]:
    """The names of its modules and of its packages."""
    files = {path.stem for path in package.glob("*.py")} - {"__init__"}
    return files | {path.parent.name for path in package.glob("*/__init__.py")}


def unnamed(source: str, modules: Iterable[str]) -> set[str]:
    """The modules that a package's `__init__` doesn't name in its docstring."""
    words = set(re.findall(r"\w+", ast.get_docstring(ast.parse(source)) or ""))
    return set(modules) - KNOWN - words


def test_every_package_names_each_of_its_modules() -> None:
    maps = [path for package in PRODUCT for path in (ROOT / package).rglob("__init__.py")]
    missing = {
        str(path.parent.relative_to(ROOT)): unnamed(path.read_text(), modules_of(path.parent))
        for path in maps
    }
    without = {
        package: names for package, names in missing.items() if names and package not in LISTS
    }
    wrong = faults(without.keys(), WITHOUT_A_MAP)
    assert not wrong, "\n".join([*wrong, *map(str, sorted(without.items()))])


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('"""Back room.\n\nrelay.py  hands over\nrunner.py  one job\nexports/  ZIPs\n"""', set()),
        ('"""Back room.\n\nrelay.py  hands over\nrunner.py  one job\n"""', {"exports"}),
        ("from workers import relay, runner, exports", {"relay", "runner", "exports"}),
        ("", {"relay", "runner", "exports"}),
    ],
)
def test_the_search_for_maps_can_fail(source: str, expected: set[str]) -> None:
    assert unnamed(source, {"relay", "runner", "exports", "service"}) == expected


def test_modules_and_packages_are_found() -> None:
    assert modules_of(ROOT / "workers") >= {"job_types", "exports", "__main__"}
