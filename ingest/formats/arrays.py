"""JSON: an array of readings, or an object of columns; where one reading is expected, that one."""

from __future__ import annotations

from ingest.formats import columnar
from ingest.formats.parsed import Parsed, Question
from ingest.pipeline.decode import NotReadings, decode_element, decode_whole, split


def read(body: bytes, question: Question) -> Parsed:
    match body.lstrip()[:1]:
        case b"[":
            return _read_elements(body, question)
        case b"{":
            return columnar.read(body, question)
        case _:
            raise NotReadings(
                "the body must be JSON: an array of readings, or an object of columns"
            )


def read_one(body: bytes, question: Question) -> Parsed:
    if body.lstrip()[:1] != b"{":
        raise NotReadings("the body must be a JSON object: one reading")
    try:
        return _read_elements(body, question)
    except NotReadings as error:
        raise NotReadings(f"the body is not JSON: {error}") from None


def _read_elements(body: bytes, question: Question) -> Parsed:
    most = question.budget.readings_max
    elements = decode_whole(body, most)
    if elements is not None:
        return Parsed(elements=elements)
    parts = split(body, most)
    return Parsed(elements=[decode_element(part) for part in parts], texts=dict(enumerate(parts)))
