"""One operation of the document, from the handler that answers it."""

from __future__ import annotations

from enum import Enum
from types import NoneType, UnionType
from typing import Any, get_args, get_origin

from app.core.documentation import Sample
from app.core.problems import title_of
from app.openapi.handlers import Handler, Value
from app.openapi.headers import IF_NONE_MATCH, headers_of_success, not_modified
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
    if handler.opt.get("public"):
        operation["security"] = []
    return operation


def _parameter(value: Value, handler: Handler, shapes: Shapes) -> dict[str, Any]:
    parameter = parameter_of(value, shapes)
    if value.name == "sort":
        names = [sign + name for name in handler.opt["sorts"] for sign in ("", "-")]
        parameter |= {"schema": {"type": "string", "enum": names}, "example": names[1]}
    return parameter


def _description(handler: Handler) -> str:
    permission = handler.opt.get("permission")
    needs = f"\n\nNeeds the permission `{permission}`." if permission else ""
    return handler.documentation + needs


def _first_sentence(text: str) -> str:
    return text.replace("\n", " ").partition(". ")[0].removesuffix(".")


def _body(handler: Handler, shapes: Shapes) -> dict[str, Any]:
    if "csv_body" in handler.opt:
        content = _csv(handler.opt["csv_body"])
        return {"description": "Comma-separated values.", "required": True, "content": content}
    is_optional = get_origin(handler.body) is UnionType and NoneType in get_args(handler.body)
    content = _json(handler.body, shapes)
    described = content["schema"].pop("description", None)
    return {
        "description": described or _words(content["schema"], shapes),
        "required": not is_optional,
        "content": dict.fromkeys(_formats(handler), content) | _other_bodies(handler),
    }


def _formats(handler: Handler) -> list[str]:
    """The media types of a body that has the documented shape."""
    of_method = "application/merge-patch+json" if handler.method == "PATCH" else "application/json"
    others = {
        "application/merge-patch+json",
        *handler.opt.get("other_bodies", ()),
        *handler.opt.get("in_words", ()),
    }
    return [
        "application/json",
        of_method,
        *(f for f in handler.opt.get("formats", ()) if f not in others),
    ]


def _other_bodies(handler: Handler) -> dict[str, Any]:
    return {
        media_type: _sampled(media_type, sample)
        for media_type, sample in handler.opt.get("other_bodies", {}).items()
    }


def _sampled(media_type: str, sample: Sample) -> dict[str, Any]:
    """Text by a real example; what is binary has neither type nor example, as OpenAPI 3.1 has it."""
    if sample.text:
        return {"schema": _TEXT | {"description": sample.description}, "example": sample.text}
    return {"schema": {"description": sample.description, "contentMediaType": media_type}}


def _other_answers(handler: Handler, shapes: Shapes) -> dict[str, Any]:
    """The same answer in other formats, where Accept asks for one: of another shape, or by a sample."""
    return {
        media_type: _sampled(media_type, answer)
        if isinstance(answer, Sample)
        else _json(answer, shapes)
        for media_type, answer in handler.opt["answers"]().items()
    }


def _success(handler: Handler, shapes: Shapes) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": title_of(handler.route.status_code),
        "headers": headers_of_success(handler),
    }
    if handler.answer is bytes:
        answer["content"] = {
            _media_type(handler): {"schema": _TEXT, "example": handler.opt["sample"]}
        }
    elif "events" in handler.opt:
        answer["description"] = "Events, until the client leaves."
        answer["content"] = {"text/event-stream": _events(handler, shapes)}
    elif handler.answer is not NoneType:
        content = _json(handler.answer, shapes)
        answer["description"] = _words(content["schema"], shapes) or answer["description"]
        answer["content"] = {_media_type(handler): content}
        if "csv_answer" in handler.opt:
            answer["content"] |= _csv(handler.opt["csv_answer"])
        if "answers" in handler.opt:
            answer["content"] |= _other_answers(handler, shapes)
    else:
        answer["description"] = "Done; there is nothing to say."
    return {str(handler.route.status_code): answer}


def _media_type(handler: Handler) -> str:
    media_type = handler.route.media_type
    # Of a handler that returns a Response, Litestar doesn't know it: JSON, where nothing else is said.
    return (
        str(media_type.value if isinstance(media_type, Enum) else media_type or "")
        or "application/json"
    )


def _events(handler: Handler, shapes: Shapes) -> dict[str, Any]:
    """A stream, as the shape of one event: what `event:`, `id:` and `data:` say of it."""
    events = {name: shapes.schema(type_) for name, type_ in handler.opt["events"]().items()}
    position = {
        "type": "string",
        "description": "To be sent as Last-Event-ID; not every event has one.",
    }
    schema = {
        "oneOf": [
            {
                "type": "object",
                "description": f"The event `{name}`.",
                "required": ["event", "data"],
                "properties": {
                    "event": {"type": "string", "const": name, "description": "Which event it is."},
                    "id": position,
                    "data": data,
                },
            }
            for name, data in events.items()
        ]
    }
    examples = {
        name: {"value": {"event": name, "id": "1795430400123-0", "data": shapes.example(data)}}
        for name, data in events.items()
    }
    return {"schema": schema, "examples": examples}


def _others(handler: Handler, shapes: Shapes) -> dict[str, Any]:
    """Answers of the same shape with another status, as the handler's `responses` say."""
    return {
        str(status): {
            "description": specification.description,
            "headers": headers_of_success(handler),
            "content": {"application/json": _json(specification.data_container, shapes)},
        }
        for status, specification in (handler.route.responses or {}).items()
    }


def _csv(sample: str) -> dict[str, Any]:
    return {"text/csv": {"schema": _TEXT, "example": sample}}


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
