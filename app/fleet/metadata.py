"""What people note on a thing of the fleet: free, but not without end."""

from __future__ import annotations

from typing import Any

import msgspec

from app.core.errors import Unprocessable

# Of what all patches have merged, as JSON: every list carries it.
METADATA_MAX_BYTES = 64 * 1024


def check_metadata(metadata: dict[str, Any]) -> None:
    """Raises Unprocessable where it has grown too large."""
    if len(msgspec.json.encode(metadata)) > METADATA_MAX_BYTES:
        raise Unprocessable(
            f"metadata may hold {METADATA_MAX_BYTES} bytes in all", code="METADATA_TOO_LARGE"
        )
