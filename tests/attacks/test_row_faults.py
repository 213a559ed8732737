"""What is wrong with one reading, however it is written, is that reading's rejection: those beside
it are read."""

from __future__ import annotations

import gzip
import json

import pytest

from ingest.formats.crossing import columns_of
from ingest.formats.parsed import Parsed, Sent
from ingest.formats.reading import Bounds, read
from ingest.pipeline.decode import TooManyElements
from ingest.pipeline.gather import as_rows
from tests.make.hostile_bodies import (
    ARROW,
    CSV,
    JSON,
    LINES,
    NDJSON,
    SENML,
    arrow_of,
    crossed_names,
)

BOUNDS = Bounds(readings_max=100_000, bytes_max=32_000_000)
DIGITS = "1" * 400
MORE_DIGITS = "1" * 5000


def senml(*records: str) -> str:
    good = '{"n":"d/s","t":1700000000,"v":1}'
    return f"[{good},{','.join(records)},{good}]"


def lines(fields: str) -> str:
    return "".join(f"m,deviceId=d {each} 1700000000\n" for each in ("a=1", fields, "b=1"))


def rows(cell: str) -> str:
    good = "2026-01-01T00:00:00Z,s,1\n"
    return f"timestamp,sensorId,value\n{good}2026-01-01T00:00:01Z,s,{cell}\n{good}"


def elements(*, value: str = "1", metadata: str = "{}") -> str:
    when = '{"sensor":"s","timestamp":"2026-01-01T00:00:00Z","value":'
    return f'[{when}1}},{when}{value},"metadata":{metadata}}},{when}2}}]'


# The body, and how many readings stand before the one that is wrong; one stands behind it.
FAULTS: dict[str, tuple[str, str]] = {
    "SenML, t null": (SENML, senml('{"n":"d/s","t":null,"v":1}')),
    "SenML, v null": (SENML, senml('{"n":"d/s","t":1700000000,"v":null}')),
    "SenML, vs null": (SENML, senml('{"n":"d/s","t":1700000000,"vs":null}')),
    "SenML, t of 400 digits": (SENML, senml(f'{{"n":"d/s","t":{DIGITS},"v":1}}')),
    "SenML, t of 400 digits and a fraction": (SENML, senml(f'{{"n":"d/s","t":{DIGITS}.5,"v":1}}')),
    "SenML, t of 5,000 digits": (SENML, senml(f'{{"n":"d/s","t":{MORE_DIGITS},"v":1}}')),
    "SenML, bt null": (SENML, senml('{"bt":null,"n":"d/s","v":1}', '{"bt":0}')),
    "SenML, bt of 400 digits": (
        SENML, senml(f'{{"bt":{DIGITS},"n":"d/s","t":0.5,"v":1}}', '{"bt":0}')
    ),
    "SenML, bn a number": (SENML, senml('{"bn":5,"n":"d/s","v":1}', '{"bn":""}')),
    "SenML, bv null": (SENML, senml('{"bv":null,"n":"d/s","v":1}', '{"bv":0}')),
    "SenML, no record": (SENML, senml("5")),
    "SenML, a deep record": (SENML, senml('{"x":' * 20_000 + "1" + "}" * 20_000)),
    "line protocol, 5,000 digits": (LINES, lines(f"a={MORE_DIGITS}i")),
    "line protocol, 5,000 digits without a sign": (LINES, lines(f"a={MORE_DIGITS}u")),
    "line protocol, no value": (LINES, lines("a=?")),
    "line protocol, a text of 10,000 characters": (LINES, lines(f'a="{"x" * 10_000}"')),
    "CSV, 5,000 digits": (CSV, rows(MORE_DIGITS)),
    "CSV, a row of another length": (CSV, rows("1,2")),
    "CSV, a byte that is no text": (CSV, rows("\xff")),
    "CSV, such a byte in a row of another length": (CSV, rows("\xff,2")),
    "JSON, 400 digits": (JSON, elements(value=DIGITS + ".5")),
    "JSON, 5,000 digits": (JSON, elements(value=MORE_DIGITS)),
    "JSON, a deep value": (JSON, elements(value="[" * 20_000 + "]" * 20_000)),
    "JSON, deep metadata": (JSON, elements(metadata='{"a":' * 20_000 + "1" + "}" * 20_000)),
    "NDJSON, a broken line": (NDJSON, elements()[1:-1].replace("},{", "}\n{").replace("{}}", "{}")),
}  # fmt: skip


