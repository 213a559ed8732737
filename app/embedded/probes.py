"""Whether a server answers."""

from __future__ import annotations

import asyncio
import socket
import ssl

import httpx

from app.embedded.listeners import url_host


async def answers_http(url: str) -> bool:
    """Whether a GET is answered with 200."""
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=2.0) as client:
            return (await client.get(url)).status_code == 200
    except httpx.HTTPError:
        return False


async def answers_tls(listener: socket.socket) -> bool:
    """Whether someone answers a TLS greeting. A connection alone says nothing: the kernel takes it
    for us.

    The certificate isn't checked and none is shown: an alert is an answer.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    host, port = listener.getsockname()[:2]
    try:
        async with asyncio.timeout(2):
            _, writer = await asyncio.open_connection(url_host(host).strip("[]"), port, ssl=context)
            writer.close()
    except ssl.SSLError:
        return True
    except OSError:  # TimeoutError is one
        return False
    return True
