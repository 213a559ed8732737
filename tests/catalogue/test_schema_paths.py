"""A schema that is kept can be validated with: none asks for more than anybody has time for."""

from __future__ import annotations

from typing import Any

import pytest

from app.catalogue.own_schemas import faults_of
from app.catalogue.schema_paths import PATHS_MAX, TooManyPaths, check_paths


def ladder(levels: int, rungs: int) -> dict[str, Any]:
    """Each definition names the one below so many times: rungs to the power of levels paths."""
    below = {
        f"d{level}": {"allOf": [{"$ref": f"#/$defs/d{level - 1}"}] * rungs}
        for level in range(1, levels + 1)
    }
    return {"$ref": f"#/$defs/d{levels}", "$defs": {"d0": {"type": "object"}, **below}}


TREE = {"properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}, "value": {"type": "number"}}}
LISTS = {"type": "array", "items": {"$ref": "#"}}
GOOD: dict[str, dict[str, Any]] = {
    "nothing": {},
    "a tree": TREE,
    "lists of lists": LISTS,
    "a linked list": {
        "$defs": {"n": {"properties": {"next": {"$ref": "#/$defs/n"}}}},
        "$ref": "#/$defs/n",
    },
    "a definition used often": {
        "$defs": {"t": {"type": "number"}},
        "properties": {f"p{n}": {"$ref": "#/$defs/t"} for n in range(200)},
    },
    "a short ladder": ladder(3, 5),
    "an anchor": {
        "$defs": {"t": {"$anchor": "here", "type": "number"}},
        "items": {"$ref": "#here"},
    },
    "an id": {
        "$id": "https://x.test/a",
        "$defs": {"t": {"$id": "b", "type": "number"}},
        "items": {"$ref": "https://x.test/b"},
    },
    "a word that looks like a reference": {"const": {"$ref": "#/nowhere"}},
}  # fmt: skip
BAD: dict[str, dict[str, Any]] = {
    "nine levels of ten": ladder(9, 10),
    "forty levels of two": ladder(40, 2),
    "twice for each item": {"items": {"allOf": [{"$ref": "#"}, {"$ref": "#"}]}},
    "by any of two": {"additionalProperties": {"anyOf": [{"$ref": "#"}, {"not": {"$ref": "#"}}]}},
    "in a circle": {
        "$defs": {
            "a": {"items": {"allOf": [{"$ref": "#/$defs/b"}, {"$ref": "#/$defs/b"}]}},
            "b": {"$ref": "#/$defs/a"},
        },
        "$ref": "#/$defs/a",
    },
    "everything names everything": {
        "$defs": {
            f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{other}"} for other in range(12)]}
            for n in range(12)
        },
        "$ref": "#/$defs/d0",
    },
    "by anchors": {
        "$anchor": "top",
        "items": {"oneOf": [{"$ref": "#top"}, {"$dynamicRef": "#top"}]},
    },
}


@pytest.mark.parametrize("name", GOOD)
def test_what_people_write_is_taken(name: str) -> None:
    assert faults_of(GOOD[name], "$") == []


@pytest.mark.parametrize("name", BAD)
def test_what_takes_for_ever_is_refused_with_a_clear_word(name: str) -> None:
    [fault] = faults_of(BAD[name], "$.params")
    assert (fault.path, fault.code) == ("$.params", "TOO_EXPENSIVE_SCHEMA")


def test_the_limit_is_of_paths_and_not_of_definitions() -> None:
    check_paths({"prefixItems": [{"type": "number"}] * (PATHS_MAX // 2)})
    with pytest.raises(TooManyPaths):
        check_paths({"allOf": [{"type": "number"}] * PATHS_MAX})


def test_one_that_is_nested_very_deeply_is_refused() -> None:
    schema: dict[str, Any] = {}
    for _ in range(5000):
        schema = {"not": schema}
    with pytest.raises(TooManyPaths):
        check_paths(schema)