def of(media_type: str, text: str) -> Parsed:
    """Read, and as it would be read in another process, where that crosses."""
    found = read(Sent(text.encode("latin-1"), media_type), BOUNDS)
    columns_of(found, is_encoded=False)
    return found


@pytest.mark.parametrize("name", FAULTS)
def test_a_reading_that_is_wrong_costs_no_other(name: str) -> None:
    found = of(*FAULTS[name])
    table = as_rows(found.elements) if found.rows is None else found.rows
    assert (len(table), set(table.faults)) == (3, {1})


def test_what_is_no_text_is_kept_as_it_came() -> None:
    assert of(CSV, rows("\xff,2")).texts.get(1) == b"2026-01-01T00:00:01Z,s,\xff,2"


def test_numbers_with_a_sign_are_numbers_in_csv() -> None:
    for cell, value in (("+1.5", 1.5), ("+7", 7), ("+123456789012345678", 123456789012345678)):
        found = of(CSV, rows(cell))
        assert found.rows is not None
        assert (found.rows.value_sent(1), found.rows.faults) == (value, {})


def test_forty_fields_of_no_value_keep_their_line_once() -> None:
    fields = ",".join(f"f{n}=?" for n in range(40))
    found = of(LINES, f"m,deviceId=d,a={'x' * 1_900} {fields} 1700000000")
    assert len({id(found.texts.get(row)) for row in range(40)}) == 1


def test_tags_that_metadata_can_not_hold_cost_their_line() -> None:
    found = of(LINES, f"m,deviceId=d,a={'x' * 1_000_000} f=1,g=2 1700000000\nm,deviceId=d f=1 1")
    assert found.rows is not None
    assert (len(found.rows), set(found.rows.faults)) == (2, {0})


def test_names_in_all_combinations_keep_their_parts() -> None:
    found = read(Sent(arrow_of(crossed_names(60_000, 1_000)), ARROW), BOUNDS)
    assert found.rows is not None
    numbers = {name.sensor_id for name in found.rows.sensors}
    assert len(numbers) == len(found.rows.sensors) == 1_000
    assert all(len({*name} - {None}) == 1 for name in found.rows.sensors)


def test_what_many_rows_have_alike_is_one_object() -> None:
    line = "m,deviceId=d,host=roof " + ",".join(f"f{n}={n}" for n in range(100)) + " 1700000000"
    found = of(LINES, line)
    assert found.rows is not None
    assert len({id(name.labels) for name in found.rows.sensors}) == 1


def test_elements_are_counted_before_they_are_split() -> None:
    body = b"[" + b",".join([b'{"a":"[,\\",","b":[1,2,3,4,5,6,7,8,9,10]}'] * 99_999 + [b"1"]) + b"]"
    found = read(Sent(body, JSON), BOUNDS)
    assert len(found.elements) == 100_000
    with pytest.raises(TooManyElements):
        read(Sent(body[:-1] + b",2]", JSON), BOUNDS)


def test_an_encoded_body_is_measured_unpacked() -> None:
    body = json.dumps([{"sensor": "s"}] * 10).encode()
    assert len(read(Sent(gzip.compress(body), JSON, "gzip"), BOUNDS).elements) == 10
    with pytest.raises(TooManyElements):
        read(Sent(gzip.compress(b" " * 32_000_001), JSON, "gzip"), BOUNDS)
