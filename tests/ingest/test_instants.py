"""Which bodies may hold times that are finer than a microsecond: those alone are read with care."""

from __future__ import annotations

import pytest

from ingest.pipeline.instants import BY_COLUMNS_FROM_BYTES, as_rfc3339, cut, may_be_finer

TIMES = {
    "2026-11-23T10:30:00Z": False,
    "2026-11-23T10:30:00.123456Z": False,
    "2026-11-23T10:30:00.123456+00:00": False,
    "2026-11-23T10:30:00.25+01:30": False,
    "2026-11-23T10:30:00.1234567Z": True,
    "2026-11-23T10:30:00.123456789-03:00": True,
}


@pytest.mark.parametrize("padding", [0, BY_COLUMNS_FROM_BYTES])
@pytest.mark.parametrize("text", TIMES)
@pytest.mark.parametrize("value", ["21.12345678901", "1", "-0.1234567"])
def test_fine_times_are_found_and_fine_values_are_none(text: str, value: str, padding: int) -> None:
    body = f'{" " * padding}[{{"timestamp":"{text}","value":{value}}}]'.encode()
    assert may_be_finer(body) is TIMES[text]


def test_what_is_finer_is_cut_and_databases_spellings_are_read() -> None:
    assert cut("2026-11-23T10:30:00.9999999Z") == "2026-11-23T10:30:00.999999Z"
    assert as_rfc3339("2026-11-23 10:30:00.25+00") == "2026-11-23 10:30:00.25+00:00"
    assert as_rfc3339("2026-11-23 10:30:00-03") == "2026-11-23 10:30:00-03:00"
    assert as_rfc3339("2026-11-23") == "2026-11-23"
