"""The operations of the document as methods of a namespace, for both kinds of programs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from generator.document import Document, Operation, Schema
from generator.names import variable
from generator.structs import quoted
from generator.types import annotation, answered, name_of, sent

_OF_TRANSPORT = {"Idempotency-Key", "If-None-Match", "Last-Event-ID"}


@dataclass(frozen=True)
class _Argument:
    name: str
    type_: str
    is_required: bool
    words: str

    @property
    def declared(self) -> str:
        if self.is_required:
            return f"{self.name}: {self.type_}"
        return f"{self.name}: {self.type_} | UnsetType = UNSET"


def methods(operation: Operation, document: Document, *, is_async: bool) -> Iterator[str]:
    """The method, and beside it one that walks all pages, or one that takes another format."""
    if operation.is_stream:
        yield _stream(operation, document, is_async=is_async)
        return
    yield _call(operation, document, is_async=is_async)
    if item := _item(operation, document):
        yield _pages(operation, document, item, is_async=is_async)
    if operation.answer is not None and operation.answer_formats:
        yield _other_format(operation, document, is_async=is_async)


def _call(operation: Operation, document: Document, *, is_async: bool) -> str:
    answer = _answer(operation)
    head = _signature(operation.name, operation, document, answer, is_async=is_async)
    wait = "await " if is_async else ""
    call = f"{wait}self._call({_given(operation, document)}, answer={_runtime(answer)})"
    return f"{head}\n{_words(operation, document)}\n        return {call}"


def _pages(operation: Operation, document: Document, item: str, *, is_async: bool) -> str:
    """`each…` of `list…`: every item of every page."""
    name = operation.name.replace("list", "each", 1)
    kind = "AsyncIterator" if is_async else "Iterator"
    arguments = [each for each in _arguments(operation, document) if each.name != "cursor"]
    given = ", ".join(f"{each.name}={each.name}" for each in arguments)
    head = _head(name, arguments, f"{kind}[{item}]", "def")
    turns = "each_of_pages_async" if is_async else "each_of_pages"
    asked = f"lambda cursor: self.{operation.name}({given}{', ' if given else ''}cursor=cursor)"
    return f'{head}\n        """Every item of every page of `{operation.name}`."""\n        return {turns}({asked})'


def _other_format(operation: Operation, document: Document, *, is_async: bool) -> str:
    formats = ", ".join(f'"{each}"' for each in operation.answer_formats)
    accept = _Argument("accept", f"Literal[{formats}]", True, "The format.")
    arguments = [*_arguments(operation, document), accept]
    kind = "AsyncBytes" if is_async else "SyncBytes"
    head = _head(f"{operation.name}_as", arguments, kind, "def")
    call = f"self._open({_given(operation, document)}, accept=accept)"
    words = quoted(
        f"{operation.summary}, in another format, as it comes. To be used in a `with` block."
    )
    return f"{head}\n{textwrap.indent(words, ' ' * 8)}\n        return {call}"


def _stream(operation: Operation, document: Document, *, is_async: bool) -> str:
    kind = "AsyncEvents" if is_async else "Events"
    head = _signature(operation.name, operation, document, kind, is_async=False)
    return (
        f"{head}\n{_words(operation, document)}\n"
        f"        return self._listen({_given(operation, document)})"
    )


def _signature(
    name: str, operation: Operation, document: Document, answer: str, *, is_async: bool
) -> str:
    return _head(name, _arguments(operation, document), answer, "async def" if is_async else "def")


def _head(name: str, arguments: list[_Argument], answer: str, begin: str) -> str:
    placed = sorted(arguments, key=lambda each: not each.is_required)
    first = [each.declared for each in placed if each.name.endswith("_id") and each.is_required]
    named = [each.declared for each in placed if each.declared not in first]
    declared = ["self", *first, *(["*", *named] if named else [])]
    return f"    {begin} {name}({', '.join(declared)}) -> {answer}:"


def _arguments(operation: Operation, document: Document) -> list[_Argument]:
    found = [
        _Argument(variable(each.name), sent(each.schema), each.is_required, each.description)
        for each in operation.parameters
        if each.name not in _OF_TRANSPORT
    ]
    taken = {each.name for each in found}
    found += [
        _Argument(
            _body_name(key, taken),
            sent(schema),
            key in required,
            str(schema.get("description") or ""),
        )
        for fields, required in [_fields(operation, document)]
        for key, schema in fields.items()
    ]
    if operation.body is not None and not _fields(operation, document)[0]:
        found.append(
            _Argument("body", _whole_body(operation), operation.is_body_required, "The body.")
        )
    elif operation.body is None and operation.body_formats:
        found.append(_Argument("body", "bytes | str", True, "The body."))
    if operation.body_formats and operation.body is not None:
        formats = ", ".join(f'"{each}"' for each in operation.body_formats)
        words = "What the body is, where it is no JSON."
        found.append(_Argument("content_type", f"Literal[{formats}]", False, words))
    if any(each.name == "Idempotency-Key" for each in operation.parameters):
        words = "Makes the request one, whoever sends it again; by itself each call has its own."
        found.append(_Argument("idempotency_key", "str", False, words))
    return found


def _whole_body(operation: Operation) -> str:
    assert operation.body is not None  # noqa: S101 - asked of those alone
    type_ = sent(operation.body)
    return f"{type_} | bytes" if operation.body_formats else type_


def _body_name(key: str, taken: set[str]) -> str:
    name = variable(key)
    return f"{name}_" if name in taken else name


def _fields(operation: Operation, document: Document) -> tuple[Mapping[str, Schema], set[str]]:
    """Those of a body that is an object of known fields: each is an argument."""
    schema = operation.body or {}
    members = [each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"]
    if len(members) != 1 or "$ref" not in members[0] or operation.body_formats:
        return {}, set()
    shape = document.schemas[name_of(members[0])]
    return shape.get("properties", {}), set(shape.get("required", ()))


def _given(operation: Operation, document: Document) -> str:
    """What is handed to the transport."""
    path = ", ".join(variable(each.name) for each in operation.of("path"))
    given = [f"_{operation.id}"]
    if path:
        given.append(f"path=({path},)")
    if query := _dictionary({each.name: variable(each.name) for each in operation.of("query")}):
        given.append(f"query={query}")
    headers = [each for each in operation.of("header") if each.name not in _OF_TRANSPORT]
    if found := _dictionary({each.name: variable(each.name) for each in headers}):
        given.append(f"headers={found}")
    fields, _ = _fields(operation, document)
    taken = {variable(each.name) for each in operation.parameters if each.name not in _OF_TRANSPORT}
    if fields:
        given.append("body=" + _dictionary({key: _body_name(key, taken) for key in fields}))
    elif operation.body is not None or operation.body_formats:
        given.append("body=body")
    if operation.body_formats:
        only = operation.body_formats[0]
        given.append(f"content_type={'content_type' if operation.body is not None else repr(only)}")
    if any(each.name == "Idempotency-Key" for each in operation.parameters):
        given.append("idempotency_key=idempotency_key")
    return ", ".join(given)


def _dictionary(names: Mapping[str, str]) -> str:
    if not names:
        return ""
    return "{" + ", ".join(f'"{key}": {name}' for key, name in names.items()) + "}"


def _answer(operation: Operation) -> str:
    if operation.answer is not None:
        return answered(operation.answer)
    return "bytes" if operation.answer_formats else "None"


def _runtime(answer: str) -> str:
    return "type(None)" if answer == "None" else answer


def _item(operation: Operation, document: Document) -> str | None:
    """Of a list that comes in pages."""
    if operation.answer is None or "$ref" not in operation.answer:
        return None
    fields = document.schemas[name_of(operation.answer)].get("properties", {})
    is_paged = any(each.name == "cursor" for each in operation.of("query"))
    if not (is_paged and {"items", "nextCursor"} <= fields.keys() and "list" in operation.name):
        return None
    return annotation(fields["items"]["items"])


def _words(operation: Operation, document: Document) -> str:
    """The docstring, with each argument's meaning."""
    told = [each for each in _arguments(operation, document) if each.words]
    arguments = "\n".join(f"{each.name}: {' '.join(each.words.split())}" for each in told)
    text = operation.description + (f"\n\n{arguments}" if arguments else "")
    return textwrap.indent(quoted(text), " " * 8)


def constant(operation: Operation) -> str:
    """What the transport must know of it."""
    return (
        f'_{operation.id} = Endpoint("{operation.id}", "{operation.method}", "{operation.path}", '
        f'"{operation.retry}")'
    )
