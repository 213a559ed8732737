"""How what the document names is called in Python."""

from __future__ import annotations

import keyword
import re

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+")

# Where the rule would name two operations of a resource alike, or one not well.
METHODS = {
    "acknowledgeAlerts": "acknowledge_many",
    "assignAlerts": "assign_many",
    "changeAnnotations": "change_many",
    "changeDevices": "change_many",
    "changeSensors": "change_many",
    "commentOnAlert": "comment",
    "commentOnAlerts": "comment_many",
    "createDeviceRegistrationToken": "create_registration_token_of",
    "createReadings": "create_many",
    "resolveAlerts": "resolve_many",
}


def snake(name: str) -> str:
    """`deviceId`, `Idempotency-Key` and `device_id` in snake_case."""
    return "_".join(_WORD.findall(name)).lower()


def variable(name: str) -> str:
    """A name for a parameter or a field."""
    found = snake(name.replace("@", "at_").replace("$", "dollar_"))
    return f"{found}_" if keyword.iskeyword(found) else found


def pascal(name: str) -> str:
    return "".join(word.capitalize() for word in re.split(r"[-_.]", name))


def namespace_of(path: str) -> str:
    """The first segment that says something: `/api/v1/device-groups/{id}` is of `device_groups`."""
    segments = [each for each in path.strip("/").split("/") if each not in ("api", "v1", "admin")]
    return snake(segments[0].lstrip("."))


def method_of(operation_id: str, path: str) -> str:
    """The operation's id without its resource's noun: `listDevices` is `devices.list`, and
    `getDeviceHealth`, which is no thing with an id of its own, is `devices.health`."""
    if operation_id in METHODS:
        return METHODS[operation_id]
    verb, *rest = snake(operation_id).split("_")
    rest = _without(rest, namespace_of(path).split("_"))
    named = rest if verb == "get" and rest and not path.endswith("}") else [verb, *rest]
    name = "_".join(named)
    return f"{name}_" if keyword.iskeyword(name) else name


def _without(words: list[str], noun: list[str]) -> list[str]:
    """The first place where the noun stands, in either number, taken out."""
    wanted = [_singular(word) for word in noun]
    for start in range(len(words) - len(wanted) + 1):
        if [_singular(word) for word in words[start : start + len(wanted)]] == wanted:
            return words[:start] + words[start + len(wanted) :]
    return words


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word.removesuffix("es") if word.endswith("sses") else word.removesuffix("s")
