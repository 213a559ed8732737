"""A command of each method of the client: its parameters are options, its ids are arguments.

What a method takes is read from its annotations as they are written, since there the words of a
choice still stand.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from holdfast_client.api.index import METHODS, PLACES
from holdfast_client.cli import profiles
from holdfast_client.cli.failures import told
from holdfast_client.cli.output import Form, show, show_event, show_rows
from holdfast_client.client import Holdfast
from holdfast_client.streams import Events

_WORDS = re.compile(r"['\"]([^'\"]*)['\"]")
_ARGUMENT = re.compile(r"^(\w+): (.*)$")
# Of the command line itself; a method's parameter of that name gets another.
_OURS = {"profile", "json", "jq", "csv", "ids", "all", "null", "help"}


class JsonValue(click.ParamType[Any]):
    """JSON, or @FILE with JSON in it; - is standard input."""

    name = "json"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return json.loads(text_of(value))
        except (OSError, ValueError) as error:
            return self.fail(f"no JSON: {error}", param, ctx)


def text_of(value: str) -> str:
    """What was typed, or what @FILE or - holds."""
    if value == "-":
        return sys.stdin.read()
    return Path(value[1:]).read_text() if value.startswith("@") else value


def command_of(namespace: str, name: str) -> click.Command:
    """Of one method."""
    module, class_name = PLACES[namespace]
    class_ = getattr(import_module(f"holdfast_client.api.{module}"), class_name)
    method = getattr(class_, name)
    words, meanings = _documented(method)
    parameters = list(_parameters(method, meanings))
    is_list = hasattr(class_, name.replace("list", "each", 1)) and name.startswith("list")
    return click.Command(
        _kebab(name),
        params=[*parameters, *_of_every_command(is_list=is_list)],
        callback=_callback(namespace, name, method, is_list=is_list),
        help=words,
        short_help=METHODS[namespace][name],
    )


def _callback(
    namespace: str, name: str, method: Callable[..., Any], *, is_list: bool
) -> Callable[..., None]:
    names = {_flag_name(each): each for each in inspect.signature(method).parameters}

    def run(
        profile: str | None,
        json: str | None,
        jq: str | None,
        csv: bool,
        ids: bool,
        null: tuple[str, ...] = (),
        all: bool = False,
        **given: Any,
    ) -> None:
        form = Form(json, jq, csv, ids)
        arguments = {names[key]: value for key, value in given.items() if value not in (None, ())}
        arguments |= {names[each.replace("-", "_")]: None for each in null}
        with told():
            used = profiles.chosen(profile)
            with Holdfast(used.url, used.key) as holdfast:
                api = getattr(holdfast, namespace)
                arguments = _by_name(api, arguments)
                if all and is_list:
                    each = getattr(api, name.replace("list", "each", 1))
                    show_rows(each(**{"limit": 500, **arguments}), form)
                    return
                answer = getattr(api, name)(**arguments)
                if isinstance(answer, bytes):
                    sys.stdout.buffer.write(answer)
                elif isinstance(answer, Events):
                    for event in answer:
                        show_event(event.name, event.data)
                elif answer is not None:
                    show(answer, form)

    return run


def _by_name(api: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    """The first argument may be a name where there is a list to find it in."""
    first = next(iter(arguments), "")
    value = arguments.get(first)
    searched = inspect.signature(api.list).parameters if hasattr(api, "list") else {}
    if not first.endswith("_id") or "q" not in searched or _is_id(value):
        return arguments
    found = [
        each for each in api.list(q=value, limit=50).items if getattr(each, "name", None) == value
    ]
    if len(found) != 1:
        candidates = "".join(f"\n  {each.id}  {each.name}" for each in found)
        words = (
            f"{len(found)} are called {value!r}:{candidates}"
            if found
            else f"none is called {value!r}"
        )
        raise click.UsageError(words)
    return {**arguments, first: found[0].id}


def _is_id(value: object) -> bool:
    try:
        UUID(str(value))
    except ValueError:
        return False
    return True


def _parameters(
    method: Callable[..., Any], meanings: Mapping[str, str]
) -> Iterator[click.Parameter]:
    for name, parameter in inspect.signature(method).parameters.items():
        if name == "self":
            continue
        if parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD:
            yield click.Argument([name], type=str)
            continue
        type_ = str(parameter.annotation).removesuffix(" | UnsetType")
        is_required = parameter.default is inspect.Parameter.empty
        yield _option(name, type_, meanings.get(name, ""), is_required=is_required)


def _option(name: str, type_: str, words: str, *, is_required: bool) -> click.Option:
    flag = _kebab(_flag_name(name))
    if type_ == "bool":
        return click.Option(
            [f"--{flag}/--no-{flag}"], default=None, help=words, required=is_required
        )
    is_many = type_.startswith("Sequence[") and (
        "Literal" in type_ or type_.startswith("Sequence[str")
    )
    inner = type_.removeprefix("Sequence[") if is_many else type_
    return click.Option(
        [f"--{flag}"], type=_type(inner), multiple=is_many, required=is_required, help=words
    )


def _type(type_: str) -> click.ParamType[Any]:
    plain = type_.removesuffix(" | None").removesuffix("]")
    if plain.startswith("Literal["):
        return click.Choice(_WORDS.findall(plain))
    simple: dict[str, click.ParamType[Any]] = {
        "int": click.INT,
        "float": click.FLOAT,
        "str": click.STRING,
        "datetime | str": click.STRING,
    }
    return simple.get(plain, JsonValue())


def _of_every_command(*, is_list: bool) -> Iterator[click.Parameter]:
    yield click.Option(["--profile"], help="As whom; see `holdfast profile`.")
    yield click.Option(
        ["--json"],
        is_flag=False,
        flag_value="",
        metavar="[FIELDS]",
        help="As JSON; of these fields.",
    )
    yield click.Option(["--jq"], help="What this program of jq makes of the JSON.")
    yield click.Option(["--csv"], is_flag=True, help="As CSV.")
    yield click.Option(["--ids"], is_flag=True, help="The ids alone, a line each.")
    yield click.Option(
        ["--null"], multiple=True, metavar="OPTION", help="Send null for this option."
    )
    if is_list:
        yield click.Option(["--all"], is_flag=True, help="Every page.")


def _documented(method: Callable[..., Any]) -> tuple[str, dict[str, str]]:
    """What a method does, and what each of its parameters means."""
    names = inspect.signature(method).parameters
    words: list[str] = []
    meanings: dict[str, str] = {}
    name = None
    for line in inspect.cleandoc(method.__doc__ or "").splitlines():
        found = _ARGUMENT.match(line)
        if found and found[1] in names:
            name = found[1]
            meanings[name] = found[2]
        elif name is not None:
            meanings[name] += f" {line.strip()}"
        else:
            words.append(line)
    return "\n".join(words).strip(), meanings


def _flag_name(name: str) -> str:
    plain = name.rstrip("_")
    return f"with_{plain}" if plain in _OURS else plain


def _kebab(name: str) -> str:
    return name.rstrip("_").replace("_", "-")
