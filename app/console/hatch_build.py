"""hatchling's hook: a wheel carries the console, so that who installs it needs no Node.js."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ConsoleHook(BuildHookInterface):  # type: ignore[type-arg]
    """Where the console can't be built, the wheel goes without, and says so."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":  # in a checkout, make builds it
            return
        folder = Path(self.root, "app", "console")
        spec = importlib.util.spec_from_file_location("console_build", folder / "build.py")
        assert spec is not None and spec.loader is not None  # noqa: PT018, S101
        builder = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(builder)
        try:
            builder.build(folder / "web", folder / "built")
        except builder.NotBuilt as error:
            self.app.display_warning(f"the wheel has no console: {error}")
            return
        build_data["artifacts"].append("app/console/built/**")
