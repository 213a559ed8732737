"""How much work a JSON Schema can ask for: its paths, followed through `$ref`.

A schema of two kilobytes whose definitions name each other ten times has ten thousand million
paths, and a validator walks each of them. So they are counted before it is kept:

- Where nothing refers to itself, a definition counts as often as it is reached. The whole may have
  PATHS_MAX.
- What refers to itself is walked once for each level of the value, if it does so once for each
  part of the value. Twice would be two to the power of the levels, and is refused. `properties` are
  different parts of a value: there, each may refer back once.

Read like this, a keyword that isn't known counts like the others: too much is counted, never too
little.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin

PATHS_MAX = 10_000
STEPS_MAX = 100_000  # to find that out
# Of a value, each member is a part of its own, and each goes to one of these.
_PARTS = ("properties", "prefixItems")
_NO_SCHEMAS = ("const", "default", "enum", "examples", "required", "type", "title", "description")
_ONLY_REFERRED_TO = ("$defs", "definitions")
_REFERENCES = ("$ref", "$dynamicRef")

Node = Any


class TooManyPaths(Exception):
    """The schema asks for more than anybody validates with."""


class _Paths:
    def __init__(self, schema: dict[str, Any]) -> None:
        self._at: dict[str, Node] = {}
        self._base_of: dict[int, str] = {}
        self._index(schema, "")
        self._counted: dict[int, int] = {}
        self._open: set[int] = set()
        self._steps = 0

    def _index(self, node: Node, base: str) -> None:
        """Every schema with its address: of `$id`, `$anchor`, or as a pointer from one of those."""
        if isinstance(node, list):
            for each in node:
                self._index(each, base)
        if not isinstance(node, dict):
            return
        if isinstance(node.get("$id"), str):
            base = urldefrag(urljoin(base, node["$id"])).url
        if base not in self._at:
            self._at[base] = node
        for keyword in ("$anchor", "$dynamicAnchor"):
            if isinstance(node.get(keyword), str):
                self._at[f"{base}#{node[keyword]}"] = node
        self._base_of[id(node)] = base
        for name, each in node.items():
            if name not in _NO_SCHEMAS:
                self._index(each, base)

    def _target(self, reference: str, base: str) -> Node:
        url, fragment = urldefrag(urljoin(base, reference))
        if fragment and not fragment.startswith("/"):
            return self._at.get(f"{url}#{fragment}")
        node = self._at.get(url)
        for part in unquote(fragment).split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            if isinstance(node, dict):
                node = node.get(key)
            elif isinstance(node, list) and key.isdigit() and int(key) < len(node):
                node = node[int(key)]
            else:
                return None
        return node

    def count(self, node: Node) -> int:
        """Paths from here, without those that lead back to where they came from."""
        if not isinstance(node, dict | list):
            return 0
        known = self._counted.get(id(node))
        if known is not None:
            return known
        if id(node) in self._open:
            return 1
        self._step()
        self._open.add(id(node))
        found = 1 + sum(self.count(each) for each in self._below(node))
        self._open.discard(id(node))
        if found > PATHS_MAX:
            raise TooManyPaths(f"it has more than {PATHS_MAX:,} paths through its references")
        self._counted[id(node)] = found
        return found

    def _step(self) -> None:
        self._steps += 1
        if self._steps > STEPS_MAX:
            raise TooManyPaths("its references lead through each other in too many ways")

    def _below(self, node: Node) -> Iterator[Node]:
        if isinstance(node, list):
            yield from node
            return
        for name, each in node.items():
            if name in _REFERENCES and isinstance(each, str):
                yield self._target(each, self._base_of.get(id(node), ""))
            elif name not in _NO_SCHEMAS and name not in _ONLY_REFERRED_TO:
                yield each

    def returns(self, node: Node, to: Node, seen: frozenset[int] = frozenset()) -> int:
        """How often, for one part of a value, walking from here leads back to `to`."""
        if not isinstance(node, dict | list) or id(node) in seen:
            return 0
        self._step()
        seen |= {id(node)}
        if isinstance(node, list):
            return sum(self._back(each, to, seen) for each in node)
        total = 0
        for name, each in node.items():
            if name in _REFERENCES and isinstance(each, str):
                total += self._back(self._target(each, self._base_of.get(id(node), "")), to, seen)
            elif name in _PARTS:
                parts = each.values() if isinstance(each, dict) else each
                total += max((self._back(part, to, seen) for part in parts), default=0)
            elif name not in _NO_SCHEMAS and name not in _ONLY_REFERRED_TO:
                total += self._back(each, to, seen)
        return total

    def _back(self, node: Node, to: Node, seen: frozenset[int]) -> int:
        return 1 if node is to else self.returns(node, to, seen)

    def referred_to(self) -> list[Node]:
        """What some reference leads to."""
        found: dict[int, Node] = {}
        for base_of in list(self._nodes()):
            for name in _REFERENCES:
                reference = base_of.get(name)
                if isinstance(reference, str):
                    target = self._target(reference, self._base_of[id(base_of)])
                    found[id(target)] = target
        return [target for target in found.values() if target is not None]

    def _nodes(self) -> Iterator[dict[str, Any]]:
        waiting: list[Node] = list(self._at.values())
        seen: set[int] = set()
        while waiting:
            node = waiting.pop()
            if id(node) in seen or not isinstance(node, dict | list):
                continue
            seen.add(id(node))
            if isinstance(node, dict):
                if id(node) in self._base_of:
                    yield node
                waiting += node.values()
            else:
                waiting += node


def check_paths(schema: dict[str, Any]) -> None:
    """Raises TooManyPaths for one that takes for ever to validate with."""
    try:
        _check(_Paths(schema), schema)
    except RecursionError:
        raise TooManyPaths("it is nested too deeply") from None


def _check(paths: _Paths, schema: dict[str, Any]) -> None:
    paths.count(schema)
    for target in paths.referred_to():
        paths.count(target)
        if paths.returns(target, target) > 1:
            raise TooManyPaths(
                "a definition refers to itself more than once for one part of a value"
            )
