"""What was forgotten, as a list of what to do: a new table or route needs more than itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

import db.models
from app.main import openapi_document
from app.openapi.document import TAGS
from app.openapi.handlers import handlers_of
from db.migrations.run import schema_drift
from tests.architecture import checklist
from tests.architecture.test_catalogue import WITHOUT_A_TENANT
from tests.isolation.test_routes import MAY
from tests.make.database import DatabaseUrls
from tests.make.resources import OTHER_LISTS, PARTS, RESOURCES
from tests.make.routes import GUARDED, WITH_AN_ID, service_at_rest

ROOT = Path(__file__).parents[2]
MODELS = {table.name for table in db.models.Row.metadata.sorted_tables}
# Tests there are about everything alike.
WALKS = {"architecture", "bench", "isolation", "openapi"}
WRITTEN = (ROOT / "docs" / "openapi.json").read_text()


def forgotten() -> Iterator[str]:
    """All that can be told without a database."""
    models = {path.name: path.read_text() for path in (ROOT / "db" / "models").glob("*.py")}
    yield from checklist.exports(models, db.models.__all__)
    yield from checklist.folders(ROOT / "app")
    yield from checklist.controllers(
        {str(path.relative_to(ROOT)): path.read_text() for path in (ROOT / "app").rglob("*.py")},
        "".join((ROOT / "app" / name).read_text() for name in ("routes.py", "main.py")),
    )
    yield from checklist.tables(MODELS, RESOURCES, PARTS)
    yield from checklist.path_parameters(WITH_AN_ID, RESOURCES)
    yield from checklist.permissions(GUARDED, MAY)
    tests = [path for path in (ROOT / "tests").glob("*/test_*.py") if path.parent.name not in WALKS]
    yield from checklist.questions(RESOURCES, [path.read_text() for path in tests])
    used = [tag for handler in handlers_of(service_at_rest()) for tag in handler.tags]
    yield from (without_words := list(checklist.tags(used, TAGS)))
    if without_words:
        return  # there is no document until they have some
    document = openapi_document()
    yield from checklist.creations(document, RESOURCES)
    yield from checklist.lists(document, RESOURCES, OTHER_LISTS)
    yield from checklist.examples(json.dumps(document), RESOURCES)
    if json.loads(WRITTEN) != document:
        yield "docs/openapi.json: run `make openapi`"


def show(lines: list[str]) -> None:
    if lines:
        pytest.fail("\n".join(["still to do:", *(f"[ ] {line}" for line in lines)]), pytrace=False)


def test_nothing_was_forgotten() -> None:
    show(list(forgotten()))


@pytest.mark.parametrize("database", ["plain"], indirect=True)
def test_nothing_was_forgotten_in_the_database(database: DatabaseUrls) -> None:
    with psycopg.connect(database.admin) as admin:
        walls = list(checklist.walls(admin, MODELS, WITHOUT_A_TENANT))
    show(walls + list(checklist.drift(schema_drift(database.owner))))
