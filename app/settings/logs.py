"""How every process logs."""

from __future__ import annotations

from typing import Annotated, Literal

from app.settings.group import SettingsGroup, named

LogFormat = Literal["json", "console"]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]


class LogSettings(SettingsGroup, frozen=True, kw_only=True):
    format: Annotated[LogFormat, named("LOG_FORMAT")] = "json"
    level: Annotated[LogLevel, named("LOG_LEVEL")] = "INFO"
