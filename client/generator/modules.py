"""The modules of holdfast_client/api: one a tag, one of what several speak of, and the way to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from generator.document import Document, Operation, Schema
from generator.methods import constant, methods
from generator.names import pascal, snake
from generator.structs import quoted, struct
from generator.types import names_in

_HEAD = """# Written by `make client` from docs/openapi.json. Changes are lost; client/generator is the place.
{words}

from __future__ import annotations

"""
_IMPORTS = """\
import builtins
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import UNSET, Struct, UnsetType
from msgspec import field as named

"""
_TAKEN = {
    *("Any", "AsyncIterator", "Iterator", "Literal", "Sequence", "TypeAlias"),
    *("UNSET", "Struct", "UnsetType", "Endpoint", "AsyncTransport", "SyncTransport"),
    *("AsyncBytes", "AsyncEvents", "Events", "SyncBytes"),
}
_WORDS = """
if TYPE_CHECKING:
    from typing import Literal
else:
    from holdfast_client.words import Literal
"""


def modules(document: Document) -> Mapping[str, str]:
    """Text by file name. Raises ValueError where two things would have one name."""
    if taken := _TAKEN & document.schemas.keys():
        raise ValueError(f"shapes have names that the modules need: {', '.join(sorted(taken))}")
    users = _users(document)
    sent = _reached(document, (each.body for each in document.operations))
    shared = sorted(name for name, tags in users.items() if len(tags) > 1)
    files = {"__init__.py": '"""What the API has: see the modules. All of it is generated."""\n'}
    files["shared.py"] = _shared(document, shared, sent)
    for tag in document.tags:
        own = sorted(name for name, tags in users.items() if tags == {tag})
        if tag in document.homes.values():
            files[f"{snake(tag)}.py"] = _module(document, tag, own, set(shared), sent)
    files["namespaces.py"] = _namespaces(document)
    files["index.py"] = _index(document)
    return files


def _users(document: Document) -> Mapping[str, set[str]]:
    """The tags of whose modules each shape is spoken of."""
    users: dict[str, set[str]] = defaultdict(set)
    for operation in document.operations:
        for name in _reached(document, _schemas([operation])):
            users[name].add(document.homes[operation.namespace])
    return users


def _schemas(operations: Iterable[Operation]) -> Iterator[Schema | None]:
    for each in operations:
        yield from (each.body, each.answer, *(parameter.schema for parameter in each.parameters))


def _reached(document: Document, schemas: Iterable[Schema | None]) -> set[str]:
    """All shapes that these speak of, near and far."""
    reached: set[str] = set()
    ahead = set(chain.from_iterable(names_in(schema) for schema in schemas))
    while ahead:
        reached |= ahead
        ahead = set().union(*(names_in(document.schemas[name]) for name in ahead)) - reached
    return reached


def _shared(document: Document, names: list[str], sent: set[str]) -> str:
    words = quoted("Shapes that several areas of the API speak of.")
    return _HEAD.format(words=words) + _IMPORTS + _WORDS + _structs(document, names, sent)


def _structs(document: Document, names: list[str], sent: set[str]) -> str:
    """Words first: an alias must be there when it is read."""
    aliases = [name for name in names if "properties" not in document.schemas[name]]
    classes = [name for name in names if name not in set(aliases)]
    return "".join(
        f"\n\n{struct(name, document.schemas[name], is_sent=name in sent)}\n"
        for name in (*aliases, *classes)
    )


def _module(document: Document, tag: str, own: list[str], shared: set[str], sent: set[str]) -> str:
    operations = document.of(tag)
    used = sorted(_reached(document, _schemas(operations)) & shared)
    imports = _IMPORTS + (
        "from holdfast_client.endpoint import Endpoint\n"
        "from holdfast_client.streams import AsyncBytes, AsyncEvents, Events, SyncBytes\n"
        "from holdfast_client.transport import (\n"
        "    AsyncTransport, SyncTransport, each_of_pages, each_of_pages_async,\n)\n"
    )
    if used:
        imports += f"from holdfast_client.api.shared import ({', '.join(used)})\n"
    text = _HEAD.format(words=quoted(document.tags[tag])) + imports + _WORDS
    text += _structs(document, own, sent) + "\n\n"
    text += "\n".join(constant(each) for each in operations)
    for namespace in _ordered(operations):
        of_it = [each for each in operations if each.namespace == namespace]
        for is_async in (False, True):
            text += _class(document, namespace, of_it, is_async=is_async)
    return text


def _ordered(operations: list[Operation]) -> list[str]:
    return list(dict.fromkeys(each.namespace for each in operations))


def _class(
    document: Document, namespace: str, operations: list[Operation], *, is_async: bool
) -> str:
    names = [each.name for each in operations]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"{namespace} has two of each of {', '.join(sorted(twice))}")
    name = class_name(namespace, is_async=is_async)
    base = "AsyncTransport" if is_async else "SyncTransport"
    kind = "for asynchronous programs" if is_async else "for programs that wait"
    text = f'\n\n\nclass {name}({base}):\n    """Operations of `{namespace}`, {kind}."""\n'
    for operation in operations:
        for method in methods(operation, document, is_async=is_async):
            text += f"\n{method}\n"
    return text


def class_name(namespace: str, *, is_async: bool) -> str:
    return f"{'Async' if is_async else ''}{pascal(namespace)}Api"


def _index(document: Document) -> str:
    """What the command line shows without importing any of it."""
    words = quoted("Every method by namespace, in a sentence; and the module and class it is of.")
    text = _HEAD.format(words=words)
    text += "PLACES: dict[str, tuple[str, str]] = {\n"
    for namespace, tag in document.homes.items():
        text += f'    "{namespace}": ("{snake(tag)}", "{class_name(namespace, is_async=False)}"),\n'
    text += "}\nMETHODS: dict[str, dict[str, str]] = {\n"
    for namespace in document.homes:
        text += f'    "{namespace}": {{\n'
        for each in document.operations:
            if each.namespace == namespace:
                text += f"        {each.name!r}: {each.summary!r},\n"
        text += "    },\n"
    return text + "}\n"


def _namespaces(document: Document) -> str:
    """Two classes with a property for each namespace, whose module is imported when it is asked for."""
    words = quoted(
        "Where each resource's methods are. A module is imported when it is first asked for."
    )
    text = _HEAD.format(words=words)
    text += "from functools import cached_property\nfrom typing import TYPE_CHECKING\n\n"
    text += (
        "from holdfast_client.transport import AsyncTransport, SyncTransport\n\nif TYPE_CHECKING:\n"
    )
    for namespace, tag in document.homes.items():
        names = ", ".join(class_name(namespace, is_async=each) for each in (False, True))
        text += f"    from holdfast_client.api.{snake(tag)} import {names}\n"
    for is_async in (False, True):
        kind = "Async" if is_async else ""
        text += f"\n\nclass {kind}Namespaces({kind or 'Sync'}Transport):\n"
        text += '    """The API by resource."""\n'
        for namespace, tag in document.homes.items():
            text += _property(namespace, class_name(namespace, is_async=is_async), tag)
    return text


def _property(namespace: str, name: str, tag: str) -> str:
    return (
        f"\n    @cached_property\n    def {namespace}(self) -> {name}:\n"
        f"        from holdfast_client.api.{snake(tag)} import {name}\n\n"
        f"        return {name}(self._connection)\n"
    )
