"""One operation of the document, from the handler that answers it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin

import msgspec

from app.core.http.operation import RequestBody, Sample
from app.core.http.signatures import Value
from app.core.problems import title_of
from app.openapi.handlers import Handler
from app.openapi.headers import (
    IF_NONE_MATCH,
    headers_of_answer,
    headers_of_success,
    not_modified,
)
from app.openapi.parameters import parameter_of
from app.openapi.problems import Problems
from app.openapi.shapes import Shapes

_TEXT = {"type": "string"}


def operation_of(handler: Handler, shapes: Shapes, problems: Problems) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "tags": handler.tags,
        "summary": _first_sentence(handler.documentation),
        "description": _description(handler),
        "operationId": handler.operation_id,
        "x-retry": _retry(handler),
    }
    unchanged = not_modified(handler)
    parameters = [_parameter(value, handler, shapes) for value in handler.values]
    if parameters or unchanged:
        operation["parameters"] = [*parameters, *([IF_NONE_MATCH] if unchanged else [])]
    if handler.body is not None:
        operation["requestBody"] = _body(handler, shapes)
    operation["responses"] = {
        **_success(handler, shapes),
        **unchanged,
        **problems.answers(handler),
        **_others(handler, shapes),
    }
    if handler.operation.is_public:
        operation["security"] = []
    return operation


def _retry(handler: Handler) -> Literal["key", "natural", "never"]:
    """May a program send it again that doesn't know whether it was done? By its Idempotency-Key, as
    it has the same effect by nature, or never."""
    if any(value.name == "Idempotency-Key" for value in handler.values):
        return "key"
    is_safe = handler.method != "POST" or handler.operation.is_repeatable
    return "natural" if is_safe else "never"


def _parameter(value: Value, handler: Handler, shapes: Shapes) -> dict[str, Any]:
    parameter = parameter_of(value, shapes)
    if value.name == "sort":
        names = [sign + name for name in handler.operation.sortable for sign in ("", "-")]
        parameter |= {"schema": {"type": "string", "enum": names}, "example": names[1]}
    return parameter


def _description(handler: Handler) -> str:
    if handler.operation.is_public:
        return handler.documentation
    return f"{handler.documentation}\n\nNeeds the permission `{handler.operation.may}`."


def _first_sentence(text: str) -> str:
    return text.replace("\n", " ").partition(". ")[0].removesuffix(".")


def _body(handler: Handler, shapes: Shapes) -> dict[str, Any]:
    accepts = handler.operation.accepts
    if accepts.shape is None and accepts.samples:
        return _text_body(accepts)
    is_optional = get_origin(handler.body) is UnionType and NoneType in get_args(handler.body)
    content = _json(handler.body, shapes)
    described = content["schema"].pop("description", None)
    return {
        "description": described or _words(content["schema"], shapes),
        "required": not is_optional,
        "content": dict.fromkeys(_formats(handler), content) | _sampled(accepts.samples),
    }


def _text_body(accepts: RequestBody) -> dict[str, Any]:
    """One that is never JSON: it is described as a whole."""
    descriptions = [sample.description for sample in accepts.samples.values()]
    content = {name: Sample(None, sample.text) for name, sample in accepts.samples.items()}
    return {"description": descriptions[0], "required": True, "content": _sampled(content)}


def _formats(handler: Handler) -> list[str]:
    """The media types of a body that has the documented shape."""
    of_method = "application/merge-patch+json" if handler.method == "PATCH" else "application/json"
    accepts = handler.operation.accepts
    others = {"application/merge-patch+json", *accepts.samples, *accepts.in_words}
    same = [media_type for media_type in accepts.media_types if media_type not in others]
    return ["application/json", of_method, *same]


def _sampled(samples: Mapping[str, Sample]) -> dict[str, Any]:
    return {media_type: _text(media_type, sample) for media_type, sample in samples.items()}


def _text(media_type: str, sample: Sample) -> dict[str, Any]:
    """Text by a real example; binary has neither type nor example, as OpenAPI 3.1 has it."""
    description = {"description": sample.description} if sample.description else {}
    if sample.text:
        return {"schema": _TEXT | description, "example": sample.text}
    return {"schema": {**description, "contentMediaType": media_type}}


def _other_answers(handler: Handler, shapes: Shapes) -> dict[str, Any]:
    """Where Accept asks for another format: of another shape, or by a sample."""
    return {
        media_type: _text(media_type, answer)
        if isinstance(answer, Sample)
        else _json(answer, shapes)
        for media_type, answer in handler.operation.answers.formats.items()
    }


def _success(handler: Handler, shapes: Shapes) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": title_of(handler.route.status_code),
        "headers": headers_of_success(handler),
    }
    if handler.answer is bytes:
        media_type, sample = _media_type(handler), Sample(None, handler.operation.answers.sample)
        answer["content"] = {
            media_type: _text(media_type, sample),
            **_other_answers(handler, shapes),
        }
    elif handler.operation.answers.events:
        answer["description"] = "Events, until the client leaves."
        answer["content"] = {
            "text/event-stream": _events(handler, shapes),
            **_other_answers(handler, shapes),
        }
    elif handler.answer is not NoneType:
        content = _json(handler.answer, shapes)
        answer["description"] = _words(content["schema"], shapes) or answer["description"]
        answer["content"] = {_media_type(handler): content, **_other_answers(handler, shapes)}
    else:
        answer["description"] = "Done; there is nothing to say."
    return {str(handler.route.status_code): answer}


def _media_type(handler: Handler) -> str:
    media_type = handler.route.media_type
    # Of a handler that returns a Response, Litestar doesn't know it: JSON, where nothing else is
    # said.
    return (
        str(media_type.value if isinstance(media_type, Enum) else media_type or "")
        or "application/json"
    )


def _events(handler: Handler, shapes: Shapes) -> dict[str, Any]:
    """A stream, as the shape of one event: what `event:`, `id:` and `data:` say of it. The last is
    text, as all lines are, and holds JSON."""
    events = {
        name: shapes.schema(type_) for name, type_ in handler.operation.answers.events.items()
    }
    position = {
        "type": "string",
        "description": "To be sent as Last-Event-ID; not every event has one.",
    }
    each = [
        {
            "type": "object",
            "description": f"The event `{name}`.",
            "required": ["event", "data"],
            "properties": {
                "event": {"type": "string", "const": name, "description": "Which event it is."},
                "id": position,
                "data": {
                    "type": "string",
                    "contentMediaType": "application/json",
                    "contentSchema": data,
                },
            },
        }
        for name, data in events.items()
    ]
    schema = {"oneOf": each} if len(each) > 1 else each[0]
    examples = {
        name: {
            "value": {
                "event": name,
                "id": "1795430400123-0",
                "data": msgspec.json.encode(shapes.example(data)).decode(),
            }
        }
        for name, data in events.items()
    }
    return {"schema": schema, "examples": examples}


def _others(handler: Handler, shapes: Shapes) -> dict[str, Any]:
    """Answers with another status, as the handler's `responses` say."""
    return {
        str(status): {
            "description": specification.description,
            "headers": headers_of_answer(handler, status, specification.data_container),
            "content": {"application/json": _json(specification.data_container, shapes)},
        }
        for status, specification in (handler.route.responses or {}).items()
    }


def _json(type_: Any, shapes: Shapes) -> dict[str, Any]:
    schema = shapes.schema(type_)
    example = shapes.example(schema)
    schema.pop("examples", None)
    return {"schema": schema, "example": example}


def _words(schema: dict[str, Any], shapes: Shapes) -> str:
    """What the struct says of itself."""
    for member in (schema, *schema.get("anyOf", ())):
        if "$ref" in member:
            component = shapes.components[member["$ref"].rpartition("/")[2]]
            return str(component.get("description", ""))
    return ""
