"""NDJSON: a reading in JSON on each line."""

from __future__ import annotations

import contextlib
from typing import cast

import msgspec

from ingest.formats.parsed import Parsed, Question
from ingest.pipeline.decode import Element, WireReading, decode_element
from ingest.pipeline.instants import may_be_finer

_decoder = msgspec.json.Decoder(WireReading)


def read(body: bytes, question: Question) -> Parsed:
    """Empty lines are passed over; a line that is no reading costs no other."""
    # Counted first: a reading is far larger than the newline that it may be.
    question.budget.readings(body.count(b"\n"))
    texts = [line for line in body.split(b"\n") if line.strip()]
    question.budget.readings(len(texts))
    return Parsed(elements=_decoded(body, texts), texts=dict(enumerate(texts)))


def _decoded(body: bytes, texts: list[bytes]) -> list[Element]:
    if may_be_finer(body):
        return [decode_element(text) for text in texts]
    with contextlib.suppress(msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        elements = cast(list[Element], _decoder.decode_lines(body))
        if len(elements) == len(texts):
            return elements
    return [decode_element(text) for text in texts]
