"""The checklist can tell what is missing, and asks for nothing that is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Index

from tests.architecture import checklist
from tests.make.database import DatabaseUrls
from tests.make.resources import Resource
from tests.make.routes import Route

CALIBRATION = Resource(
    id_name="calibration_id",
    table="calibration",
    example="01936f2a-0000-7000-8000-00000000c0de",
    path="/calibrations",
    bodies={"/calibrations": lambda _, name: {"name": name}},
)
READ = Route(
    method="GET",
    path="/api/v1/calibrations/{calibration_id}",
    parameters=("calibration_id",),
    query=frozenset(),
    permission="calibrations:read",
    is_public=False,
)
MODEL = """
class A(Row):
    __tablename__ = "a"

class Mixin: ...
"""
CONTROLLER = """
class X(Controller): ...
class Shape(Struct): ...
"""


def _paths(method: str, path: str, parameter: str) -> dict[str, Any]:
    """A document with one operation, which takes one parameter."""
    return {"paths": {checklist.API + path: {method: {"parameters": [{"name": parameter}]}}}}


FORGOTTEN = [
    (checklist.tables({"calibration"}, [], {}), "an entry for platform.calibration"),
    (checklist.tables(set(), [CALIBRATION], {}), "platform.calibration is gone"),
    (checklist.tables(set(), [], {"word": "device"}), "platform.word is gone"),
    (checklist.exports({"a.py": MODEL}, ["B"]), "import A of a.py"),
    (checklist.controllers({"app/x.py": CONTROLLER}, "AREAS = [Y]"), "X of app/x.py"),
    (checklist.tags(["Journal"], ["Devices"]), "'Journal'"),
    (checklist.path_parameters([READ], []), "calibration_id"),
    (checklist.permissions([READ], {"OWNER": {"devices:read"}}), "calibrations:read"),
    (checklist.creations(_paths("post", "/x", "Idempotency-Key"), [CALIBRATION]), "POST /x"),
    (checklist.lists(_paths("get", "/x", "cursor"), [CALIBRATION], {"/y"}), "GET /x"),
    (checklist.examples("{}", [CALIBRATION]), "calibration_id"),
    (checklist.questions([CALIBRATION], ["/sites"]), "asks /calibrations"),
    (checklist.drift([("add_index", Index("ix_a"))]), "differ: add_index ix_a"),
    (
        checklist.drift([[("modify_nullable", "platform", "a", "b", {}, True, False)]]),
        "platform a b",
    ),
]


@pytest.mark.parametrize(
    ("found", "expected"), [(list(found), expected) for found, expected in FORGOTTEN]
)
def test_what_is_forgotten_is_found(found: list[str], expected: str) -> None:
    [line] = found
    assert expected in line


THERE = [
    checklist.tables({"calibration", "word"}, [CALIBRATION], {"word": "device"}),
    checklist.exports({"a.py": MODEL}, ["A"]),
    checklist.controllers({"app/x.py": CONTROLLER}, "AREAS = [X]"),
    checklist.tags(["Devices"], ["Devices", "Journal"]),
    checklist.path_parameters([READ], [CALIBRATION]),
    checklist.permissions([READ], {"OWNER": {"calibrations:read"}}),
    checklist.creations(_paths("post", "/calibrations", "Idempotency-Key"), [CALIBRATION]),
    checklist.lists(_paths("get", "/calibrations", "cursor"), [CALIBRATION], set()),
    checklist.examples(f'"{CALIBRATION.example}"', [CALIBRATION]),
    checklist.questions([CALIBRATION], ['http.get("/calibrations")']),
    checklist.drift([]),
]


@pytest.mark.parametrize("found", [list(found) for found in THERE])
def test_what_is_there_is_not_asked_for(found: list[str]) -> None:
    assert found == []


def test_a_folder_without_its_service_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "app" / "fleet" / "calibrations"
    folder.mkdir(parents=True)
    for name in ("__init__.py", "controller.py", "schemas.py"):
        (folder / name).touch()
    [line] = checklist.folders(tmp_path / "app")
    assert line == "app/fleet/calibrations/service.py: a resource has one"


@pytest.mark.parametrize("database", ["plain"], indirect=True)
def test_a_table_without_a_wall_is_found(database: DatabaseUrls) -> None:
    with psycopg.connect(database.admin) as admin:
        admin.execute("CREATE TABLE platform.unwalled (org_id uuid)")
        found = list(checklist.walls(admin, {"unwalled", "unmade"}, set()))
        first_words = [line.partition(":")[2].split()[0] for line in found]
        assert first_words == ["make", "ENABLE", "a", "GRANT"]
        assert list(checklist.walls(admin, {"unwalled"}, {"unwalled"})) == []
        admin.rollback()
