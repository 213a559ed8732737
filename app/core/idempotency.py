"""Idempotency-Key: a request that starts something may be sent again without starting it twice.

What was answered is written in the transaction of the effect, so that both are there or neither is.
It is kept encrypted, since an answer may carry a secret that is shown once. A key that is older
than `idempotency_hours` is as if it had never come, whether or not the worker has deleted it yet
(workers/retention/cleanup.py).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import msgspec
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Malformed, Unprocessable
from app.core.platform import Platform
from db.models import IdempotencyRecord

Answer = TypeVar("Answer", bound=msgspec.Struct)

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
ANSWER_PURPOSE = "idempotent answers"


@dataclass(frozen=True, slots=True)
class RequestKey:
    """The key of a request, whose it is, and what makes the request the same as another."""

    key: str
    principal: str
    route: str  # the method and the path
    body_hash: bytes

    @classmethod
    def of(cls, key: str, principal: str, route: str, body: bytes) -> RequestKey:
        """Raises Malformed for a key of no use."""
        if not _KEY.fullmatch(key):
            raise Malformed(f"{HEADER} must be 1 to 255 visible ASCII characters")
        return cls(key, principal, route, hashlib.sha256(body).digest())

    @property
    def columns(self) -> dict[str, str]:
        """By which its record is found in its organization."""
        return {"principal": self.principal, "route": self.route, "key": self.key}


class IdempotentRequest:
    """Given to handlers that start something; `run_once` runs the effect, or gives the answer of
    the first time. Without a key, every time is the first."""

    def __init__(self, tx: AsyncSession, platform: Platform, key: RequestKey | None) -> None:
        self._tx = tx
        self._platform = platform
        self._key = key

    async def run_once(
        self, answer: type[Answer], effect: Callable[[], Awaitable[Answer]]
    ) -> Answer:
        """Raises Unprocessable when the key came with another request before.

        A second request with the same key at the same moment waits here for the first one's commit.
        An effect that fails is rolled back together with its record, so that the key is free again.
        """
        if self._key is None:
            return await effect()
        if not await self._is_first(self._key):
            return await self._first_answer(self._key, answer)
        result = await effect()
        sealed = self._platform.keys.encrypt(msgspec.json.encode(result), purpose=ANSWER_PURPOSE)
        await self._tx.execute(_the_one(update(IdempotencyRecord), self._key).values(answer=sealed))
        return result

    async def _is_first(self, key: RequestKey) -> bool:
        """Whether no such key is there, or one that has expired, whose record then is this
        one's."""
        new = insert(IdempotencyRecord).values(**key.columns, request_hash=key.body_hash)
        lifetime = timedelta(hours=self._platform.settings.retention.idempotency_hours)
        inserted = await self._tx.execute(
            new.on_conflict_do_update(
                index_elements=["org_id", *key.columns],
                set_={
                    "request_hash": new.excluded.request_hash,
                    "answer": None,
                    "created_at": func.now(),
                },
                where=IdempotencyRecord.created_at < func.now() - lifetime,
            ).returning(IdempotencyRecord.key)
        )
        return inserted.first() is not None

    async def _first_answer(self, key: RequestKey, answer: type[Answer]) -> Answer:
        columns = select(IdempotencyRecord.request_hash, IdempotencyRecord.answer)
        found = (await self._tx.execute(_the_one(columns, key))).first()
        if found is None or found.answer is None or found.request_hash != key.body_hash:
            raise Unprocessable(
                f"this {HEADER} was used with another request", code="IDEMPOTENCY_KEY_REUSED"
            )
        return msgspec.json.decode(
            self._platform.keys.decrypt(found.answer, purpose=ANSWER_PURPOSE), type=answer
        )


def _the_one(statement: Any, key: RequestKey) -> Any:
    return statement.where(
        *(getattr(IdempotencyRecord, name) == value for name, value in key.columns.items())
    )
