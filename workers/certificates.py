"""The broker's certificate is renewed long before it ends: it is shown from the broker's next start
on."""

from __future__ import annotations

from app.control.certificates.authority import ensure_certificates
from workers.context import WorkerContext


async def renew_certificates(context: WorkerContext) -> None:
    await ensure_certificates(context.owner_pool, context.settings)
