from __future__ import annotations

from typing import Annotated

import msgspec

from app.core.documentation import described


class Health(msgspec.Struct):
    """`status` is "ok" when every part is; a part that isn't says why in a word."""

    status: Annotated[str, described("In a word.", "ok", enum=["ok", "unavailable"])]
    parts: Annotated[
        dict[str, str],
        described(
            "Of each part, where parts were asked: ok, or what is wrong.",
            {"database": "ok", "redis": "ok", "objects": "ok", "broker": "ok"},
        ),
    ] = {}
