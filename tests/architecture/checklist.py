"""What a new table, route or folder still needs: each function gives the lines of a to-do list."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeGuard

import psycopg

from tests.make.resources import Resource
from tests.make.routes import Route, route_of

API = "/api/v1"
REGISTRY = "tests/make/resources.py"


def tables(
    models: Collection[str], resources: Sequence[Resource], parts: Collection[str]
) -> Iterator[str]:
    """Every table is some resource's, or a part of something that is."""
    known = {resource.table for resource in resources} | set(parts)
    for table in sorted(set(models) - known):
        yield f"{REGISTRY}: an entry for platform.{table}; if no route has its id, in PARTS"
    for table in sorted(known - set(models)):
        yield f"{REGISTRY}: platform.{table} is gone: take it out"


def exports(sources: Mapping[str, str], exported: Collection[str]) -> Iterator[str]:
    """Every model is imported where alembic and services look for it; `sources` by file name."""
    for name, source in sources.items():
        for node in ast.parse(source).body:
            if isinstance(node, ast.ClassDef) and _has_table(node) and node.name not in exported:
                yield f"db/models/__init__.py: import {node.name} of {name}, and name it in __all__"


def _has_table(node: ast.ClassDef) -> bool:
    return any(
        isinstance(part, ast.Assign)
        and isinstance(part.targets[0], ast.Name)
        and part.targets[0].id == "__tablename__"
        for part in node.body
    )


def walls(
    connection: psycopg.Connection, models: Collection[str], shared: Collection[str]
) -> Iterator[str]:
    """Every table is made by a migration, with its tenant's wall, and the service may read it.

    `shared`: the tables without a tenant.
    """
    found = {
        name: (is_forced, has_policy, is_granted)
        for name, is_forced, has_policy, is_granted in connection.execute(
            "SELECT relname, relrowsecurity AND relforcerowsecurity, "
            "EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid), "
            "has_any_column_privilege('app', c.oid, 'SELECT') "
            "FROM pg_class c "
            "WHERE relnamespace = 'platform'::regnamespace AND relkind IN ('r', 'p')"
        )
    }
    for table in sorted(models):
        if table not in found:
            yield f"db/migrations: make platform.{table}"
            continue
        is_forced, has_policy, is_granted = found[table]
        if table in shared:
            continue
        if not is_forced:
            yield f"db/migrations: ENABLE and FORCE ROW LEVEL SECURITY on platform.{table}"
        if not has_policy:
            yield f"db/migrations: a policy `tenant` on platform.{table}"
        if not is_granted:
            yield f"db/migrations: GRANT what the API does with platform.{table} to app"


def drift(differences: Iterable[Any]) -> Iterator[str]:
    """What alembic would add to the database, or take out of it, to make it what the models say."""
    for difference in differences:
        if isinstance(difference, list):  # several of one table
            yield from drift(difference)
        else:
            kind, *parts = difference
            names = [getattr(part, "name", None) or part for part in parts if part is not None]
            told = " ".join(name for name in names if isinstance(name, str))
            yield f"db/migrations: models and migrations differ: {kind} {told}".rstrip()


def folders(app: Path) -> Iterator[str]:
    """A resource is the same three files."""
    for controller in sorted(app.glob("*/*/controller.py")):
        folder = controller.parent
        for name in ("__init__.py", "schemas.py", "service.py"):
            if not (folder / name).exists():
                yield f"{folder.relative_to(app.parent)}/{name}: a resource has one"


def controllers(sources: Mapping[str, str], routes: str) -> Iterator[str]:
    """Every controller is routed; `sources` by path."""
    routed = set(re.findall(r"\w+", routes))
    for path, source in sources.items():
        for node in ast.parse(source).body:
            if _is_controller(node) and node.name not in routed:
                yield f"app/routes.py: {node.name} of {path}"


def _is_controller(node: ast.stmt) -> TypeGuard[ast.ClassDef]:
    return isinstance(node, ast.ClassDef) and any(
        isinstance(base, ast.Name) and base.id == "Controller" for base in node.bases
    )


def tags(used: Iterable[str], described: Collection[str]) -> Iterator[str]:
    for tag in sorted(set(used) - set(described)):
        yield f"app/openapi/document.py: say in TAGS what {tag!r} is"


def path_parameters(routes: Iterable[Route], resources: Sequence[Resource]) -> Iterator[str]:
    """Whose an id is can only be tested where there is one."""
    known = {resource.id_name for resource in resources}
    missing = {name: str(route) for route in routes for name in set(route.parameters) - known}
    for name, route in sorted(missing.items()):
        yield f"{REGISTRY}: an entry that makes a {name}, for {route}"


def permissions(routes: Iterable[Route], may: Mapping[str, Collection[str]]) -> Iterator[str]:
    """Who may do it was typed by somebody who thought of it."""
    named = {permission for row in may.values() for permission in row}
    for permission in sorted({route.permission for route in routes if route.permission} - named):
        yield f"tests/isolation/test_routes.py: say in MAY which roles have {permission}"


def creations(document: Mapping[str, Any], resources: Sequence[Resource]) -> Iterator[str]:
    """What can be retried has a body to be tried with."""
    bodies = {path for resource in resources for path in resource.bodies}
    for path in _with_parameter(document, "post", "Idempotency-Key"):
        if path not in bodies:
            yield f"{REGISTRY}: in `bodies` one for POST {path}"


def lists(
    document: Mapping[str, Any], resources: Sequence[Resource], others: Collection[str]
) -> Iterator[str]:
    """What comes in pages is tried with a neighbour's cursor."""
    known = {resource.path for resource in resources} | set(others)
    for path in _with_parameter(document, "get", "cursor"):
        if path not in known:
            yield f"{REGISTRY}: GET {path} as the `path` of a resource; or a line in OTHER_LISTS"


def _with_parameter(document: Mapping[str, Any], method: str, parameter: str) -> list[str]:
    return [
        route_of(path.removeprefix(API))
        for path, methods in document["paths"].items()
        if path.startswith(API)
        for known in methods.get(method, {}).get("parameters", [])
        if known["name"] == parameter
    ]


def examples(document_text: str, resources: Sequence[Resource]) -> Iterator[str]:
    """The fuzzer puts an id that is there in the example's place."""
    for resource in resources:
        if resource.example is not None and resource.example not in document_text:
            yield f"{REGISTRY}: `example` of {resource.id_name} is none of docs/openapi.json's"


def questions(resources: Sequence[Resource], tests: Iterable[str]) -> Iterator[str]:
    """Every resource has tests of its own, beside those that walk all; `tests`: their text."""
    texts = list(tests)
    for resource in resources:
        start = (resource.path or "").partition("/{")[0]
        if not any(start in text for text in texts):
            yield f"tests/<area>/: no test file of its own asks {resource.path}"
