"""RSA keys that tell their secret to whoever sees the public half, as faulty devices make them.

A certificate is seen by every node on the way, and a device that made its key badly doesn't know.
What is looked for, each within a few milliseconds:

small factors      a prime below 2^16 divides the modulus
perfect powers     the modulus is a power of one number: its root is the secret
near primes        both factors lie close to the root, where Fermat finds them (CVE-2022-26320)
ROCA               the modulus has the fingerprint of Infineon's library (CVE-2017-15361)
odd exponents      anything but 65537; small ones and huge ones each break in a way of their own

That a modulus has factors which an attacker knows for another reason can't be seen here.
"""

from __future__ import annotations

import math
from functools import cache

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

EXPONENT = 65_537
SMALL_FACTORS_BELOW = 1 << 16
FERMAT_ROUNDS = 100
# Those modulo which the fingerprint tells anything; together they leave one of 2^27 others.
_ROCA_PRIMES_TO = 167


def weakness(numbers: RSAPublicNumbers) -> str | None:
    """What is wrong with the key, in words; None where nothing is known to be."""
    modulus = numbers.n
    if numbers.e != EXPONENT:
        return f"its public exponent must be {EXPONENT}"
    if math.gcd(modulus, _small_primes_product() % modulus) != 1:
        return f"its modulus has a factor below {SMALL_FACTORS_BELOW}"
    if _is_perfect_power(modulus):
        return "its modulus is a power of one number"
    if _has_near_factors(modulus):
        return "the two factors of its modulus lie next to each other"
    if _has_roca_fingerprint(modulus):
        return "it was made by a library whose keys can be broken (ROCA, CVE-2017-15361)"
    return None


def _is_perfect_power(number: int) -> bool:
    """Of a number without small factors."""
    exponents = _primes_to(number.bit_length() // (SMALL_FACTORS_BELOW.bit_length() - 1))
    return any(_root(number, exponent) ** exponent == number for exponent in exponents)


def _root(number: int, exponent: int) -> int:
    """The whole part of it, by Newton's method from above."""
    root = 1 << -(-number.bit_length() // exponent)
    while True:
        nearer = ((exponent - 1) * root + number // root ** (exponent - 1)) // exponent
        if nearer >= root:
            return root
        root = nearer


def _has_near_factors(number: int) -> bool:
    middle = math.isqrt(number - 1) + 1
    for step in range(FERMAT_ROUNDS):
        square = (middle + step) ** 2 - number
        if math.isqrt(square) ** 2 == square:
            return True
    return False


def _has_roca_fingerprint(number: int) -> bool:
    """Whether it is a power of 65537 modulo each of many primes, as those are by their making."""
    return all(number % prime in powers for prime, powers in _roca_fingerprints().items())


@cache
def _roca_fingerprints() -> dict[int, frozenset[int]]:
    return {
        prime: frozenset(pow(EXPONENT, power, prime) for power in range(prime))
        for prime in _primes_to(_ROCA_PRIMES_TO)
        if prime > 2
    }


@cache
def _small_primes_product() -> int:
    return math.prod(_primes_to(SMALL_FACTORS_BELOW))


def _primes_to(limit: int) -> list[int]:
    """The sieve of Eratosthenes."""
    is_prime = bytearray([1]) * (limit + 1)
    is_prime[:2] = b"\0\0"
    for number in range(2, math.isqrt(limit) + 1):
        if is_prime[number]:
            is_prime[number * number :: number] = bytes(len(is_prime[number * number :: number]))
    return [number for number, found in enumerate(is_prime) if found]
