"""Idempotency-Key: a request that starts something may be sent again without starting it twice.

What was answered is written in the transaction of the effect, so that both are there or neither is. It is kept
encrypted, since an answer may carry a secret that is shown once.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar

import msgspec
from litestar import Request
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.errors import Malformed, Unprocessable
from app.core.http.parameters import parameter
from app.core.platform import Platform
from db.models import IdempotencyRecord

Answer = TypeVar("Answer", bound=msgspec.Struct)

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_PURPOSE = "idempotent answers"
IdempotencyKey = Annotated[
    str | None,
    parameter(
        "Makes it safe to send the same request again: within 24 hours it has one effect and one answer.",
        "9f2d6c1e-registration-17",
        header=HEADER,
        schema_extra={"pattern": r"^[\x21-\x7e]{1,255}$"},
    ),
]


class Retry:
    """Given to handlers that start something; `once` runs the effect, or gives the answer of the first time."""

    def __init__(
        self,
        request: Request[Actor, Any, Any],
        tx: AsyncSession,
        actor: Actor,
        platform: Platform,
        key: str | None,
    ) -> None:
        self._request = request
        self._tx = tx
        self._actor = actor
        self._platform = platform
        self._key = key

    async def once(self, answer: type[Answer], effect: Callable[[], Awaitable[Answer]]) -> Answer:
        """Raises Malformed for a key of no use, Unprocessable when the key came with another request before.

        A second request with the same key at the same moment waits here for the first one's commit. An effect
        that fails is rolled back together with its record, so that the key is free again.
        """
        key = self._key
        if key is None:
            return await effect()
        if not _KEY.fullmatch(key):
            raise Malformed(f"{HEADER} must be 1 to 255 visible ASCII characters")
        identity = {
            "principal": self._actor.principal,
            "route": f"{self._request.method} {self._request.scope['path']}",
            "key": key,
        }
        request_hash = hashlib.sha256(await self._request.body()).digest()
        await self._forget_expired()
        if not await self._is_first(identity, request_hash):
            return await self._first_answer(identity, request_hash, answer)
        result = await effect()
        record = await self._tx.get_one(
            IdempotencyRecord, {"org_id": self._actor.org_id, **identity}
        )
        record.answer = self._platform.keys.encrypt(msgspec.json.encode(result), purpose=_PURPOSE)
        return result

    async def _forget_expired(self) -> None:
        oldest = datetime.now(UTC) - timedelta(hours=self._platform.settings.idempotency_hours)
        await self._tx.execute(
            delete(IdempotencyRecord).where(IdempotencyRecord.created_at < oldest)
        )

    async def _is_first(self, identity: dict[str, str], request_hash: bytes) -> bool:
        inserted = await self._tx.execute(
            insert(IdempotencyRecord)
            .values(**identity, request_hash=request_hash)
            .on_conflict_do_nothing()
            .returning(IdempotencyRecord.key)
        )
        return inserted.first() is not None

    async def _first_answer(
        self, identity: dict[str, str], request_hash: bytes, answer: type[Answer]
    ) -> Answer:
        record = await self._tx.scalar(select(IdempotencyRecord).filter_by(**identity))
        if record is None or record.answer is None or record.request_hash != request_hash:
            raise Unprocessable(
                f"this {HEADER} was used with another request", code="IDEMPOTENCY_KEY_REUSED"
            )
        return msgspec.json.decode(
            self._platform.keys.decrypt(record.answer, purpose=_PURPOSE), type=answer
        )
