"""What is at rest is brought to the newest secret, of every tenant; what can't be is told of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid4

import asyncpg
import pytest

from app.accounts.factor_proof import SECRET_PURPOSE
from app.alerting.notification_channels.service import SEALED_PURPOSE
from app.control.certificates.authority import (
    ensure_certificates,
    load_authority,
    load_broker_certificate,
)
from app.core.authorities import NoAuthority
from app.core.idempotency import ANSWER_PURPOSE
from app.core.keys import Keys
from app.media.streams import SEALED_PURPOSE as CAMERA_PURPOSE
from app.operations.secrets import Dependents, SecretReport, rotate
from app.settings import DatabaseSettings, SecuritySettings, Settings, StorageSettings
from app.telemetry.exports.service import WEBHOOK_PURPOSE
from tests.make.database import DatabaseUrls

CHANNEL = (b"https://x.test", b"routing key", b"signing key")
OLD, NEW, BROKER = (sha256(name).hexdigest() for name in (b"old", b"new", b"broker"))


def settings(urls: DatabaseUrls, newest: str, *older: str, broker: str | None = None) -> Settings:
    return Settings(
        database=DatabaseSettings(url=urls.app, ingest_url=urls.ingest, owner_url=urls.owner),
        storage=StorageSettings(redis_url="redis://nowhere", objects_url="file:///nowhere"),
        security=SecuritySettings(
            secret_key=newest, secret_keys_old=",".join(older), broker_secret_key=broker
        ),
    )


async def tenant_with(admin: asyncpg.Pool, keys: Keys, ends: datetime | None) -> UUID:
    """An organization with a channel, an export that tells of itself, an answer, and an API key."""
    org_id = uuid4()
    await admin.execute("INSERT INTO platform.organization (id, name) VALUES ($1, 'x')", org_id)
    await admin.execute(
        "INSERT INTO platform.export (org_id, id, scope_type, scope_id, range_from, range_to, "
        "includes, requested_by, webhook_url, webhook_status) VALUES ($1, gen_random_uuid(), "
        "'ORGANIZATION', $1, now() - interval '1 day', now(), '{}', 'x', $2, 'PENDING')",
        org_id,
        keys.encrypt(b"https://x.test", purpose=WEBHOOK_PURPOSE),
    )
    await admin.execute(
        "INSERT INTO platform.idempotency_record (org_id, principal, route, key, request_hash, "
        "answer) VALUES ($1, 'x', 'x', 'x', 'x', $2)",
        org_id,
        keys.encrypt(b"{}", purpose=ANSWER_PURPOSE),
    )
    await admin.execute(
        "INSERT INTO platform.notification_channel (org_id, id, name, type, format, sealed_url, "
        "sealed_routing_key, sealed_secret) "
        "VALUES ($1, gen_random_uuid(), 'x', 'WEBHOOK', 'PAGERDUTY', $2, $3, $4)",
        org_id,
        *(keys.encrypt(text, purpose=SEALED_PURPOSE) for text in CHANNEL),
    )
    device_id = await admin.fetchval(
        "INSERT INTO platform.device (org_id, id, name) VALUES ($1, gen_random_uuid(), 'x') "
        "RETURNING id",
        org_id,
    )
    await admin.execute(
        "INSERT INTO platform.camera (org_id, id, device_id, name, stream, recording, "
        "sealed_stream) VALUES ($1, gen_random_uuid(), $2, 'x', 'x', 'OFF', $3)",
        org_id,
        device_id,
        keys.encrypt(b"rtsp://x.test", purpose=CAMERA_PURPOSE),
    )
    await admin.execute(
        "INSERT INTO platform.api_key (org_id, id, name, prefix, key_hash, secret_id, scopes, "
        "created_by, expires_at) VALUES ($1, gen_random_uuid(), 'x', 'x', $2, $3, '{}', 'x', $4)",
        org_id,
        keys.hash(str(org_id)),
        keys.id,
        ends,
    )
    return org_id


async def person_with_a_factor(admin: asyncpg.Pool, keys: Keys) -> UUID:
    user_id = uuid4()
    await admin.execute(
        "INSERT INTO platform.user_account (id, email, name, password_hash) "
        "VALUES ($1, $2, 'x', 'x')",
        user_id,
        f"{user_id.hex}@example.com",
    )
    await admin.execute(
        "INSERT INTO platform.second_factor (user_id, encrypted_secret) VALUES ($1, $2)",
        user_id,
        keys.encrypt(b"of codes", purpose=SECRET_PURPOSE),
    )
    return user_id


def api_keys(report: SecretReport) -> Dependents:
    return next(each for each in report.dependents if each.kind == "API keys")


async def test_everything_at_rest_is_encrypted_anew_and_what_is_hashed_is_counted(
    urls: DatabaseUrls, owner: asyncpg.Pool, app: asyncpg.Pool, admin: asyncpg.Pool
) -> None:
    old, new = Keys.derive(OLD), Keys.derive(NEW)
    await ensure_certificates(owner, settings(urls, OLD))
    authority = (await load_authority(app, old)).certificate_pem
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
    user_id = await person_with_a_factor(admin, old)
    tenants = [await tenant_with(admin, old, ends) for _ in range(2)]
    with pytest.raises(NoAuthority, match="SECRET_KEYS_OLD"):
        await load_authority(app, new)
    with pytest.raises(NoAuthority):
        await rotate(owner, settings(urls, NEW))

    report = await rotate(owner, settings(urls, NEW, OLD))
    assert (report.encrypted_anew, report.unreadable, report.is_done) == (13, 0, False)
    assert api_keys(report) == Dependents("API keys", 2, ends, False)
    assert (await load_authority(app, new)).certificate_pem == authority
    for row in await admin.fetch("SELECT webhook_url FROM platform.export"):
        assert new.decrypt(row["webhook_url"], purpose=WEBHOOK_PURPOSE) == b"https://x.test"
    for row in await admin.fetch("SELECT answer FROM platform.idempotency_record"):
        assert new.decrypt(row["answer"], purpose=ANSWER_PURPOSE) == b"{}"

    for row in await admin.fetch("SELECT * FROM platform.notification_channel"):
        sealed = (row["sealed_url"], row["sealed_routing_key"], row["sealed_secret"])
        opened = tuple(new.decrypt(each, purpose=SEALED_PURPOSE) for each in sealed)
        assert opened == CHANNEL

    sealed = await admin.fetchval(
        "SELECT encrypted_secret FROM platform.second_factor WHERE user_id = $1", user_id
    )
    assert new.decrypt(sealed, purpose=SECRET_PURPOSE) == b"of codes"

    for row in await admin.fetch("SELECT sealed_stream FROM platform.camera"):
        assert new.decrypt(row["sealed_stream"], purpose=CAMERA_PURPOSE) == b"rtsp://x.test"

    await admin.execute(
        "UPDATE platform.api_key SET revoked_at = now() WHERE org_id = $1", tenants[0]
    )
    await admin.execute(
        "UPDATE platform.api_key SET expires_at = NULL WHERE org_id = $1", tenants[1]
    )
    again = await rotate(owner, settings(urls, NEW, OLD))
    assert again.encrypted_anew == 0
    assert api_keys(again) == Dependents("API keys", 1, None, True)
    await admin.execute("UPDATE platform.api_key SET secret_id = $1", new.id)
    assert (await rotate(owner, settings(urls, NEW))).is_done

    await admin.execute("UPDATE platform.export SET webhook_url = 'altered beyond recognition'")
    assert (await rotate(owner, settings(urls, NEW))).unreadable == 2


async def test_the_brokers_certificate_is_the_brokers_alone_and_follows_its_secret_and_its_host(
    urls: DatabaseUrls, owner: asyncpg.Pool, admin: asyncpg.Pool
) -> None:
    async with asyncpg.create_pool(urls.ingest, min_size=1, max_size=1) as ingest:
        await admin.execute(
            "DELETE FROM platform.broker_certificate; DELETE FROM platform.certificate_authority"
        )
        with pytest.raises(NoAuthority, match="holdfast migrate"):
            await load_broker_certificate(ingest, BROKER)
        await ensure_certificates(owner, settings(urls, NEW, broker=BROKER))
        first, authority = await load_broker_certificate(ingest, BROKER)
        for secret in (NEW, OLD, Keys.derive(NEW).broker_secret):
            with pytest.raises(NoAuthority, match="BROKER_SECRET_KEY"):
                await load_broker_certificate(ingest, secret)
        await ensure_certificates(owner, settings(urls, NEW, broker=BROKER))
        assert (await load_broker_certificate(ingest, BROKER))[0] == first
        # Half a year before its end, for another broker: the next.
        await admin.execute(
            "UPDATE platform.broker_certificate SET not_after = now() + interval '190 days'"
        )
        await ensure_certificates(owner, settings(urls, NEW, broker=BROKER))
        second, _ = await load_broker_certificate(ingest, BROKER)
        assert second.certificate != first.certificate
        await ensure_certificates(owner, settings(urls, NEW, broker=OLD))
        third, same = await load_broker_certificate(ingest, OLD)
        assert (third.certificate != second.certificate, same) == (True, authority)
