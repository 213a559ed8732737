"""Provisioning: one-time token → certificate. A device proves its key, the platform signs it, once."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.binding import check_sensor_profile
from app.control.certificates.issuing import (
    end_all,
    hold_device,
    issue,
    provisioned,
    read_request,
    told_of,
)
from app.control.certificates.schemas import Provisioned
from app.control.provisioning.schemas import (
    ComponentOfDevice,
    ProvisionRequest,
    RegistrationTokenCreate,
    RegistrationTokenCreated,
    RegistrationTokenRead,
)
from app.core import resource
from app.core.actor import Actor
from app.core.errors import Conflict, NotFound, Unauthenticated, Unprocessable
from app.core.events import record_event
from app.core.paging import PageRequest
from app.core.platform import Platform
from app.core.wire import Page
from app.fleet.devices.schemas import DeviceStatus
from app.fleet.devices.service import add_with_profile
from app.fleet.sites import service as sites
from db.connections.readers import Reader
from db.connections.sessions import SessionReader
from db.ids import new_id
from db.models import Certificate, Component, Device, RegistrationToken
from db.queries.credentials import FoundToken, find_registration_token
from db.queries.events import device_actor

TOKEN_SORTS = {"createdAt": RegistrationToken.created_at, "expiresAt": RegistrationToken.expires_at}


async def create_token(
    tx: AsyncSession, actor: Actor, platform: Platform, body: RegistrationTokenCreate
) -> RegistrationTokenCreated:
    """Create the device as PENDING and its token. Raises Conflict when the name is taken, NotFound for a site."""
    if body.site_id is not None:
        await sites.hold(tx, body.site_id)
    device = Device(
        org_id=actor.org_id,
        id=new_id(),
        name=body.device_name,
        tags=body.tags,
        site_id=body.site_id,
    )
    of_profile = await add_with_profile(tx, device, body.device_profile)
    await check_components(tx, body.components, of_profile)
    for component in body.components:
        await resource.add(
            tx,
            Component(
                org_id=actor.org_id,
                device_id=device.id,
                key=component.key,
                name=component.name or component.key,
                sensor_profile_id=component.sensor_profile_id,
            ),
        )
    return await _new_token(tx, actor, platform, device, body.expires_in_seconds)


async def check_components(
    tx: AsyncSession, components: Sequence[ComponentOfDevice], of_profile: set[str]
) -> None:
    """Raises Unprocessable for a key that the profile has too, and for a sensor profile that isn't there."""
    for component in components:
        if component.key in of_profile:
            raise Unprocessable(f"the profile has a component {component.key} already")
        if component.sensor_profile_id is not None:
            await check_sensor_profile(tx, component.sensor_profile_id)


async def create_token_for_device(
    tx: AsyncSession, actor: Actor, platform: Platform, device_id: UUID, seconds: int | None
) -> RegistrationTokenCreated:
    """A new token for a device that exists: replaced hardware, or a token that expired in a drawer."""
    device = await resource.get(SessionReader(tx), Device, device_id)
    await tx.execute(
        update(RegistrationToken)
        .where(
            RegistrationToken.device_id == device_id,
            RegistrationToken.used_at.is_(None),
            RegistrationToken.revoked_at.is_(None),
        )
        .values(revoked_at=datetime.now(UTC))
    )
    return await _new_token(tx, actor, platform, device, seconds)


def token_expiry(platform: Platform, seconds: int | None) -> datetime:
    """On a whole second, so many from now, or as many as the setting says."""
    lifetime = timedelta(seconds=seconds or platform.settings.security.registration_token_seconds)
    return datetime.now(UTC).replace(microsecond=0) + lifetime


async def _new_token(
    tx: AsyncSession, actor: Actor, platform: Platform, device: Device, seconds: int | None
) -> RegistrationTokenCreated:
    token_id = new_id()
    token = f"{token_id}.{device.id}.{secrets.token_urlsafe(32)}"
    expires_at = token_expiry(platform, seconds)
    await resource.add(
        tx,
        RegistrationToken(
            org_id=actor.org_id,
            id=token_id,
            device_id=device.id,
            token_hash=platform.keys.hash(token),
            secret_id=platform.keys.id,
            expires_at=expires_at,
            created_by=actor.principal,
        ),
    )
    return RegistrationTokenCreated(
        token=token,
        device_id=device.id,
        device_name=device.name,
        provision_endpoint=f"{platform.settings.server.public_url}/api/v1/devices/provision",
        expires_at=expires_at,
    )


