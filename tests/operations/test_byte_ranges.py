"""What is read of a Range header: one range of bytes, or nothing."""

from __future__ import annotations

import pytest

from app.core.errors import RangeNotSatisfiable
from app.operations.byte_ranges import ByteRange, read_range

SIZE = 100


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-0", ByteRange(0, 1)),
        ("bytes=10-19", ByteRange(10, 20)),
        (" bytes=10- ", ByteRange(10, 100)),
        ("bytes=90-1000", ByteRange(90, 100)),
        ("bytes=-5", ByteRange(95, 100)),
        ("bytes=-500", ByteRange(0, 100)),
        (f"bytes=0-{'9' * 5000}", ByteRange(0, 100)),
        (f"bytes=-{'9' * 5000}", ByteRange(0, 100)),
        (f"bytes={'0' * 5000}7-8", ByteRange(7, 9)),
        (f"bytes={'9' * 5000}-5", None),
        ("bytes=١-٢", None),
        ("", None),
        ("bytes=-", None),
        ("bytes=20-10", None),
        ("bytes=1-2,5-6", None),
        ("bytes=a-b", None),
        ("lines=1-2", None),
    ],
)
def test_a_range_is_read_or_ignored(header: str, expected: ByteRange | None) -> None:
    assert read_range(header, SIZE) == expected


@pytest.mark.parametrize(
    "header", ["bytes=100-", "bytes=100-200", "bytes=-0", f"bytes={'9' * 5000}-"]
)
def test_a_range_beyond_the_end_is_refused(header: str) -> None:
    with pytest.raises(RangeNotSatisfiable):
        read_range(header, SIZE)


def test_nothing_can_be_asked_of_an_empty_object() -> None:
    with pytest.raises(RangeNotSatisfiable):
        read_range("bytes=0-", 0)
