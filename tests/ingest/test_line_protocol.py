"""InfluxDB line protocol as Telegraf sends it: lines, series, keys."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats import line_protocol
from ingest.formats.budget import Budget
from ingest.formats.parsed import Parsed, Question
from ingest.pipeline.decode import TooManyElements
from ingest.pipeline.resolve import SENSOR_KEY_MAX_CHARACTERS

AT = 1_795_429_800_000_000_000


def parsed(body: str | bytes, *device_tags: str) -> Parsed:
    body = body if isinstance(body, bytes) else body.encode()
    question = Question(
        Budget(100_000, 32_000_000), datetime.now(UTC), device_tags=tuple(device_tags)
    )
    return line_protocol.read(body, question)


def readings(found: Parsed) -> list[tuple[str | None, object]]:
    """Key and value of each, or why it is refused."""
    rows = found.rows
    assert rows is not None
    return [
        (
            rows.sensor_of(row).sensor,
            rows.faults[row].reason if row in rows.faults else rows.value_sent(row),
        )
        for row in range(len(rows))
    ]


# What Telegraf's commonest inputs write, with the tag of a device that [global_tags] adds.
TELEGRAF = {
    "cpu": (
        f"cpu,cpu=cpu0,deviceId=d,host=box usage_idle=99.5,usage_user=0.25 {AT}\n"
        f"cpu,cpu=cpu-total,deviceId=d,host=box usage_idle=98.5,usage_user=1.25 {AT}\n",
        ["cpu.usage_idle{cpu=cpu0}", "cpu.usage_user{cpu=cpu0}",
         "cpu.usage_idle{cpu=cpu-total}", "cpu.usage_user{cpu=cpu-total}"],
    ),
    "mem": (
        f"mem,deviceId=d,host=box used=17179869184i,used_percent=42.5 {AT}\n",
        ["mem.used", "mem.used_percent"],
    ),
    "disk": (
        f"disk,device=sda1,deviceId=d,fstype=ext4,host=box,mode=rw,path=/ free=1i {AT}\n",
        ["disk.free{device=sda1,fstype=ext4,mode=rw,path=/}"],
    ),
    "diskio": (
        f"diskio,deviceId=d,host=box,name=sda reads=18446744073709551615u {AT}\n",
        ["diskio.reads{name=sda}"],
    ),
    "net": (
        f"net,deviceId=d,host=box,interface=eth0 bytes_sent=5i,err_in=0i {AT}\n",
        ["net.bytes_sent{interface=eth0}", "net.err_in{interface=eth0}"],
    ),
    "system": (
        f'system,deviceId=d,host=box load1=0.5,uptime_format=" 4:31" {AT}\n',
        ["system.load1", "system.uptime_format"],
    ),
    "processes": (f"processes,deviceId=d,host=box running=1i {AT}\n", ["processes.running"]),
    "swap": (f"swap,deviceId=d,host=box total=0i,used_percent=0 {AT}\n", ["swap.total", "swap.used_percent"]),
    "docker": (
        f"docker_container_cpu,container_image=a/b,container_name=web,cpu=cpu-total,deviceId=d,"
        f"engine_host=box,host=box usage_percent=0.5 {AT}\n",
        ["docker_container_cpu.usage_percent{container_image=a/b,container_name=web,cpu=cpu-total}"],
    ),
    "modbus": (
        f"modbus,deviceId=d,host=box,name=Meter\\ 1,slave_id=1,type=holding_register "
        f"power=1200.5,ok=true {AT}\n",
        ["modbus.power{name=Meter 1,slave_id=1,type=holding_register}",
         "modbus.ok{name=Meter 1,slave_id=1,type=holding_register}"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TELEGRAF)
def test_a_series_is_measurement_field_and_tags(name: str) -> None:
    body, keys = TELEGRAF[name]
    found = parsed(body, "host", "engine_host")
    assert found.rows is not None
    assert not found.rows.faults
    assert [key for key, _ in readings(found)] == keys
    assert {found.rows.sensor_of(row).device_id for row in range(len(found.rows))} == {"d"}


def test_the_tags_of_a_series_are_kept_and_are_the_same_in_any_order() -> None:
    found = parsed(
        f"cpu,host=box,deviceId=d,cpu=cpu0 idle=9 {AT}\ncpu,cpu=cpu0,host=box,deviceId=d idle=9 {AT}\n"
    )
    assert found.rows is not None
    [name] = found.rows.sensors
    assert name.sensor == "cpu.idle{cpu=cpu0,host=box}"
    assert msgspec.json.decode(name.labels or "") == {"cpu": "cpu0", "host": "box"}
    assert not found.rows.metadata


def test_tags_of_many_characters_are_named_by_their_hash_and_still_apart() -> None:
    long = ",".join(f"tag{n}=value{n}" for n in range(20))
    found = parsed(f"m,deviceId=d,{long} f=1 {AT}\nm,deviceId=d,{long},z=1 f=1 {AT}\n")
    keys = [key or "" for key, _ in readings(found)]
    assert len(set(keys)) == 2
    assert all(key.startswith("m.f{#") and len(key) <= SENSOR_KEY_MAX_CHARACTERS for key in keys)
    assert keys == [
        key
        for key, _ in readings(
            parsed(f"m,deviceId=d,{long} f=1 {AT}\nm,deviceId=d,{long},z=1 f=1 {AT}\n")
        )
    ]


def test_a_text_may_hold_lines_and_none_of_them_is_one() -> None:
    body = f'log,deviceId=d message="hello\nboiler,deviceId=d value=999 {AT}\nbye" {AT}\nt,deviceId=d value=21.5 {AT}\n'
    assert readings(parsed(body)) == [
        ("log.message", f"hello\nboiler,deviceId=d value=999 {AT}\nbye"), ("t", 21.5)
    ]  # fmt: skip


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n", "\n  \t\n"])
def test_blanks_and_comments_are_passed_over(end: str) -> None:
    body = end.join(["# a comment", f"  t,deviceId=d value=1 {AT}", "  # another",
                     f'u,deviceId=d value="# none" {AT} ', ""])  # fmt: skip
    assert readings(parsed(body)) == [("t", 1.0), ("u", "# none")]


def test_a_quote_that_is_never_closed_costs_its_line_alone() -> None:
    good = f"t,deviceId=d value=1 {AT}"
    for bad in (f'log,deviceId=d message="never {AT}', 'log,deviceId=d message=" ', 'a"b c"'):
        found = readings(parsed(f"{good}\n{bad}\n{good}\n"))
        assert found[0] == found[-1] == ("t", 1.0), bad
        assert found[1][1] == "MALFORMED", bad


def test_a_quote_in_a_tag_or_a_name_opens_no_text() -> None:
    body = f'm"x,deviceId=d,size=5" f=1 {AT}\nt,deviceId=d value=2 {AT}\n'
    assert readings(parsed(body)) == [('m"x.f{size=5"}', 1.0), ("t", 2.0)]


def test_quotes_that_are_never_closed_are_looked_for_once() -> None:
    """Each would be read to the end of the body: hours, for a megabyte."""
    good = f"t,deviceId=d value=1 {AT}\n"
    found = readings(parsed(good + 'm f=\\"\n' * 90_000 + good))
    assert (len(found), found[0], found[-1]) == (90_002, ("t", 1.0), ("t", 1.0))


def test_tags_are_bounded_and_counted_for_each_sensor_that_keeps_them() -> None:
    fields = ",".join(f"f{n}=1" for n in range(20_000))
    [(_, reason)] = readings(parsed(f"m,deviceId=d,t={'x' * 3000} f=1 {AT}\n"))
    assert reason == "OUT_OF_RANGE"
    with pytest.raises(TooManyElements):
        parsed(f"m,deviceId=d,t={'x' * 2000} {fields} {AT}\n")


LINE = st.text(st.sampled_from('ab,= \\"#\n\r1.i{}'), max_size=60)


@given(st.lists(LINE, max_size=6))
def test_whatever_comes_ends_and_loses_no_good_line_behind_a_newline(lines: list[str]) -> None:
    parsed("\n".join(lines))
    good = f"t,deviceId=d value=1 {AT}\n"
    assert readings(parsed(good + "\n".join(lines)))[0] == ("t", 1.0)
