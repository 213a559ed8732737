"""Why a TLS handshake failed: in words for the log and the counter, and as an alert for the client.

asyncio ends a connection whose handshake failed without a word. A device's developer is left with
"connection closed", so what TLS would have told is sent here (RFC 5246 and 8446, section 6), on a
copy of the socket: as long as no keys are in force an alert is seven plain bytes. That is so until
the end of a handshake of TLS 1.2; of TLS 1.3 only before the server's answer, and what went wrong
with a certificate then stands in the log alone.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

HELLO_PEEK_BYTES = 4096
_HANDSHAKE_RECORD, _CLIENT_HELLO = 0x16, 0x01
_SUPPORTED_VERSIONS, _TLS_1_3 = 0x002B, b"\x03\x04"
_FATAL = 2


class HandshakeFault(StrEnum):
    """What went wrong, seen from here."""

    NO_CERTIFICATE = "the client sent no certificate"
    UNKNOWN_AUTHORITY = "the certificate is not of our authority"
    EXPIRED = "the certificate has expired"
    NOT_YET_VALID = "the certificate is not valid yet: is the clock right?"
    NOT_FOR_CLIENTS = "the certificate is not one of a client"
    BAD_CERTIFICATE = "the certificate or its proof is not valid"
    NO_SHARED_CIPHER = "no cipher suite, curve or signature in common"
    VERSION = "a version of TLS below 1.2"
    NOT_TLS = "what came is not TLS"
    REFUSED_BY_CLIENT = "the client refused our certificate or parameters"
    TIMEOUT = "the handshake was not finished in time"
    GONE = "the client went away, as one does that doesn't trust our certificate"
    OTHER = "the handshake failed"


class TlsAlert(NamedTuple):
    """The description of RFC 8446, section 6; whether it comes before a server's answer."""

    description: int
    is_early: bool = False


_ALERTS = {
    HandshakeFault.NO_CERTIFICATE: TlsAlert(40),
    HandshakeFault.UNKNOWN_AUTHORITY: TlsAlert(48),
    HandshakeFault.EXPIRED: TlsAlert(45),
    HandshakeFault.NOT_YET_VALID: TlsAlert(42),
    HandshakeFault.NOT_FOR_CLIENTS: TlsAlert(43),
    HandshakeFault.BAD_CERTIFICATE: TlsAlert(42),
    HandshakeFault.NO_SHARED_CIPHER: TlsAlert(40, is_early=True),
    HandshakeFault.VERSION: TlsAlert(70, is_early=True),
    HandshakeFault.OTHER: TlsAlert(40),
}
_BY_VERIFY_CODE = {  # X509_V_ERR_… of OpenSSL
    7: HandshakeFault.UNKNOWN_AUTHORITY,  # signed by another one of the same name
    9: HandshakeFault.NOT_YET_VALID,
    10: HandshakeFault.EXPIRED,
    18: HandshakeFault.UNKNOWN_AUTHORITY,
    19: HandshakeFault.UNKNOWN_AUTHORITY,
    20: HandshakeFault.UNKNOWN_AUTHORITY,
    21: HandshakeFault.UNKNOWN_AUTHORITY,
    26: HandshakeFault.NOT_FOR_CLIENTS,
}
_BY_REASON = {
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": HandshakeFault.NO_CERTIFICATE,
    "NO_SHARED_CIPHER": HandshakeFault.NO_SHARED_CIPHER,
    "NO_SHARED_GROUP": HandshakeFault.NO_SHARED_CIPHER,
    "NO_SUITABLE_KEY_SHARE": HandshakeFault.NO_SHARED_CIPHER,
    "NO_SUITABLE_SIGNATURE_ALGORITHM": HandshakeFault.NO_SHARED_CIPHER,
    "NO_SHARED_SIGNATURE_ALGORITHMS": HandshakeFault.NO_SHARED_CIPHER,
    "UNSUPPORTED_PROTOCOL": HandshakeFault.VERSION,
    "VERSION_TOO_LOW": HandshakeFault.VERSION,
    "WRONG_VERSION_NUMBER": HandshakeFault.NOT_TLS,
    "HTTP_REQUEST": HandshakeFault.NOT_TLS,
    "HTTPS_PROXY_REQUEST": HandshakeFault.NOT_TLS,
    "UNEXPECTED_MESSAGE": HandshakeFault.NOT_TLS,
    "BAD_SIGNATURE": HandshakeFault.BAD_CERTIFICATE,
    "RECORD_LAYER_FAILURE": HandshakeFault.NOT_TLS,
    "PACKET_LENGTH_TOO_LONG": HandshakeFault.NOT_TLS,
}


def fault_of(error: BaseException) -> HandshakeFault:
    """Of what a handshake raised."""
    match error:
        case ssl.SSLCertVerificationError():
            return _BY_VERIFY_CODE.get(error.verify_code, HandshakeFault.BAD_CERTIFICATE)
        case ssl.SSLError(reason=str(reason)) if "_ALERT_" in reason:
            return HandshakeFault.REFUSED_BY_CLIENT
        case ssl.SSLError():
            return _BY_REASON.get(error.reason or "", HandshakeFault.OTHER)
        case ConnectionAbortedError() | TimeoutError():
            return HandshakeFault.TIMEOUT
        case OSError():
            return HandshakeFault.GONE
        case _:
            return HandshakeFault.OTHER


def tell(connection: socket.socket, fault: HandshakeFault, *, is_tls_1_3: bool) -> None:
    """Send the alert, where the client can read it."""
    alert = _ALERTS.get(fault)
    with contextlib.suppress(OSError):
        if alert and (alert.is_early or not is_tls_1_3):
            connection.send(bytes((0x15, 3, 3, 0, 2, _FATAL, alert.description)))
            connection.shutdown(socket.SHUT_WR)


def offers_tls_1_3(hello: bytes) -> bool:
    """Whether a ClientHello, as far as it has come, leads to TLS 1.3 with us. Where that can't be
    told, it is taken to."""
    try:
        return any(
            kind == _SUPPORTED_VERSIONS and _TLS_1_3 in _pairs(body[1:])
            for kind, body in _extensions(hello)
        )
    except IndexError:
        return True


def _extensions(hello: bytes) -> Iterator[tuple[int, bytes]]:
    """RFC 8446, section 4.1.2. Raises IndexError where it is cut."""
    if hello[0] != _HANDSHAKE_RECORD or hello[5] != _CLIENT_HELLO:
        return
    at = 5 + 4 + 2 + 32  # the record's head, the message's, the version, the random bytes
    at += 1 + hello[at]  # the session's id
    at += 2 + _number(hello, at)  # cipher suites
    at += 1 + hello[at]  # compression
    end = at + 2 + _number(hello, at) if len(hello) > at else at
    at += 2
    while at < end:
        kind, size = _number(hello, at), _number(hello, at + 2)
        if len(hello) < at + 4 + size:
            raise IndexError
        yield kind, hello[at + 4 : at + 4 + size]
        at += 4 + size


def _number(data: bytes, at: int) -> int:
    return data[at] << 8 | data[at + 1]


def _pairs(data: bytes) -> list[bytes]:
    return [data[at : at + 2] for at in range(0, len(data), 2)]
