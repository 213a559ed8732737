"""Playback: which footage there is of a range, and a playlist of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, select

from app.core import resource
from app.core.actor import Actor
from app.core.errors import Forbidden, Unprocessable
from app.core.platform import Platform
from app.core.wire import time_range
from app.media.footage import FootageRange, FootageSpan, gaps
from app.media.playback.schemas import PlaybackRead
from app.media.playlists import PlaylistEntry, entry_of, vod_playlist
from app.media.tokens import BadToken, MediaToken, read_token, tenant_of_word, word_of
from db.connections.readers import Reader
from db.models import Camera, DvrSegment

PURPOSE = "playback"
LONGEST_PLAYBACK = timedelta(hours=6)
"""A playlist of so much footage has a line for each of 2,160 segments of ten seconds."""
MOST_SEGMENTS = 12_000
LINK_LIFETIME = timedelta(hours=4)
# No segment is longer: a recorder cuts at a minute, and what is pushed may have two.
LONGEST_SEGMENT = timedelta(minutes=10)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


async def find(
    reader: Reader,
    actor: Actor,
    platform: Platform,
    camera_id: UUID,
    range_: tuple[datetime, datetime],
) -> PlaybackRead:
    """Raises NotFound for a camera that isn't there, Unprocessable for a range that is too long."""
    since, until = time_range(*range_)
    camera = await resource.get(reader, Camera, camera_id)
    if until - since > LONGEST_PLAYBACK:
        raise Unprocessable("playback is of six hours at most")
    rows = await reader.rows(_segments(camera.id, since, until))
    expires_at = datetime.now(UTC).replace(microsecond=0) + LINK_LIFETIME
    token = MediaToken(
        PURPOSE,
        (word_of(actor.tenant), camera.id.hex, str(_count(since)), str(_count(until))),
        expires_at,
    )
    address = f"{platform.settings.server.public_url}/api/v1/playback"
    footage = [(row.starts_at, row.ends_at) for row in rows]
    return PlaybackRead(
        playlist_url=f"{address}/{token.signed(platform.keys.media_signing)}/index.m3u8"
        if rows
        else None,
        codecs=sorted({row.codecs for row in rows}),
        spans=_spans([entry_of(row, since, until) for row in rows]),
        missing=[FootageRange(from_=begin, to=end) for begin, end in gaps(since, until, footage)],
        expires_at=expires_at,
    )


async def playlist(platform: Platform, text: str) -> str:
    """What a token names. Raises Forbidden for one that isn't ours, or has ended."""
    now = datetime.now(UTC)
    try:
        token = read_token(text, PURPOSE, platform.keys.media_signing, now=now)
    except BadToken as error:
        raise Forbidden(str(error), code="LINK_INVALID") from None
    tenant, camera_id = tenant_of_word(token.words[0]), UUID(token.words[1])
    since, until = (_EPOCH + int(word) * _MICROSECOND for word in token.words[2:])
    async with platform.database.snapshot(tenant) as reader:
        rows = await reader.rows(_segments(camera_id, since, until))
    entries = [entry_of(row, since, until) for row in rows]
    links = [
        await platform.objects.inline_link(
            entry.object_key, lifetime=token.expires_at - now, content_type="video/mp4"
        )
        for entry in entries
    ]
    return vod_playlist(entries, links, since)


def _segments(camera_id: UUID, since: datetime, until: datetime) -> Select[DvrSegment]:
    return (
        select(DvrSegment)
        .where(
            DvrSegment.camera_id == camera_id,
            DvrSegment.starts_at >= since - LONGEST_SEGMENT,
            DvrSegment.starts_at < until,
            DvrSegment.ends_at > since,
        )
        .order_by(DvrSegment.starts_at)
        .limit(MOST_SEGMENTS)
    )


def _spans(entries: Sequence[PlaylistEntry]) -> list[FootageSpan]:
    spans: list[FootageSpan] = []
    at, before = 0.0, None
    for entry in entries:
        if entry.follows(before):
            spans[-1].to = entry.ends_at
        else:
            spans.append(FootageSpan(from_=entry.starts_at, to=entry.ends_at, at=round(at, 6)))
        at, before = at + entry.seconds, entry
    return spans


def _count(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND
