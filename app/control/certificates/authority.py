"""The installation's own certificates: its authority, and what its broker shows to devices.

`holdfast migrate` makes both, as the database's owner: whoever serves requests can't put another
authority in place of ours. The authority's key is encrypted under the newest secret. The broker's
is encrypted for the broker alone, under a secret of its own, so that the process that strangers
reach first knows neither the authority's key nor the installation's secret.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.core.keys import CanNotDecrypt, Keys
from app.core.pki import (
    SERVER_CERTIFICATE_DAYS,
    Authority,
    ServerCertificate,
    issue_server_certificate,
    new_authority,
)
from app.settings import PREFIX, Settings
from db.connections.types import Connection, Pool
from db.queries.authority import (
    StoredAuthority,
    StoredBrokerCertificate,
    find_authority,
    find_broker_certificate,
    insert_authority,
    insert_broker_certificate,
    lock_authority,
    replace_authority_key,
)

_PURPOSE = "certificate authority"
_BROKER = "broker certificate"
# Of its life, when the next one is made.
_RENEWED_AFTER = timedelta(days=SERVER_CERTIFICATE_DAYS // 2)


class NoAuthority(Exception):
    """The installation has no certificates that this process can use; says what to do."""


async def load_authority(pool: Pool, keys: Keys) -> Authority:
    """The installation's CA. The pool is of role `app`. Raises NoAuthority."""
    async with pool.acquire() as connection:
        stored = await find_authority(connection)
    if stored is None:
        raise NoAuthority("there is no certificate authority yet: run `holdfast migrate`")
    return _opened(stored, keys)


async def load_broker_certificate(pool: Pool, secret: str) -> tuple[ServerCertificate, str]:
    """What the broker shows, and in PEM the CA that devices' certificates are signed by. The pool
    is of role `iot_ingest`, the secret the broker's own. Raises NoAuthority."""
    async with pool.acquire() as connection:
        stored = await find_broker_certificate(connection)
    missing = NoAuthority(
        "there is no certificate for a broker with this secret: run `holdfast migrate` with "
        f"the broker's {PREFIX}SECRET_KEY as {PREFIX}BROKER_SECRET_KEY"
    )
    if stored is None:
        raise missing
    try:
        key = Keys.derive(secret).decrypt(stored.encrypted_key, purpose=_BROKER)
    except CanNotDecrypt:
        raise missing from None
    certificate = ServerCertificate(stored.certificate_pem.encode(), key, stored.not_after)
    return certificate, stored.authority_pem


async def ensure_certificates(pool: Pool, settings: Settings) -> None:
    """Make what is missing, was made for another broker, or will end; encrypt anew what an older
    secret has encrypted. The pool is of role `iot_owner`. Raises NoAuthority."""
    keys = Keys.of(settings.security)
    async with pool.acquire() as connection, connection.transaction():
        await lock_authority(connection)
        authority = await _ensure_authority(connection, keys)
        await _ensure_broker_certificate(connection, keys, authority, settings)


async def _ensure_authority(connection: Connection, keys: Keys) -> Authority:
    stored = await find_authority(connection)
    if stored is None:
        made = new_authority()
        sealed = keys.encrypt(made.key_der, purpose=_PURPOSE)
        await insert_authority(connection, StoredAuthority(made.certificate_pem, sealed))
        return made
    authority = _opened(stored, keys)
    if (anew := keys.encrypted_anew(stored.encrypted_key, purpose=_PURPOSE)) is not None:
        await replace_authority_key(connection, stored.encrypted_key, anew)
    return authority


async def _ensure_broker_certificate(
    connection: Connection, keys: Keys, authority: Authority, settings: Settings
) -> None:
    host = settings.server.mqtt_public_host
    of_broker = Keys.derive(settings.security.broker_secret_key or keys.broker_secret)
    stored = await find_broker_certificate(connection)
    if stored is not None and _is_good(stored, of_broker, host, authority):
        return
    made = issue_server_certificate(authority, [host])
    await insert_broker_certificate(
        connection,
        StoredBrokerCertificate(
            host=host,
            certificate_pem=made.certificate.decode(),
            authority_pem=authority.certificate_pem,
            encrypted_key=of_broker.encrypt(made.key, purpose=_BROKER),
            not_after=made.not_after,
        ),
    )


def _is_good(
    stored: StoredBrokerCertificate, of_broker: Keys, host: str, authority: Authority
) -> bool:
    try:
        of_broker.decrypt(stored.encrypted_key, purpose=_BROKER)
    except CanNotDecrypt:
        return False
    is_young = stored.not_after - datetime.now(UTC) > _RENEWED_AFTER
    is_of_us = stored.authority_pem == authority.certificate_pem
    return is_young and is_of_us and stored.host == host


def _opened(stored: StoredAuthority, keys: Keys) -> Authority:
    try:
        key_der = keys.decrypt(stored.encrypted_key, purpose=_PURPOSE)
    except CanNotDecrypt:
        raise NoAuthority(
            "the certificate authority's key was encrypted under another secret: give it in "
            f"{PREFIX}SECRET_KEYS_OLD"
        ) from None
    return Authority.load(stored.certificate_pem, key_der)
