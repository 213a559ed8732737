"""The shapes of the document as msgspec structs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from generator.document import Schema
from generator.names import variable
from generator.types import annotation


def struct(name: str, schema: Schema, *, is_sent: bool) -> str:
    """A class, or the alias of a word.

    What need not be there is UNSET where it is sent, as null means something else; of an answer it
    is None. What a later server answers beside it is passed over.
    """
    if "properties" not in schema:
        return f"{name}: TypeAlias = {annotation(schema)}\n{_documentation(schema, 0)}"
    lines = [
        f"class {name}(Struct, kw_only=True, omit_defaults=True):",
        _documentation(schema, 4),
        "",
    ]
    required = set(schema.get("required", ()))
    for key, field in schema["properties"].items():
        lines += _field(key, field, is_required=key in required, is_sent=is_sent)
    return "\n".join(lines)


def _field(key: str, schema: Schema, *, is_required: bool, is_sent: bool) -> Iterator[str]:
    name, type_ = variable(key), annotation(schema)
    if not is_required:
        type_ = f"{type_} | UnsetType" if is_sent else _or_none(type_)
    absent = "UNSET" if is_sent else "None"
    alias = f'name="{key}"' if name != key else ""
    if is_required:
        value = f" = named({alias})" if alias else ""
    else:
        value = f" = named(default={absent}, {alias})" if alias else f" = {absent}"
    yield f"    {name}: {type_}{value}"
    if words := str(schema.get("description") or ""):
        yield textwrap.indent(quoted(words), "    ")


def _or_none(type_: str) -> str:
    return type_ if type_.endswith("None") or type_ == "Any" else f"{type_} | None"


def _documentation(schema: Schema, indent: int) -> str:
    words = str(schema.get("description") or "")
    return textwrap.indent(quoted(words), " " * indent) if words else ""


def quoted(text: str) -> str:
    """A docstring; long lines are folded."""
    folded = "\n".join(_folded(text.replace("\\", "\\\\").replace('"""', "'''").splitlines()))
    if folded.endswith('"'):
        folded += " "
    end = "\n" if "\n" in folded else ""
    return f'"""{folded}{end}"""'


def _folded(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield from textwrap.wrap(line, 92, break_long_words=False, break_on_hyphens=False) or [""]