async def page_of_tokens(reader: Reader, page_request: PageRequest) -> Page[RegistrationTokenRead]:
    """Tokens that can still be used, newest first."""
    usable = select(RegistrationToken).where(
        RegistrationToken.used_at.is_(None),
        RegistrationToken.revoked_at.is_(None),
        RegistrationToken.expires_at > datetime.now(UTC),
    )
    found = await resource.find(
        reader, usable, page_request, sorts=TOKEN_SORTS, id_=RegistrationToken.id
    )
    devices = select(Device.id, Device.name).where(
        Device.id.in_([row.device_id for row in found.rows])
    )
    names = {row["id"]: row["name"] for row in await reader.records(devices)}
    return found.page(
        [
            RegistrationTokenRead(
                id=row.id,
                device_id=row.device_id,
                device_name=names[row.device_id],
                created_by=row.created_by,
                created_at=row.created_at,
                expires_at=row.expires_at,
            )
            for row in found.rows
        ]
    )


async def revoke_token(tx: AsyncSession, token_id: UUID) -> None:
    """Raises NotFound, or Conflict for one that was used."""
    row = await resource.get_to_change(tx, RegistrationToken, token_id)
    if row.revoked_at is not None:
        raise NotFound(f"no registration token {token_id}")
    if row.used_at is not None:
        raise Conflict(
            "this token was exchanged for a certificate, which revoking the token would not end: "
            f"revoke the certificate {row.certificate_serial} of the device {row.device_id}",
            code="TOKEN_USED",
        )
    row.revoked_at = datetime.now(UTC)


async def provision(platform: Platform, body: ProvisionRequest) -> Provisioned:
    """Exchange a token for a certificate.

    Raises Unauthenticated, Malformed (the request) or Conflict (the token was used, the key is
    another device's).
    """
    found = await _find_token(platform, body.token.strip())
    if found is None:
        raise Unauthenticated("the registration token is not valid")
    proof = await read_request(body.csr)
    authorities = await platform.authorities.trusted()
    async with platform.database.transaction(found.org_id) as tx:
        # The row lock makes a token work once, also under two requests at the same instant.
        token = await tx.scalar(
            select(RegistrationToken).where(RegistrationToken.id == found.id).with_for_update()
        )
        if token is None or token.revoked_at is not None:
            raise Unauthenticated("the registration token is revoked")
        if token.used_at is not None:
            certificate = await _same_certificate(tx, token, proof.key_hash)
            return provisioned(platform, authorities, certificate)
        if token.expires_at <= datetime.now(UTC):
            raise Unauthenticated("the registration token is expired")
        device = await hold_device(tx, token.device_id)
        if device is None:
            raise Unauthenticated("the registration token is revoked")
        await end_all(tx, device.id)
        certificate = await issue(tx, platform, authorities, device=device, proof=proof)
        token.used_at = datetime.now(UTC)
        token.public_key_hash = proof.key_hash
        token.certificate_serial = certificate.serial
        record_event(
            tx,
            "CERTIFICATE",
            "The device got its certificate",
            actor=device_actor(token.device_id),
            device_id=token.device_id,
            details=told_of(certificate),
        )
        if device.status == DeviceStatus.PENDING:
            device.status = DeviceStatus.ACTIVE
        return provisioned(platform, authorities, certificate)


async def _find_token(platform: Platform, token: str) -> FoundToken | None:
    for token_hash in platform.keys.hashes(token):
        found = await find_registration_token(platform.database.lookups, token_hash)
        if found is not None:
            return found
    return None


async def _same_certificate(
    tx: AsyncSession, token: RegistrationToken, key_hash: bytes
) -> Certificate:
    """What a used token was exchanged for, for the same key only: the first answer may have been
    lost."""
    if not secrets.compare_digest(token.public_key_hash or b"", key_hash):
        raise Conflict("the registration token was used", code="TOKEN_USED")
    certificate = await tx.scalar(
        select(Certificate).where(Certificate.serial == token.certificate_serial)
    )
    if certificate is None or certificate.revoked_at is not None:
        raise Conflict("the certificate of this token is revoked", code="CERTIFICATE_REVOKED")
    return certificate
