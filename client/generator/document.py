"""The document as the generator reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from generator.names import method_of, namespace_of

Schema = Mapping[str, Any]
Retry = Literal["key", "natural", "never"]
_METHODS = ("get", "post", "put", "patch", "delete")
_JSON = "application/json"


@dataclass(frozen=True)
class Parameter:
    name: str
    place: str
    schema: Schema
    description: str
    is_required: bool


@dataclass(frozen=True)
class Operation:
    """One method and path."""

    id: str
    tag: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    body: Schema | None  # of JSON
    is_body_required: bool
    body_formats: tuple[str, ...]  # media types of bodies that are no JSON
    answer: Schema | None  # of JSON; None where nothing is answered
    answer_formats: tuple[str, ...]  # media types that aren't decoded
    retry: Retry

    @property
    def namespace(self) -> str:
        return namespace_of(self.path)

    @property
    def name(self) -> str:
        return method_of(self.id, self.path)

    def of(self, place: str) -> Iterator[Parameter]:
        return (each for each in self.parameters if each.place == place)

    @property
    def is_stream(self) -> bool:
        return "text/event-stream" in self.answer_formats


@dataclass(frozen=True)
class Document:
    tags: Mapping[str, str]
    schemas: Mapping[str, Schema]
    operations: list[Operation]

    @cached_property
    def homes(self) -> Mapping[str, str]:
        """The tag of each namespace's first operation: there all its methods are."""
        homes: dict[str, str] = {}
        for each in self.operations:
            homes.setdefault(each.namespace, each.tag)
        return homes

    def of(self, tag: str) -> list[Operation]:
        """The operations of the namespaces that are at home there."""
        return [each for each in self.operations if self.homes[each.namespace] == tag]


def read(document: Mapping[str, Any]) -> Document:
    return Document(
        tags={tag["name"]: tag["description"] for tag in document["tags"]},
        schemas=document["components"]["schemas"],
        operations=[
            _operation(path, method, found)
            for path, methods in document["paths"].items()
            for method in _METHODS
            if (found := methods.get(method)) is not None
        ],
    )


def _operation(path: str, method: str, found: Mapping[str, Any]) -> Operation:
    body = found.get("requestBody", {})
    accepted = body.get("content", {})
    answered = _answered(found["responses"])
    decoded = next(
        (name for name in answered if name.endswith("json") and _is_typed(answered[name])), None
    )
    return Operation(
        id=found["operationId"],
        tag=found["tags"][0],
        method=method.upper(),
        path=path,
        summary=found["summary"],
        description=found["description"],
        parameters=tuple(_parameter(each) for each in found.get("parameters", ())),
        body=accepted[_JSON]["schema"] if _JSON in accepted else None,
        is_body_required=bool(body.get("required")),
        body_formats=tuple(
            name for name in accepted if "json" not in name or name.endswith("ndjson")
        ),
        answer=answered[decoded]["schema"] if decoded else None,
        answer_formats=tuple(name for name in answered if name != decoded),
        retry=found.get("x-retry", "natural"),
    )


def _is_typed(content: Mapping[str, Any]) -> bool:
    return "contentMediaType" not in content.get("schema", {})


def _answered(responses: Mapping[str, Any]) -> Mapping[str, Any]:
    """The content of the answer that is hoped for; of several statuses the first."""
    success = next(responses[status] for status in responses if status.startswith("2"))
    content: Mapping[str, Any] = success.get("content", {})
    return content


def _parameter(found: Mapping[str, Any]) -> Parameter:
    return Parameter(
        found["name"],
        found["in"],
        found["schema"],
        found.get("description") or "",
        bool(found["required"]),
    )
