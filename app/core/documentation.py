"""Words and real values for what travels. OpenAPI is made from the types of handlers and structs,
so it is they that say what a field means. What a parameter needs besides is in
core/http/parameters.py: this knows no web framework, since every struct is described with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

import msgspec

_EXAMPLES = UUID("01936f2a-8c4e-7d1b-9a3f-5e6d7c8b9a01")


def described(text: str, *examples: Any, **schema: Any) -> msgspec.Meta:
    """For a struct's field: what it means, with unit and format, real values, and further
    keywords of JSON Schema."""
    return msgspec.Meta(
        description=text, examples=list(examples) or None, extra_json_schema=schema or None
    )


def example_id(resource: str) -> str:
    """The same wherever it is asked for, so that one example in the document answers another."""
    return str(uuid5(_EXAMPLES, resource))
