from __future__ import annotations

from typing import Annotated, Any

from app.accounts.ids import SITE_OF_ENTRY, AuditEntryId
from app.core.documentation import described
from app.core.wire import Moment, Read

ACTOR = "user_0190d3a000007000800000000000dead"
_AT = "2026-11-23T09:15:00.123456Z"
_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class AuditEntryRead(Read):
    """One change of one thing, by whom and from where."""

    id: AuditEntryId
    at: Annotated[Moment, described("When its transaction began.", _AT)]
    actor: Annotated[
        str,
        described(
            "`user_…` or `key_…` with its id, `session_…` that was refreshed, or `anyone`: a "
            "device with its token, or somebody who had not signed in.",
            ACTOR,
        ),
    ]
    action: Annotated[str, described("What was done to what.", "site.update")]
    resource_type: Annotated[str, described("What it was done to.", "site")]
    resource_id: Annotated[str, described("Which one.", SITE_OF_ENTRY)]
    address: Annotated[str, described("From where.", "203.0.113.7")]
    request_id: Annotated[
        str,
        described("In which request: its X-Request-Id.", "0190d3a0-0000-7000-8000-00000000feed"),
    ]
    before: Annotated[
        dict[str, Any] | None,
        described("What it was, where it changed; null for what is new.", {"name": "Hall 3"}),
    ]
    after: Annotated[
        dict[str, Any] | None,
        described("What it became; null for what is gone. Secrets are masked.", {"name": "Hall 4"}),
    ]
    hash: Annotated[str, described("SHA-256 of the entry, as the chain's seals have it.", _HASH)]


class AuditHead(Read):
    """The newest seal of the organization's audit log: kept elsewhere, it shows later whether
    anything before it was changed."""

    number: Annotated[int, described("The how-manieth seal it is; 0 before the first.", 1842)]
    sealed_at: Annotated[Moment | None, described("When it was made; null before the first.", _AT)]
    hash: Annotated[str, described("Of all entries up to it.", _HASH)]
