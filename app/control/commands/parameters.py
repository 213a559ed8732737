"""Parameters of requests for commands."""

from __future__ import annotations

from typing import Annotated

from app.control.commands.schemas import Status
from app.core.http.parameters import parameter, repeated
from app.core.wire import Instant

StatusFilter = Annotated[
    list[str] | None,
    repeated("Any of these", ["PENDING", "SENT"], items={"type": "string", "enum": list(Status)}),
]
MethodFilter = Annotated[
    list[str] | None,
    repeated("Any of these", ["REBOOT"], items={"type": "string", "maxLength": 64}),
]
Wait = Annotated[
    int,
    parameter(
        "Answer when the status is final, or after so many seconds with the command as it is then.",
        10,
        ge=0,
        le=30,
    ),
]
Since = Annotated[
    Instant | None,
    parameter(
        "The last `id` that was told: what has ended since then is told, too.",
        "2026-11-23T09:15:05.5Z",
        header="Last-Event-ID",
    ),
]
