"""The API's description, from what the client is made of."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable
from importlib import import_module

import click

from holdfast_client.api.index import METHODS, PLACES


def run(operation: str | None) -> None:
    """All operations, a line each; or one in full, by `namespace.method`."""
    known = {
        f"{namespace}.{name}": summary
        for namespace, methods in METHODS.items()
        for name, summary in methods.items()
    }
    if operation is None:
        width = max(len(name) for name in known)
        for name, summary in known.items():
            click.echo(f"{name:<{width}}  {summary}")
        return
    name = operation.replace(" ", ".").replace("-", "_")
    if name not in known:
        near = ", ".join(difflib.get_close_matches(name, known, 3)) or "holdfast reference"
        raise click.UsageError(f"there is no {operation}; is it {near}?")
    namespace, _, method_name = name.partition(".")
    module, class_ = PLACES[namespace]
    method = getattr(getattr(import_module(f"holdfast_client.api.{module}"), class_), method_name)
    click.echo(f"holdfast.{name}{_signature(method)}\n")
    click.echo(inspect.cleandoc(method.__doc__ or ""))


def _signature(method: Callable[..., object]) -> str:
    found = inspect.signature(method)
    lines = [f"    {_declared(each)}," for each in found.parameters.values() if each.name != "self"]
    return "(\n" + "\n".join(lines) + f"\n) -> {found.return_annotation}"


def _declared(parameter: inspect.Parameter) -> str:
    type_ = str(parameter.annotation).removesuffix(" | UnsetType")
    is_required = parameter.default is inspect.Parameter.empty
    return f"{parameter.name}: {type_}" + ("" if is_required else " = UNSET")
