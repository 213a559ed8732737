# Written by `make client` from docs/openapi.json. Changes are lost; client/generator is the place.
"""What happened: one timeline of everything."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, Struct, UnsetType
from msgspec import field as named

from holdfast_client.api.shared import EventRead, EventSeverity
from holdfast_client.endpoint import Endpoint
from holdfast_client.streams import AsyncEvents, Events
from holdfast_client.transport import (
    AsyncTransport,
    SyncTransport,
    each_of_pages,
    each_of_pages_async,
)

if TYPE_CHECKING:
    from typing import Literal
else:
    from holdfast_client.words import Literal


class EventCreate(Struct, kw_only=True, omit_defaults=True):
    """What people and their programs note. A sensor's device and site, a component's and a
    device's are filled in.
    """

    type: str
    """NOTE, or a word of your own that begins with X_."""
    title: str
    """In one line."""
    severity: EventSeverity | UnsetType = UNSET
    """How much it matters."""
    details: dict[str, Any] | UnsetType = UNSET
    """Whatever belongs to it; at most 16 KiB."""
    site_id: str | None | UnsetType = named(default=UNSET, name="siteId")
    """Where it happened."""
    device_id: str | None | UnsetType = named(default=UNSET, name="deviceId")
    """To which device."""
    component_id: str | None | UnsetType = named(default=UNSET, name="componentId")
    """To which of its components."""
    sensor_id: str | None | UnsetType = named(default=UNSET, name="sensorId")
    """To which sensor."""
    occurred_at: datetime | None | UnsetType = named(default=UNSET, name="occurredAt")
    """Now, if left out; at most ten minutes ahead of the platform."""


class EventPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[EventRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


_listEvents = Endpoint("listEvents", "GET", "/api/v1/events", "natural")
_createEvent = Endpoint("createEvent", "POST", "/api/v1/events", "key")
_streamEvents = Endpoint("streamEvents", "GET", "/api/v1/events/stream", "natural")
_getEvent = Endpoint("getEvent", "GET", "/api/v1/events/{eventId}", "natural")


class EventsApi(SyncTransport):
    """Operations of `events`, for programs that wait."""

    def list(
        self,
        *,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        recorded_from: datetime | str | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
        follow: bool | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["occurredAt", "-occurredAt", "recordedAt", "-recordedAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
        type: Sequence[str] | UnsetType = UNSET,
        severity: Sequence[Literal["INFO", "WARNING", "CRITICAL"]] | UnsetType = UNSET,
        site_id: str | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        component_id: str | UnsetType = UNSET,
        sensor_id: str | UnsetType = UNSET,
        actor: str | UnsetType = UNSET,
    ) -> EventPage:
        """What happened, the latest first. All conditions given must hold.

        **Following.** With `follow=true` events come in the order in which they were written down,
        from the oldest, or `recordedFrom`, on, and every page has a `nextCursor`: asked with it
        again, later, you get what came since, each once and none missed, whatever was committed
        when. An event that was written while a longer transaction is still at it comes when that
        has ended.

        Needs the permission `events:read`.

        from_: Happened not before.
        to: Happened before.
        recorded_from: Written down not before.
        q: Part of the title, in any case.
        follow: In the order in which they were written down, none missed.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        type: Of these types; comma-separated or repeated.
        severity: Of these severities; comma-separated or repeated.
        site_id: At this site.
        device_id: Of this device.
        component_id: Of this component.
        sensor_id: Of this sensor.
        actor: Done by this one.
        """
        return self._call(
            _listEvents,
            query={
                "from": from_,
                "to": to,
                "recordedFrom": recorded_from,
                "q": q,
                "follow": follow,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
                "type": type,
                "severity": severity,
                "siteId": site_id,
                "deviceId": device_id,
                "componentId": component_id,
                "sensorId": sensor_id,
                "actor": actor,
            },
            answer=EventPage,
        )

    def each(
        self,
        *,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        recorded_from: datetime | str | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
        follow: bool | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["occurredAt", "-occurredAt", "recordedAt", "-recordedAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
        type: Sequence[str] | UnsetType = UNSET,
        severity: Sequence[Literal["INFO", "WARNING", "CRITICAL"]] | UnsetType = UNSET,
        site_id: str | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        component_id: str | UnsetType = UNSET,
        sensor_id: str | UnsetType = UNSET,
        actor: str | UnsetType = UNSET,
    ) -> Iterator[EventRead]:
        """Every item of every page of `list`."""
        return each_of_pages(
            lambda cursor: self.list(
                from_=from_,
                to=to,
                recorded_from=recorded_from,
                q=q,
                follow=follow,
                limit=limit,
                sort=sort,
                include_total=include_total,
                type=type,
                severity=severity,
                site_id=site_id,
                device_id=device_id,
                component_id=component_id,
                sensor_id=sensor_id,
                actor=actor,
                cursor=cursor,
            )
        )

    def create(
        self,
        *,
        type: str,
        title: str,
        severity: EventSeverity | UnsetType = UNSET,
        details: dict[str, Any] | UnsetType = UNSET,
        site_id: str | None | UnsetType = UNSET,
        device_id: str | None | UnsetType = UNSET,
        component_id: str | None | UnsetType = UNSET,
        sensor_id: str | None | UnsetType = UNSET,
        occurred_at: datetime | str | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> EventRead:
        """Note something: a person's NOTE, or whatever X_… a program of yours has to say.

        Needs the permission `events:write`.

        type: NOTE, or a word of your own that begins with X_.
        title: In one line.
        severity: How much it matters.
        details: Whatever belongs to it; at most 16 KiB.
        site_id: Where it happened.
        device_id: To which device.
        component_id: To which of its components.
        sensor_id: To which sensor.
        occurred_at: Now, if left out; at most ten minutes ahead of the platform.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _createEvent,
            body={
                "type": type,
                "title": title,
                "severity": severity,
                "details": details,
                "siteId": site_id,
                "deviceId": device_id,
                "componentId": component_id,
                "sensorId": sensor_id,
                "occurredAt": occurred_at,
            },
            idempotency_key=idempotency_key,
            answer=EventRead,
        )

    def stream(
        self,
        *,
        last_event_id: str | UnsetType = UNSET,
        type: Sequence[str] | UnsetType = UNSET,
        severity: Sequence[Literal["INFO", "WARNING", "CRITICAL"]] | UnsetType = UNSET,
        site_id: str | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        component_id: str | UnsetType = UNSET,
        sensor_id: str | UnsetType = UNSET,
        actor: str | UnsetType = UNSET,
    ) -> Events:
        """Events as they are committed, over [Server-Sent
        Events](https://html.spec.whatwg.org/multipage/server-sent-events.html); a stream doesn't
        end by itself.

        **Resuming.** Connect again with the last `id` as `Last-Event-ID`, to whichever process and
        however much later, and get what followed it, as long as it is kept: none is missed. After
        that an event may come a second time, with the same `id` in its data. A cursor of
        `listEvents` with `follow=true` is good as `Last-Event-ID`, and the other way round. A
        comment that nothing has happened carries an id, too.

        The stream ends within seconds when the token expires or the key is revoked.

        Needs the permission `events:read`.

        last_event_id: As Last-Event-ID, which wins.
        type: Of these types; comma-separated or repeated.
        severity: Of these severities; comma-separated or repeated.
        site_id: At this site.
        device_id: Of this device.
        component_id: Of this component.
        sensor_id: Of this sensor.
        actor: Done by this one.
        """
        return self._listen(
            _streamEvents,
            query={
                "lastEventId": last_event_id,
                "type": type,
                "severity": severity,
                "siteId": site_id,
                "deviceId": device_id,
                "componentId": component_id,
                "sensorId": sensor_id,
                "actor": actor,
            },
        )

    def get(self, event_id: str) -> EventRead:
        """One event.

        Needs the permission `events:read`.

        event_id: The event.
        """
        return self._call(_getEvent, path=(event_id,), answer=EventRead)


