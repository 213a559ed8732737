"""What is kept of a refused element: all of it, or its beginning, its length and its SHA-256."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.pipeline.kept import KEPT_MAX_BYTES, KEPT_MIN_BYTES, kept


def said_of(text: bytes) -> bytes:
    return f"… {len(text):,} bytes in all, SHA-256 {hashlib.sha256(text).hexdigest()}".encode()


@pytest.mark.parametrize("size", [0, 1, KEPT_MAX_BYTES - 1, KEPT_MAX_BYTES])
def test_what_is_short_is_kept_as_it_came(size: int) -> None:
    assert kept(b"x" * size) == b"x" * size


def test_of_what_is_long_the_beginning_is_kept_and_which_it_was() -> None:
    text = b"{" + b"x" * 30_000_000
    found = kept(text)
    assert len(found) == KEPT_MAX_BYTES
    assert found.startswith(text[:16_000])
    assert found.endswith(said_of(text))


def test_what_was_cut_may_be_cut_further_and_says_the_same() -> None:
    text = b"x" * 100_000
    assert kept(kept(text)) == kept(text)
    further = kept(kept(text), 1000)
    assert (len(further), further.endswith(said_of(text))) == (1000, True)


def test_however_little_room_there_is_something_is_kept() -> None:
    assert len(kept(b"x" * 1000, 0)) == KEPT_MIN_BYTES


@given(st.text(st.sampled_from("aé€𝕏"), min_size=KEPT_MIN_BYTES), st.integers(0, 2000))
def test_text_stays_text(text: str, most: int) -> None:
    kept(text.encode(), most).decode()


@given(st.binary(max_size=3000), st.integers(0, 2000))
def test_anything_can_be_kept(text: bytes, most: int) -> None:
    assert len(kept(text, most)) <= max(most, KEPT_MIN_BYTES)
