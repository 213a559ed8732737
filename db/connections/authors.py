"""Who asked for what is written: told to the database with the transaction's tenant, for the audit
log.

It travels with the task, as the id of a request does in its log lines: services that open their own
transactions need not hand it on. What nobody asked for, as a worker's own doing, has no author.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import NamedTuple


class Author(NamedTuple):
    """A principal, ANYONE where nobody has signed in yet, or nobody; from where, and in which
    request."""

    actor: str = ""
    address: str = ""
    request_id: str = ""


ANYONE = "anyone"
NOBODY = Author()
author: ContextVar[Author] = ContextVar("author", default=NOBODY)


def sign(actor: str) -> None:
    """It has turned out who asks."""
    author.set(author.get()._replace(actor=actor))
