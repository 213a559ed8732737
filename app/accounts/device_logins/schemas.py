from __future__ import annotations

from typing import Annotated

import msgspec

from app.core.documentation import described
from app.core.wire import Body, Moment, Read

_SCOPES = ["devices:read", "readings:read"]
UserCode = Annotated[
    Annotated[str, msgspec.Meta(max_length=40)],
    described("As the program shows it.", "WDJB-MJHT"),
]
Scope = Annotated[str, msgspec.Meta(max_length=60)]


class DeviceLoginRead(Read):
    """A program that asks to sign in."""

    client: Annotated[str, described("What it calls itself: nobody has checked that.", "holdfast")]
    scopes: Annotated[
        list[str] | None, described("What it asks for; null for all that you may.", _SCOPES)
    ]
    address: Annotated[str, described("From where it asks.", "203.0.113.7")]
    agent: Annotated[str, described("With which program.", "python-httpx/0.28.1")]
    created_at: Annotated[Moment, described("When it asked.", "2026-11-23T09:15:00Z")]


class DeviceLoginAnswer(Body):
    """Yes or no."""

    user_code: UserCode
    approved: Annotated[bool, described("Whether it is let in.", True)]
    scopes: Annotated[
        Annotated[list[Scope], msgspec.Meta(max_length=100)] | None,
        described("What its key may do; null for what it asked for.", _SCOPES),
    ] = None
