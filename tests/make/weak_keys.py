"""RSA keys that tell their secret, each with a request that it has really signed: cryptography
makes neither."""

from __future__ import annotations

import base64
import hashlib
import math
import random
from collections.abc import Callable
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric import rsa

_RSA = bytes.fromhex("300d06092a864886f70d0101010500")
_SHA256_WITH_RSA = bytes.fromhex("300d06092a864886f70d01010b0500")
_SHA256_DIGEST = bytes.fromhex("3031300d060960864801650304020105000420")


class WeakKey(NamedTuple):
    """A modulus, its public and its secret exponent."""

    modulus: int
    exponent: int
    secret: int


def of_factors(*factors: int, exponent: int = 65_537) -> WeakKey:
    """Of primes, which may be the same."""
    totient = math.prod(prime ** (factors.count(prime) - 1) * (prime - 1) for prime in set(factors))
    return WeakKey(math.prod(factors), exponent, pow(exponent, -1, totient))


def prime(bits: int) -> int:
    """Such that 65537 is coprime to it less one."""
    key = rsa.generate_private_key(65_537, max(2 * bits, 1024))
    return key.private_numbers().p if bits >= 512 else _found(lambda: _odd(bits))


def near_primes() -> WeakKey:
    first = prime(1024)
    second = first + 2
    while not _is_prime(second) or second % 65_537 == 1:
        second += 2
    return of_factors(first, second)


def roca() -> WeakKey:
    """As CVE-2017-15361 has it: each factor is a power of 65537 modulo many small primes."""
    modulus = math.prod(each for each in range(2, 702) if _is_prime(each))

    def candidate() -> int:
        return (random.getrandbits(53) | 1 << 54) * modulus + pow(
            65_537, random.getrandbits(60), modulus
        )

    return of_factors(_found(candidate), _found(candidate))


def with_exponent(exponent: int) -> WeakKey:
    """Not every pair of primes allows every exponent."""
    while True:
        first, second = prime(1024), prime(1024)
        if math.gcd(exponent, (first - 1) * (second - 1)) == 1:
            return of_factors(first, second, exponent=exponent)


WEAK_KEYS: dict[str, Callable[[], WeakKey]] = {
    "a square": lambda: of_factors(*[prime(1024)] * 2),
    "a cube": lambda: of_factors(*[prime(700)] * 3),
    "a fifth power": lambda: of_factors(*[prime(512)] * 5),
    "a factor of 3": lambda: of_factors(3, prime(1024), prime(1024)),
    "a factor of 65521": lambda: of_factors(65_521, prime(1024), prime(1024)),
    "near primes": near_primes,
    "ROCA": roca,
    "the exponent 3": lambda: with_exponent(3),
    "the exponent 65539": lambda: with_exponent(65_539),
    "an exponent of 2,047 bits": lambda: with_exponent((1 << 2046) + 1),
}


def request_of(key: WeakKey) -> str:
    """A PKCS#10 request in PEM, with proof of possession."""
    public = _sequence(_integer(key.modulus), _integer(key.exponent))
    info = _sequence(_integer(0), _sequence(), _sequence(_RSA, _bits(public)), b"\xa0\x00")
    size = (key.modulus.bit_length() + 7) // 8
    digest = _SHA256_DIGEST + hashlib.sha256(info).digest()
    padded = b"\x00\x01" + b"\xff" * (size - 3 - len(digest)) + b"\x00" + digest
    signature = pow(int.from_bytes(padded), key.secret, key.modulus).to_bytes(size)
    body = base64.encodebytes(_sequence(info, _SHA256_WITH_RSA, _bits(signature))).decode()
    return f"-----BEGIN CERTIFICATE REQUEST-----\n{body}-----END CERTIFICATE REQUEST-----\n"


def _integer(number: int) -> bytes:
    return _value(0x02, number.to_bytes(number.bit_length() // 8 + 1))


def _bits(content: bytes) -> bytes:
    return _value(0x03, b"\x00" + content)


def _sequence(*parts: bytes) -> bytes:
    return _value(0x30, b"".join(parts))


def _value(tag: int, content: bytes) -> bytes:
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(length)]) + length + content


def _odd(bits: int) -> int:
    return random.getrandbits(bits) | 1 | 1 << (bits - 1)


def _found(candidate: Callable[[], int]) -> int:
    while True:
        number = candidate()
        if number % 65_537 != 1 and _is_prime(number):
            return number


def _is_prime(number: int) -> bool:
    """As far as Fermat can tell, which is far enough for keys of no use."""
    if number <= 1000:
        return number > 1 and all(number % other for other in range(2, math.isqrt(number) + 1))
    return math.gcd(number, _SMALL_PRIMES) == 1 and pow(2, number - 1, number) == 1


_SMALL_PRIMES = math.prod(each for each in range(2, 1000) if _is_prime(each))
