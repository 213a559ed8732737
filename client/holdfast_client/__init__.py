"""The Holdfast API for Python.

client      Holdfast and AsyncHoldfast
api         what the API has, generated
errors      what can go wrong
requests, retries, transport, streams   how a call becomes an answer
cli         the command `holdfast`
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holdfast_client.client import AsyncHoldfast, Holdfast
    from holdfast_client.errors import (
        ApiError,
        Conflict,
        Forbidden,
        HoldfastError,
        NotFound,
        RateLimited,
        Unauthenticated,
        Unreachable,
    )
    from holdfast_client.retries import Retries

__all__ = [
    "ApiError",
    "AsyncHoldfast",
    "Conflict",
    "Forbidden",
    "Holdfast",
    "HoldfastError",
    "NotFound",
    "RateLimited",
    "Retries",
    "Unauthenticated",
    "Unreachable",
]
_PLACES = {"AsyncHoldfast": "client", "Holdfast": "client", "Retries": "retries"}


def __getattr__(name: str) -> object:
    """Imported when it is asked for: `holdfast --help` needs none of it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES.get(name, 'errors')}"), name)
