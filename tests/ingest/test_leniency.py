"""JSON with words that are no numbers: what is found, at its place, however it is made."""

from __future__ import annotations

import pytest

from ingest.pipeline.decode import NotReadings, decode, split
from ingest.pipeline.leniency import has_numberless_word, without_words


def test_words_in_texts_are_none_and_lengths_stay() -> None:
    body = b'[{"value":NaN,"note":"NaN, \\"Infinity\\""} , {"value":-Infinity}]'
    assert has_numberless_word(body)
    assert len(without_words(body)) == len(body)
    assert [bytes(part) for part in split(body)] == [
        b'{"value":NaN,"note":"NaN, \\"Infinity\\""}', b'{"value":-Infinity}'
    ]  # fmt: skip
    assert not has_numberless_word(b'[{"note":"NaN"}]')


def test_a_text_that_is_never_closed_is_read_to_its_end_once() -> None:
    """From each of its quotes, that would be minutes for what a device may send."""
    body = b'[NaN, "' + b'\\"' * 500_000
    assert has_numberless_word(body)
    with pytest.raises(NotReadings):
        decode(body)
