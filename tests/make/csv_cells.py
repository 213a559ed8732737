"""Cells of CSV as people, spreadsheets, firmware and attackers write them; a seed makes the same
ones again."""

from __future__ import annotations

import random
from collections.abc import Callable

NUMBERS = (
    "0", "-0", "+0", "1", "+1", "-1", "007", "1.", ".5", "-.5", "1e3", "1E-3", "1e999", "-1e999",
    "1e-999", "4.9e-324", "1.7976931348623157e308", "9007199254740993", "9223372036854775807",
    "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551616",
    "0.1", "123456789012345678", "1234567890123456789", "0000000000000000000000000000001",
)  # fmt: skip
NEARLY_NUMBERS = (
    " 21.5", "21.5 ", "\t7", "21,5", "1.234,5", "1,234.5", "1_000", "1 000", "1'000",
    "45%", "12 °C",
    "3.5V", "$5", "€ 5", "0x1F", "0b1", "1e", "e1", "1e+", "--1", "+-1", "1-", "1.2.3", "½", "١٢",
    "１２", "1²", "nan", "NaN", "-nan", "inf", "-Infinity", "NULL", "null", "None", "N/A", "n/a", "-",
    "--", "#N/A", "#DIV/0!", "1/2", "∞", "−5", "1\u00a0000", "1\u200b",
)  # fmt: skip
BOOLEANS = ("true", "false", "TRUE", "False", "tRuE", "yes", "no", "on", "off", "true ", "ｔｒｕｅ")
TIMES = (
    "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59-14:00", "10000-01-01T00:00:00Z",
    "1970-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "2026-11-23", "10:30", "23.11.2026 10:30",
    "11/23/2026 10:30 AM", "2026-11-23T10:30:00", "2026-11-23 10:30:00+00", "2026-11-23T24:00:00Z",
    "2026-11-23T10:30:60Z", "2026-11-23T10:30:00+99:99", "2026-11-23T10:30:00.1234567891Z",
    "2026-11-23t10:30:00z", "2026-W48-1", "1700000000", "1700000000000", "-62135596801", "now",
    "1700000000.5", "46351.4375", "2026-11-23T10:30:00Z\u0000",
)  # fmt: skip
WORDS = ("DOUBLE", "BIGINT", "BOOLEAN", "TEXT", "double", "on", "idle", "v1.2", "A4", "error 17")
NAMES = (
    "a/b", "..", "../../etc/passwd", "%00", "%s%n", "{}", "{0}", "${jndi:x}", "'; DROP TABLE x; --",
    "<script>", "=1+1", "+cmd", "@x", "-x", "'=x", "''", "\\", "\\N", "|", "a|b", "|||", "a\\|b",
    "station:1.0", "station:", ":1.0", ":", "a:b:c", "00000000-0000-0000-0000-000000000000",
    "0190d3a0-0000-7000-8000-00000000dead", "urn:uuid:0190d3a0-0000-7000-8000-00000000dead",
)  # fmt: skip
DOCUMENTS = (
    "{}", "[]", "1", '""', "null", "{", '{"a":1}', '{"a":NaN}', '{"a":1e999}', '{"a":1,"a":2}',
    '{"\\u0000":1}', '{"a":"\\ud800"}', '{"a":' * 600 + "1" + "}" * 600,
    '{"a":"' + "x" * 20_000 + '"}',
    '{"a":' + "9" * 400 + "}", "{'a':1}", '{"":""}', ' {"a" : [1, {"b": null}] } ',
)  # fmt: skip
BLANKS = ("", " ", "\t", "\n", "\r", "\r\n", "\u00a0", "\u2028", "\ufeff", "\u3000")
QUOTES = ('"', '""', '"""', 'a"b', '"a', 'a"', ",", ",,", "a,b", "\n,", '",\n"', "'", "`", ";")
STRANGE = (
    "\0", "a\0b", "\0" * 50, "\x01", "\x1a", "\x7f", "\x85", "\u202e", "é", "é", "Ω", "🏭",
    "👩\u200d🔧", "\U0010ffff", "\ufffe", "ﷺ", "Z͑ͫ̓a", "İ", "ß", "ﬁ",
)  # fmt: skip
HUGE = (
    "9" * 400, "-" + "9" * 5_000, "1." + "3" * 400, "1e" + "9" * 400, "x" * 300, "x" * 20_000,
    "é" * 5_000, "🏭" * 300, " " * 3_000, '"' * 999, "\n" * 500, "1 " * 500, "0" * 400 + "1",
)  # fmt: skip
UNDECODABLE = (b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"21\xb0C", b"\x80")
KINDS = (
    NUMBERS, NEARLY_NUMBERS, BOOLEANS, TIMES, WORDS, NAMES, DOCUMENTS, BLANKS, QUOTES, STRANGE
)  # fmt: skip
ALPHABET = "0123456789+-.eE,:TZ %_'\"\\|{}[]\t\n\r\0aé°µ🏭"


def any_cell(choose: random.Random) -> str:
    """One of the lists, one of them changed a little, a random number, or random characters."""
    match choose.randrange(20):
        case 0:
            return "".join(choose.choices(ALPHABET, k=choose.randrange(1, 12)))
        case 1 | 2:
            return repr(choose.uniform(-1, 1) * 10 ** choose.randrange(-30, 30))
        case 3:
            return str(choose.randrange(-(2**70), 2**70))
        case 4 | 5:
            text = choose.choice(choose.choice(KINDS))
            at = choose.randrange(len(text) + 1)
            return text[:at] + choose.choice(ALPHABET) + text[at:]
        case 6 if choose.random() < 0.1:
            return choose.choice(HUGE)
        case _:
            return choose.choice(choose.choice(KINDS))


def any_bytes(choose: random.Random) -> bytes:
    """The same; one in two hundred is no UTF-8."""
    if choose.random() < 0.005:
        return choose.choice(UNDECODABLE)
    return any_cell(choose).encode()


def as_cell(content: bytes, choose: random.Random) -> bytes:
    """As it stands in a file: within quotes where it has to be, or for fun."""
    must = any(byte in content for byte in b'",\r\n')
    if must or (content and choose.random() < 0.1):
        return b'"%b"' % content.replace(b'"', b'""')
    return content


def some_columns(
    columns: list[str], choose: random.Random, make: Callable[[random.Random], bytes]
) -> dict[str, bytes]:
    """A strange cell for one column, often, or for several."""
    share = choose.choice((0, 0, 0.3, 0.8))
    chosen = {choose.choice(columns)} | {name for name in columns if choose.random() < share}
    return {name: make(choose) for name in columns if name in chosen}
