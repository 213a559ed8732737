"""What is committed is what the document says; and what a later server says more breaks nothing."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

import holdfast_client
from generator.__main__ import write
from generator.document import read
from generator.modules import modules
from holdfast_client.api.devices import SiteRead
from holdfast_client.api.namespaces import AsyncNamespaces, Namespaces
from holdfast_client.api.operations import Health

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"
WRITTEN = Path(holdfast_client.__file__).parent / "api"
SITE = {
    "id": "3ef9edfd-b281-5160-bdcb-d06b19b57167",
    "name": "Amsterdam West",
    "description": None,
    "latitude": None,
    "longitude": None,
    "address": None,
    "timezone": "UTC",
    "customerId": None,
    "tags": [],
    "metadata": {},
    "createdAt": "2026-11-23T09:15:00Z",
    "updatedAt": "2026-11-23T09:15:00Z",
}


def test_the_client_is_as_the_document_says(tmp_path: Path) -> None:
    """`make client` writes it anew."""
    write(DOCUMENT, tmp_path)
    made = {path.name: path.read_text() for path in tmp_path.glob("*.py")}
    assert made == {path.name: path.read_text() for path in WRITTEN.glob("*.py")}


def test_every_operation_has_a_method_in_both_clients() -> None:
    document = read(json.loads(DOCUMENT.read_text()))
    for operation in document.operations:
        for client in (Namespaces, AsyncNamespaces):
            namespace = getattr(client(None), operation.namespace)  # type: ignore[arg-type]
            assert callable(getattr(namespace, operation.name)), operation.id


def test_two_operations_of_one_name_are_refused() -> None:
    document = json.loads(DOCUMENT.read_text())
    document["paths"]["/api/v1/sites"]["post"]["operationId"] = "listSites"
    with pytest.raises(ValueError, match="sites has two of each of list"):
        modules(read(document))


def test_a_shape_that_would_hide_what_the_modules_need_is_refused() -> None:
    document = json.loads(DOCUMENT.read_text())
    document["components"]["schemas"]["Endpoint"] = {"type": "object", "properties": {}}
    with pytest.raises(ValueError, match="Endpoint"):
        modules(read(document))


def test_a_field_that_this_version_does_not_know_is_passed_over() -> None:
    site = msgspec.convert({**SITE, "floors": [{"number": 2}]}, SiteRead)
    assert (site.name, site.latitude) == ("Amsterdam West", None)


def test_a_word_that_this_version_does_not_know_is_read() -> None:
    assert msgspec.convert({"status": "dozing"}, Health).status == "dozing"
