"""Somebody else's OpenID Connect issuer: it says which keys it has, and signs what a test says."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

AUDIENCE = "holdfast"


class Issuer:
    """On this machine. `is_away`: it answers 503."""

    def __init__(self, base_url: str) -> None:
        self.url = base_url
        self.named = base_url
        self.is_away = False
        self.asked = 0
        self.keys: dict[str, Any] = {}
        self.more_keys: list[dict[str, Any]] = []

    def new_key(self, id_: str, kind: str = "ES256") -> None:
        """Beside those that there are."""
        self.keys[id_] = (
            rsa.generate_private_key(65537, 2048)
            if kind == "RS256"
            else ec.generate_private_key(ec.SECP256R1())
        )

    def token(
        self,
        *,
        by: str,
        kid: str | None = None,
        key: Any = None,
        algorithm: str | None = None,
        **claims: Any,
    ) -> str:
        """By the key with that id; another `key` signs under its name. None takes a claim out."""
        own = self.keys[by]
        signer = own if key is None else key
        found = algorithm or ("RS256" if isinstance(signer, rsa.RSAPrivateKey) else "ES256")
        now = int(time.time())
        all_claims = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "a robot",
            "iat": now,
            "exp": now + 3600,
            **claims,
        }
        kept = {name: value for name, value in all_claims.items() if value is not None}
        return jwt.encode(kept, signer, algorithm=found, headers={"kid": kid or by})

    def documents(self) -> dict[str, Any]:
        return {
            "/.well-known/openid-configuration": {
                "issuer": self.named,
                "jwks_uri": f"{self.url}/keys",
            },
            "/keys": {"keys": [*map(_public, self.keys.items()), *self.more_keys]},
        }


def _public(item: tuple[str, Any]) -> dict[str, Any]:
    id_, key = item
    is_rsa = isinstance(key, rsa.RSAPrivateKey)
    algorithm = jwt.algorithms.RSAAlgorithm if is_rsa else jwt.algorithms.ECAlgorithm
    found: dict[str, Any] = algorithm.to_jwk(key.public_key(), as_dict=True)
    return {**found, "kid": id_, "use": "sig"}


@contextmanager
def running_issuer() -> Iterator[Issuer]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked += 1
            found = issuer.documents().get(self.path)
            body = json.dumps(found).encode()
            self.send_response(503 if issuer.is_away else 200 if found else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        issuer = Issuer(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield issuer
        finally:
            server.shutdown()
            thread.join()