class AsyncEventsApi(AsyncTransport):
    """Operations of `events`, for asynchronous programs."""

    async def list(
        self,
        *,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        recorded_from: datetime | str | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
        follow: bool | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["occurredAt", "-occurredAt", "recordedAt", "-recordedAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
        type: Sequence[str] | UnsetType = UNSET,
        severity: Sequence[Literal["INFO", "WARNING", "CRITICAL"]] | UnsetType = UNSET,
        site_id: str | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        component_id: str | UnsetType = UNSET,
        sensor_id: str | UnsetType = UNSET,
        actor: str | UnsetType = UNSET,
    ) -> EventPage:
        """What happened, the latest first. All conditions given must hold.

        **Following.** With `follow=true` events come in the order in which they were written down,
        from the oldest, or `recordedFrom`, on, and every page has a `nextCursor`: asked with it
        again, later, you get what came since, each once and none missed, whatever was committed
        when. An event that was written while a longer transaction is still at it comes when that
        has ended.

        Needs the permission `events:read`.

        from_: Happened not before.
        to: Happened before.
        recorded_from: Written down not before.
        q: Part of the title, in any case.
        follow: In the order in which they were written down, none missed.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        type: Of these types; comma-separated or repeated.
        severity: Of these severities; comma-separated or repeated.
        site_id: At this site.
        device_id: Of this device.
        component_id: Of this component.
        sensor_id: Of this sensor.
        actor: Done by this one.
        """
        return await self._call(
            _listEvents,
            query={
                "from": from_,
                "to": to,
                "recordedFrom": recorded_from,
                "q": q,
                "follow": follow,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
                "type": type,
                "severity": severity,
                "siteId": site_id,
                "deviceId": device_id,
                "componentId": component_id,
                "sensorId": sensor_id,
                "actor": actor,
            },
            answer=EventPage,
        )

    def each(
        self,
        *,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        recorded_from: datetime | str | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
        follow: bool | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["occurredAt", "-occurredAt", "recordedAt", "-recordedAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
        type: Sequence[str] | UnsetType = UNSET,
        severity: Sequence[Literal["INFO", "WARNING", "CRITICAL"]] | UnsetType = UNSET,
        site_id: str | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        component_id: str | UnsetType = UNSET,
        sensor_id: str | UnsetType = UNSET,
        actor: str | UnsetType = UNSET,
    ) -> AsyncIterator[EventRead]:
        """Every item of every page of `list`."""
        return each_of_pages_async(
            lambda cursor: self.list(
                from_=from_,
                to=to,
                recorded_from=recorded_from,
                q=q,
                follow=follow,
                limit=limit,
                sort=sort,
                include_total=include_total,
                type=type,
                severity=severity,
                site_id=site_id,
                device_id=device_id,
                component_id=component_id,
                sensor_id=sensor_id,
                actor=actor,
                cursor=cursor,
            )
        )

    async def create(
        self,
        *,
        type: str,
        title: str,
        severity: EventSeverity | UnsetType = UNSET,
        details: dict[str, Any] | UnsetType = UNSET,
        site_id: str | None | UnsetType = UNSET,
        device_id: str | None | UnsetType = UNSET,
        component_id: str | None | UnsetType = UNSET,
        sensor_id: str | None | UnsetType = UNSET,
        occurred_at: datetime | str | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> EventRead:
        """Note something: a person's NOTE, or whatever X_… a program of yours has to say.

        Needs the permission `events:write`.

        type: NOTE, or a word of your own that begins with X_.
        title: In one line.
        severity: How much it matters.
        details: Whatever belongs to it; at most 16 KiB.
        site_id: Where it happened.
        device_id: To which device.
        component_id: To which of its components.
        sensor_id: To which sensor.
        occurred_at: Now, if left out; at most ten minutes ahead of the platform.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _createEvent,
            body={
                "type": type,
                "title": title,
                "severity": severity,
                "details": details,
                "siteId": site_id,
                "deviceId": device_id,
                "componentId": component_id,
                "sensorId": sensor_id,
                "occurredAt": occurred_at,
            },
            idempotency_key=idempotency_key,
            answer=EventRead,
        )

    def stream(
        self,
        *,
        last_event_id: str | UnsetType = UNSET,
        type: Sequence[str] | UnsetType = UNSET,
        severity: Sequence[Literal["INFO", "WARNING", "CRITICAL"]] | UnsetType = UNSET,
        site_id: str | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        component_id: str | UnsetType = UNSET,
        sensor_id: str | UnsetType = UNSET,
        actor: str | UnsetType = UNSET,
    ) -> AsyncEvents:
        """Events as they are committed, over [Server-Sent
        Events](https://html.spec.whatwg.org/multipage/server-sent-events.html); a stream doesn't
        end by itself.

        **Resuming.** Connect again with the last `id` as `Last-Event-ID`, to whichever process and
        however much later, and get what followed it, as long as it is kept: none is missed. After
        that an event may come a second time, with the same `id` in its data. A cursor of
        `listEvents` with `follow=true` is good as `Last-Event-ID`, and the other way round. A
        comment that nothing has happened carries an id, too.

        The stream ends within seconds when the token expires or the key is revoked.

        Needs the permission `events:read`.

        last_event_id: As Last-Event-ID, which wins.
        type: Of these types; comma-separated or repeated.
        severity: Of these severities; comma-separated or repeated.
        site_id: At this site.
        device_id: Of this device.
        component_id: Of this component.
        sensor_id: Of this sensor.
        actor: Done by this one.
        """
        return self._listen(
            _streamEvents,
            query={
                "lastEventId": last_event_id,
                "type": type,
                "severity": severity,
                "siteId": site_id,
                "deviceId": device_id,
                "componentId": component_id,
                "sensorId": sensor_id,
                "actor": actor,
            },
        )

    async def get(self, event_id: str) -> EventRead:
        """One event.

        Needs the permission `events:read`.

        event_id: The event.
        """
        return await self._call(_getEvent, path=(event_id,), answer=EventRead)
