"""What the API's process holds while it runs: made in app/main.py, and handed to handlers that ask
for it. Workers have a context of their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from redis.asyncio import Redis

from app.core.authorities import Authorities
from app.core.credential_cache import CredentialCache
from app.core.foreign_tokens import ForeignIssuer
from app.core.keys import Keys
from app.core.limits import RateLimiter
from app.core.objects import ObjectStore
from app.core.revocation_list import RevocationLists
from app.core.running_responses import ResponseSlots, RunningResponses
from app.core.signing_keys import SigningKeys
from app.settings import Settings
from db.connections.sessions import Database
from ingest.formats.reader_processes import ReaderProcesses
from ingest.inbox.group_commit import Inbox
from ingest.inspector.log import InspectorLog
from ingest.pipeline.messages import Message
from ingest.pipeline.receipts import Receipt


@dataclass(frozen=True)
class Platform:
    settings: Settings
    keys: Keys
    signing_keys: SigningKeys
    foreign_issuer: ForeignIssuer
    database: Database
    authorities: Authorities
    revocation_lists: RevocationLists
    redis: Redis
    objects: ObjectStore
    inbox: Inbox
    preview: Callable[[Sequence[Message]], Awaitable[list[Receipt]]]
    """What would become of messages, where nothing is stored."""
    readers: ReaderProcesses
    limiter: RateLimiter
    credential_cache: CredentialCache
    responses: RunningResponses
    answer_slots: ResponseSlots
    inspector_log: InspectorLog
    inspector_slots: ResponseSlots
