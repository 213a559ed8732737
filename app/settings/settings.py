"""All groups together: what one installation is told."""

from __future__ import annotations

import os
from collections.abc import Mapping

import msgspec

from app.settings import environment
from app.settings.backups import BackupSettings
from app.settings.cameras import CameraSettings
from app.settings.connections import ConnectionSettings
from app.settings.database import DatabaseSettings
from app.settings.footage import FootageSettings
from app.settings.foreign_tokens import ForeignTokenSettings
from app.settings.limits import LimitSettings
from app.settings.live import LiveSettings
from app.settings.logs import LogSettings
from app.settings.mail import MailSettings
from app.settings.quotas import QuotaSettings
from app.settings.responses import ResponseSettings
from app.settings.retention import RetentionSettings
from app.settings.security import SecuritySettings
from app.settings.server import ServerSettings
from app.settings.storage import StorageSettings
from app.settings.webhooks import WebhookSettings


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    database: DatabaseSettings
    storage: StorageSettings
    security: SecuritySettings
    server: ServerSettings = ServerSettings()
    connections: ConnectionSettings = ConnectionSettings()
    logs: LogSettings = LogSettings()
    limits: LimitSettings = LimitSettings()
    quotas: QuotaSettings = QuotaSettings()
    retention: RetentionSettings = RetentionSettings()
    live: LiveSettings = LiveSettings()
    responses: ResponseSettings = ResponseSettings()
    webhooks: WebhookSettings = WebhookSettings()
    mail: MailSettings = MailSettings()
    backups: BackupSettings = BackupSettings()
    cameras: CameraSettings = CameraSettings()
    footage: FootageSettings = FootageSettings()
    foreign_tokens: ForeignTokenSettings = ForeignTokenSettings()

    @classmethod
    def from_environment(cls, given: Mapping[str, str] | None = None) -> Settings:
        """Read what the environment gives; raises SettingsError, with all that is wrong."""
        return environment.read(cls, os.environ if given is None else given)

    def tuned(self, given: Mapping[str, str]) -> Settings:
        """With what the environment gives besides, where that says nothing of where things are."""
        chosen = {name: given[name] for name in Settings.tunable_names() if name in given}
        return Settings.from_environment({**self.to_environment(), **chosen})

    @staticmethod
    def tunable_names() -> list[str]:
        """Variables of the environment that don't say where things are."""
        return [
            variable.name for variable in environment.variables(Settings) if variable.is_tunable
        ]

    @staticmethod
    def unknown_in(given: Mapping[str, str]) -> dict[str, str | None]:
        """Names that look like settings and are none, each with the nearest one that is."""
        return environment.unknown(Settings, given)

    def to_environment(self) -> dict[str, str]:
        """The same settings as environment variables, for a process that this one starts."""
        return environment.write(self)
