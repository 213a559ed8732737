"""compose.yaml as Docker would read it: anchors merged, variables filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "compose.yaml").read_text()
VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)(:\?|:-)\}")
VARIABLES = {name for name, kind in VARIABLE.findall(TEXT) if kind == ":?"}
"""What the environment, or an .env file, must say."""
OPTIONAL = {name for name, kind in VARIABLE.findall(TEXT) if kind == ":-"}
"""What it may say."""
DOCUMENT: dict[str, Any] = yaml.safe_load(TEXT)


def services(given: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Every service with the variables' values in place."""
    found: dict[str, dict[str, Any]] = _filled(DOCUMENT, given)["services"]
    return found


def _filled(part: Any, given: Mapping[str, str]) -> Any:
    match part:
        case str():
            return VARIABLE.sub(lambda match: given.get(match[1], ""), part)
        case dict():
            return {name: _filled(value, given) for name, value in part.items()}
        case list():
            return [_filled(value, given) for value in part]
        case _:
            return part
