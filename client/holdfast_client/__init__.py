"""The Holdfast API for Python.

client      Holdfast and AsyncHoldfast
api         what the API has, generated
errors      what can go wrong
requests, retries, transport, streams   how a call becomes an answer
"""

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
