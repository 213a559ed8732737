"""What runs for whom: live streams and long answers, each for as long as its key may ask for it.

    opened ──▶ a place (ResponseSlots) ──▶ registered ──▶ runs ──▶ ended by itself, or
                 │ none                                           when its key, or session, is
                 ▼                                                to make room for who has none
               refused, or room is made

A plain request is allowed once, when it comes. What lasts is looked at again: twice a second at
most where a key changed, and every CONFIRM_SECONDS, since expiry, sessions and memberships announce
nothing. An answer that is ended in its middle has no last chunk; nobody takes it for the whole.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from app.core.actor import Actor
from app.core.errors import Forbidden, TooManyRequests, Unauthenticated, Unavailable
from app.permissions import Permission
from db.connections.background import Loop, Turns
from db.connections.shares import Shares

log = structlog.get_logger()

CONFIRM_SECONDS = 1.0
PAUSE_SECONDS = 0.5
LONGEST_TURN_SECONDS = 30

Confirm = Callable[[str], Awaitable[Actor]]
"""Who an Authorization header speaks for at this moment; raises Unauthenticated."""


@dataclass(eq=False, frozen=True)
class RunningResponse:
    """One that lasts, and how it is ended: with the reason, once."""

    actor: Actor
    permission: Permission
    end: Callable[[str], None]
    credential: str = field(repr=False)  # the Authorization header

    def may_go_on(self, now: Actor) -> bool:
        """Whoever may be somewhere else from now on comes again, and is looked at."""
        return self.permission in now.permissions and self.actor.addresses == now.addresses


class RunningResponses:
    """Those of this process."""

    def __init__(self, confirm: Confirm) -> None:
        self._confirm = confirm
        self._running: set[RunningResponse] = set()
        self._changed = asyncio.Event()

    @contextlib.contextmanager
    def registered(self, response: RunningResponse) -> Iterator[None]:
        """While the block runs, it ends with what it runs for."""
        self._running.add(response)
        try:
            yield
        finally:
            self._running.discard(response)

    def credential_changed(self, *_: object) -> None:
        """The database says so, at the commit: it is looked at now."""
        self._changed.set()

    @property
    def loop(self) -> Loop:
        return Loop("running responses", self._run, LONGEST_TURN_SECONDS)

    async def _run(self, turns: Turns) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CONFIRM_SECONDS):
                    await self._changed.wait()
            self._changed.clear()
            await self._look_again()
            turns.next()
            await asyncio.sleep(PAUSE_SECONDS)

    async def _look_again(self) -> None:
        """One question for each credential, however much runs for it."""
        by_credential: dict[str, list[RunningResponse]] = defaultdict(list)
        for response in self._running:
            by_credential[response.credential].append(response)
        for credential, responses in by_credential.items():
            try:
                now = await self._confirm(credential)
            except Unauthenticated:
                _end(responses, "UNAUTHENTICATED")
            except Forbidden:
                _end(responses, "FORBIDDEN")
            except Exception as error:  # the database is away: nobody can say that it's revoked
                log.warning("credentials can't be looked at again", error=type(error).__name__)
                return
            else:
                _end((each for each in responses if not each.may_go_on(now)), "FORBIDDEN")


def _end(responses: Iterator[RunningResponse] | list[RunningResponse], reason: str) -> None:
    for response in responses:
        response.end(reason)


class Ending:
    """Whether somebody else has ended a response, and why."""

    def __init__(self) -> None:
        self.reason: str | None = None
        self._event = asyncio.Event()

    def end(self, reason: str) -> None:
        self.reason = self.reason or reason
        self._event.set()

    async def wait(self) -> str:
        """The reason, as soon as there is one."""
        await self._event.wait()
        return self.reason or ""


@dataclass(eq=False, slots=True)
class Slot:
    """The place of one response. `end` ends it, with the reason, where room has to be made."""

    actor: Actor
    end: Callable[[str], None]


class ResponseSlots:
    """How many of a kind this process runs at once: in all, for an organization, for a principal.

    An organization's share shrinks with what others hold (Shares). Where all is taken, and who
    asks has none, room is made: of the organization that has most, two at least, the newest ends.
    """

    def __init__(
        self, kind: str, *, in_all: int, per_organization: int, per_principal: int | None = None
    ) -> None:
        self._kind = kind
        self._per_principal = per_principal or per_organization
        self._shares: Shares[UUID] = Shares(in_all, each=per_organization)
        self._principals: Counter[str] = Counter()
        self._slots: dict[Slot, None] = {}  # the oldest first

    @contextlib.contextmanager
    def taken(self, actor: Actor, end: Callable[[str], None]) -> Iterator[None]:
        """One of them, while the block runs; `end` ends it.

        Raises TooManyRequests or Unavailable where there is none.
        """
        self._make_room(actor)
        self.admit(actor)
        self._shares.take(actor.org_id)
        self._principals[actor.principal] += 1
        slot = Slot(actor, end)
        self._slots[slot] = None
        try:
            yield
        finally:
            self._leave(slot)

    def admit(self, actor: Actor) -> None:
        """Raises TooManyRequests or Unavailable where there would be no place."""
        if self._principals[actor.principal] >= self._per_principal or self._shares.has_reached_cap(
            actor.org_id
        ):
            raise TooManyRequests(
                5,
                detail=f"as many {self._kind}s are open as this key and its organization may have",
                code="TOO_MANY_STREAMS",
            )
        if not self._shares.may_take(actor.org_id) and self._largest(actor.org_id) is None:
            raise Unavailable(
                f"no more {self._kind}s can be opened here now", retry_after_seconds=5
            )

    def _make_room(self, actor: Actor) -> None:
        if self._shares.may_take(actor.org_id):
            return
        largest = self._largest(actor.org_id)
        if largest is None:
            return
        newest = next(slot for slot in reversed(self._slots) if slot.actor.org_id == largest)
        self._leave(newest)
        newest.end("MAKING_ROOM")

    def _largest(self, asking: UUID) -> UUID | None:
        """Whose newest may end for who asks and has none."""
        found = self._shares.largest()
        if self._shares.held(asking) or found is None or found[1] < 2:
            return None
        return found[0]

    def _leave(self, slot: Slot) -> None:
        if slot not in self._slots:  # room was made of it
            return
        del self._slots[slot]
        self._shares.give_back(slot.actor.org_id)
        self._principals[slot.actor.principal] -= 1
        if not self._principals[slot.actor.principal]:
            del self._principals[slot.actor.principal]
