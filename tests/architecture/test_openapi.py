"""The OpenAPI document: valid, complete, the same as the one in docs/, and its examples are real answers."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator

from app.core.errors import Problem
from app.main import openapi_document
from app.openapi.document import TAGS
from app.problem_codes import CODES
from ingest.pipeline.rejection import Reason

ROOT = Path(__file__).parents[2]
DOCUMENT = openapi_document()
COMPONENTS = DOCUMENT["components"]
OPERATIONS = {
    operation["operationId"]: operation
    for operations in DOCUMENT["paths"].values()
    for operation in operations.values()
}
# Codes that a client sees whatever operation it calls, or none: they are no operation's own.
OF_NO_OPERATION = {
    "METHOD_NOT_ALLOWED",
    "CONFLICT",
    "REFERENCE_GONE",
    "HEADERS_TOO_LARGE",
    "REQUEST_TIMEOUT",
    "INTERNAL_ERROR",
}
# Those of signed links, which are no operations.
OF_NO_OPERATION |= {"LINK_INVALID", "RANGE_NOT_SATISFIABLE"}


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in part:
        return part
    _, _, kind, name = part["$ref"].split("/")
    found: dict[str, Any] = COMPONENTS[kind][name]
    return found


def media_types(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every body and answer of an operation, and where it is."""
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"body {media_type}", content
    for status, answer in operation["responses"].items():
        for media_type, content in resolved(answer).get("content", {}).items():
            yield f"{status} {media_type}", content


def examples(content: dict[str, Any]) -> list[Any]:
    named = [example["value"] for example in content.get("examples", {}).values()]
    return [content["example"]] if "example" in content else named


def faults(schema: dict[str, Any], value: Any) -> list[str]:
    validator = Draft202012Validator(
        {**schema, "components": COMPONENTS}, format_checker=FormatChecker()
    )
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def schemas(part: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property, at any depth."""
    if isinstance(part, dict):
        for name, property_ in part.get("properties", {}).items():
            yield f"{place}.{name}", property_
        for name, value in part.items():
            if name not in ("examples", "example", "default"):
                yield from schemas(value, f"{place}.{name}")
    elif isinstance(part, list):
        for index, value in enumerate(part):
            yield from schemas(value, f"{place}.{index}")


def test_the_document_is_valid_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    assert [error.message for error in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()] == []


def test_the_document_in_docs_is_the_one_that_the_code_writes() -> None:
    written = (ROOT / "docs" / "openapi.json").read_text()
    same = written == json.dumps(DOCUMENT, indent=2, ensure_ascii=False) + "\n"
    assert same, "the API has changed and docs/openapi.json has not: run `make openapi`"


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_body_and_answer_has_an_example_that_is_valid(name: str) -> None:
    for place, content in media_types(OPERATIONS[name]):
        if "contentMediaType" in content["schema"]:
            continue  # binary: JSON can't hold an example of it
        assert examples(content), f"{place} has no example"
        for example in examples(content):
            assert faults(content["schema"], example) == [], place


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_parameter_says_what_it_means_and_gives_a_value(name: str) -> None:
    for parameter in OPERATIONS[name].get("parameters", []):
        assert parameter["description"].endswith("."), parameter["name"]
        assert faults(parameter["schema"], parameter["example"]) == [], parameter["name"]


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_answer_documents_its_headers(name: str) -> None:
    for status, answer in OPERATIONS[name]["responses"].items():
        headers = resolved(answer)["headers"]
        assert "X-Request-Id" in headers
        assert ("Retry-After" in headers) == (status in ("429", "503") and name != "getReadiness")
        is_begun = status in ("201", "202") and name not in ("register", "completeSegment")
        assert ("Location" in headers) == is_begun


def test_every_operation_is_named_and_stands_under_a_tag_of_the_product() -> None:
    assert (
        len(OPERATIONS) == sum(len(operations) for operations in DOCUMENT["paths"].values()) >= 40
    )
    for operation in OPERATIONS.values():
        assert len(operation["tags"]) == 1
        assert operation["tags"][0] in TAGS
        assert operation["summary"]
        assert operation["description"]


@pytest.mark.parametrize("name", COMPONENTS["schemas"])
def test_every_shape_and_every_field_says_what_it_means(name: str) -> None:
    component = COMPONENTS["schemas"][name]
    assert component["description"]
    for place, property_ in schemas(component, name):
        assert "description" in property_ or "description" in resolved(property_), place


def test_public_operations_say_so_and_the_others_can_be_refused() -> None:
    for name, operation in OPERATIONS.items():
        if operation.get("security") == []:
            continue
        assert {"401", "403", "429", "503"} <= operation["responses"].keys(), name


def test_every_code_is_given_by_some_operation() -> None:
    given = {
        example["code"]
        for operation in OPERATIONS.values()
        for place, content in media_types(operation)
        if place.endswith("problem+json")
        for example in examples(content)
    }
    assert given == CODES.keys() - OF_NO_OPERATION


def codes_in(source: str) -> set[str]:
    """Every string that is passed or assigned as `code`."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.keyword(arg="code", value=ast.Constant(value=str(code))):
                found.add(code)
            case ast.Assign(targets=[ast.Name(id="code")], value=ast.Constant(value=str(code))):
                found.add(code)
    return found


def test_every_code_in_the_code_base_is_documented_and_the_other_way_round() -> None:
    sources = [path.read_text() for path in (ROOT / "app").rglob("*.py")]
    found = {code for source in sources for code in codes_in(source)}
    # A fault inside a request has a code of its own kind; METHOD_NOT_ALLOWED is the framework's, by its status.
    assert found - {"INVALID"} == CODES.keys() - {"METHOD_NOT_ALLOWED", "INTERNAL_ERROR"}


def test_the_status_of_a_code_is_that_of_the_error_which_carries_it() -> None:
    def kinds(kind: type[Problem]) -> Iterator[type[Problem]]:
        yield kind
        for child in kind.__subclasses__():
            yield from kinds(child)

    for kind in kinds(Problem):
        assert CODES[kind.code].status == kind.status, kind


def test_reasons_of_quarantine_are_listed_where_they_are_told() -> None:
    for shape, field in (("QuarantineEntryRead", "reason"), ("ItemErrorRead", "code")):
        assert COMPONENTS["schemas"][shape]["properties"][field]["enum"] == list(Reason)


def test_whatever_can_be_repeated_in_an_address_has_a_maximum() -> None:
    repeated = {
        f"{name} {parameter['name']}": parameter["schema"].get("maxItems")
        for name, operation in OPERATIONS.items()
        for parameter in operation.get("parameters", [])
        if parameter.get("schema", {}).get("type") == "array"
    }
    assert len(repeated) > 5
    assert [name for name, most in repeated.items() if most is None] == []
