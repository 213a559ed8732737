"""JSON bodies, element by element: one bad element costs no other.

The whole body is tried at once, at 2.7 million readings a second. Only one with a fault in it is
split into the source texts of its elements, and those are decoded one by one: what is no reading
becomes a Rejection. A body that is no JSON at all is refused whole.

Nothing is made of a body that holds too much: where it has so many commas that it may, its elements
are counted before they are split.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, TypeVar, cast

import msgspec
import numpy as np

from ingest.pipeline import instants, leniency
from ingest.pipeline.rejection import Reason, Rejection


class NotReadings(Exception):
    """The body is not JSON, or not of the shape that was asked for."""


class TooManyElements(NotReadings):
    """The array holds more elements than a message may."""


class WireReading(msgspec.Struct, rename="camel"):
    """One reading as clients write it. Unknown fields are ignored, as the MQTT contract has it."""

    timestamp: Annotated[datetime, msgspec.Meta(tz=True)]
    value: bool | int | float | str | msgspec.UnsetType = msgspec.UNSET
    sensor_id: str | None = None
    sensor: str | None = None
    device_id: str | None = None
    component: str | None = None
    values: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None


Element = WireReading | Rejection


class _ExactReading(WireReading):
    """With its time as text, of which more than microseconds may be cut."""

    timestamp: str  # type: ignore[assignment]


class _Timed(msgspec.Struct):
    timestamp: Annotated[datetime, msgspec.Meta(tz=True)]


_OTHER_FIELDS = WireReading.__struct_fields__[1:]
_array_decoder = msgspec.json.Decoder(list[WireReading])
_element_decoder = msgspec.json.Decoder(WireReading)
_exact_array_decoder = msgspec.json.Decoder(list[_ExactReading])
_exact_decoder = msgspec.json.Decoder(_ExactReading)
_raw_array_decoder = msgspec.json.Decoder(list[msgspec.Raw])

# No more readings than that fit into an MQTT message: whoever sends more sends something else, and
# each element would become a row in quarantine.
ELEMENTS_MAX = 10_000
# Larger bodies that msgspec can't split are refused whole: that takes a second for 4 MB.
SPLIT_SLOWLY_MAX_BYTES = 1024 * 1024
# Of so many commas for each element that there may be, they are counted first: each that is split
# takes 64 bytes, and an array of numbers has one for every two.
COMMAS_PER_ELEMENT = 8
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+("?)|[\[{]++|[\]}]++|,', re.DOTALL)
_ESCAPE = re.compile(rb"\\.", re.DOTALL)
_QUOTE, _COMMA = ord('"'), ord(",")
_DEPTH = np.zeros(256, np.int8)
_DEPTH[list(b"[{")], _DEPTH[list(b"]}")] = 1, -1
COUNTED_AT_ONCE = 256 * 1024
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


def _cut(reading: _ExactReading) -> WireReading:
    """Raises msgspec.ValidationError."""
    cut = {"timestamp": instants.cut(reading.timestamp)}
    moment = msgspec.convert(cut, _Timed).timestamp  # told of at `$.timestamp`, as by the others
    return WireReading(moment, *(getattr(reading, name) for name in _OTHER_FIELDS))


def decode(body: bytes, *, elements_max: int = ELEMENTS_MAX) -> list[Element]:
    """Decode a JSON array of readings, or a single one. Raises NotReadings, TooManyElements.

    The whole array is tried at once, at 2.7 million readings a second; only a body with a fault in
    it is decoded again element by element.
    """
    elements = decode_whole(body, elements_max)
    if elements is not None:
        return elements
    return [decode_element(raw) for raw in split(body, elements_max)]


def decode_whole(body: bytes, elements_max: int) -> list[Element] | None:
    """The readings of a body that has no fault; else None. Raises TooManyElements."""
    is_array = body[:1] == b"[" or body.lstrip()[:1] == b"["
    with contextlib.suppress(msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        if not is_array:
            has_more = instants.may_be_finer(body)
            return [
                _cut(_exact_decoder.decode(body)) if has_more else _element_decoder.decode(body)
            ]
        if instants.may_be_finer(body):
            elements: list[Element] = list(map(_cut, _exact_array_decoder.decode(body)))
        else:
            elements = cast(list[Element], _array_decoder.decode(body))
        return _bounded(elements, elements_max)
    return None


def split(body: bytes, elements_max: int = ELEMENTS_MAX) -> Sequence[msgspec.Raw | bytes]:
    """The elements' source texts: of an array, or the one object. Raises NotReadings,
    TooManyElements."""
    body = body.removeprefix(leniency.BYTE_ORDER_MARK)
    is_array = body.lstrip()[:1] == b"["
    if is_array and body.count(b",") > COMMAS_PER_ELEMENT * elements_max:
        _check_count(body, elements_max)
    return _bounded(_split(body, is_array), elements_max)


def _split(body: bytes, is_array: bool) -> Sequence[msgspec.Raw | bytes]:
    try:
        body.decode()
        return _raw(body, is_array)
    except UnicodeDecodeError:
        raise NotReadings("the body is not UTF-8") from None
    except (RecursionError, msgspec.DecodeError) as error:
        with contextlib.suppress(RecursionError, msgspec.DecodeError):
            if leniency.has_numberless_word(body):
                return _raw_with_words(body, is_array)
        elements = _split_slowly(body) if is_array else [body]
        if elements and all(map(_is_json, elements)):
            return elements
        deep = isinstance(error, RecursionError)
        raise NotReadings("the body is nested too deeply" if deep else str(error)) from None


def _raw(body: bytes, is_array: bool) -> Sequence[msgspec.Raw]:
    decode_array = _raw_array_decoder.decode
    return decode_array(body) if is_array else [msgspec.json.decode(body, type=msgspec.Raw)]


def _raw_with_words(body: bytes, is_array: bool) -> Sequence[bytes]:
    """The same where NaN or the like stands for a value: the elements as they were sent."""
    readable = leniency.without_words(body)
    elements = [bytes(element) for element in _raw(readable, is_array)]
    return leniency.as_sent(body, readable, elements) if is_array else [body]


def _check_count(body: bytes, elements_max: int) -> None:
    """Raises TooManyElements for an array of more elements, piece by piece, by commas at depth 1.
    Of what is no JSON it says anything."""
    plain = np.frombuffer(_ESCAPE.sub(b"", body), np.uint8)
    elements, depth, quotes = 1, 0, 0
    for at in range(0, len(plain), COUNTED_AT_ONCE):
        piece = plain[at : at + COUNTED_AT_ONCE]
        inside = np.cumsum(piece == _QUOTE) + quotes
        outside = inside % 2 == 0
        steps = _DEPTH[piece] * outside
        depths = np.cumsum(steps) + depth
        elements += int(np.count_nonzero((piece == _COMMA) & outside & (depths == 1)))
        depth, quotes = int(depths[-1]), int(inside[-1])
        if elements > elements_max:
            raise TooManyElements(f"a message holds at most {elements_max} elements")


def _split_slowly(body: bytes) -> list[bytes]:
    """The elements of an array by its brackets and commas alone, however deep; none where they
    don't add up.

    msgspec refuses a whole body for one element of a thousand levels, or with half a surrogate pair
    in a text.
    """
    elements: list[bytes] = []
    if len(body) > SPLIT_SLOWLY_MAX_BYTES:
        return elements
    depth, start = 0, body.find(b"[") + 1
    for token in _TOKEN.finditer(body):
        kind = token[0][:1]
        if kind in b"[{":
            depth += len(token[0])
        elif kind == b'"' and not token[1]:
            return []
        elif kind == b"," and depth == 1:
            elements.append(body[start : token.start()])
            start = token.end()
        elif kind in b"]}":
            depth -= len(token[0])
            if depth <= 0:
                is_whole = depth == 0 and not body[token.end() :].strip()
                return [*elements, body[start : token.end() - 1]] if is_whole else []
    return []


def _is_json(element: bytes) -> bool:
    """Whether it keeps to JSON's grammar, which knows neither a greatest depth nor surrogate
    pairs."""
    try:
        msgspec.json.decode(_SURROGATE.sub(rb"\\ufffd", element), type=msgspec.Raw)
    except RecursionError:
        return True
    except msgspec.DecodeError:
        return False
    return True


Elements = TypeVar("Elements", bound=Sequence[Any])


def _bounded(elements: Elements, elements_max: int) -> Elements:
    if len(elements) > elements_max:
        raise TooManyElements(
            f"a message holds at most {elements_max} elements, not {len(elements)}"
        )
    return elements


def decode_element(raw: msgspec.Raw | bytes) -> Element:
    """One reading from its JSON text; what is none is a Rejection."""
    try:
        if instants.may_be_finer(bytes(raw)):
            return _cut(_exact_decoder.decode(raw))
        return _element_decoder.decode(raw)
    except RecursionError:
        return Rejection(Reason.MALFORMED, "nested too deeply")
    except UnicodeDecodeError:
        return Rejection(Reason.MALFORMED, "not UTF-8")
    except msgspec.ValidationError as error:
        return Rejection(_reason_of(str(error)), str(error))
    except msgspec.DecodeError as error:
        if leniency.has_numberless_word(bytes(raw)):
            return Rejection(Reason.OUT_OF_RANGE, "a value is no number: NaN or Infinity")
        return Rejection(_reason_of(str(error)), str(error))


def _reason_of(error: str) -> Reason:
    """msgspec tells faults apart by text alone. What is not recognised is MALFORMED."""
    if "missing required field" in error:
        return Reason.MISSING_FIELD
    if "out of range" in error:
        return Reason.OUT_OF_RANGE
    if "`$.timestamp`" in error:
        return Reason.BAD_TIMESTAMP
    if "`$.value`" in error:
        return Reason.WRONG_TYPE
    return Reason.MALFORMED
