"""The installation's own mail server. Without a host mail goes to a folder or the console where one
is given; else none is sent, and nobody can ask for any.

It is never a tenant's choice: whoever could name one would have us knock at others' servers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec

from app.settings.group import PREFIX, Port, Positive, SettingsGroup, named

Text = Annotated[str, msgspec.Meta(max_length=500)]
Security = Literal["starttls", "tls", "none"]


class MailSettings(SettingsGroup, frozen=True, kw_only=True):
    host: Annotated[Text | None, named("SMTP_HOST", expected="the name of a mail server")] = None
    port: Annotated[Port, named("SMTP_PORT")] = 587
    # starttls is required where it is set: a server without it is sent nothing.
    security: Annotated[Security, named("SMTP_SECURITY", expected="starttls, tls or none")] = (
        "starttls"
    )
    user: Annotated[Text | None, named("SMTP_USER")] = None
    password: Annotated[Text | None, named("SMTP_PASSWORD")] = None
    sender: Annotated[Text | None, named("SMTP_FROM", expected="alerts@example.com")] = None
    timeout_seconds: Annotated[Positive, named("SMTP_TIMEOUT_SECONDS")] = 20
    # Mails that one organization's alerts may cause in an hour, each recipient counted: whom they
    # go to was asked by nobody.
    per_organization_hour: Annotated[Positive, named("SMTP_MAILS_PER_ORGANIZATION_HOUR")] = 500

    # Where there is no host: each mail as a file of its own, or its text in the log. Whoever
    # reads these may answer every invitation.
    folder: Annotated[Text | None, named("MAIL_FOLDER", expected="a folder")] = None
    on_console: Annotated[bool, named("MAIL_ON_CONSOLE")] = False

    @property
    def takes_letters(self) -> bool:
        """Whether people can be written to."""
        return self.host is not None or self.folder is not None or self.on_console

    def faults(self) -> Iterator[str]:
        if self.host is not None and "@" not in (self.sender or ""):
            yield f"{PREFIX}SMTP_FROM must be an address where {PREFIX}SMTP_HOST is set"
        if (self.user is None) != (self.password is None):
            yield f"{PREFIX}SMTP_USER and {PREFIX}SMTP_PASSWORD come together or not at all"
