"""Parameter sets of H.264 and H.265: which a sample entry has, which an encoder made.

Pure: bytes in, bytes out. NAL units are without start code and without length. Sources: ISO/IEC
14496-15 (avcC, hvcC), H.264 and H.265, Annex B.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass

AVC_SEI, AVC_SPS, AVC_PPS, AVC_DELIMITER = 6, 7, 8, 9
HEVC_DELIMITER, HEVC_PREFIX_SEI, HEVC_SUFFIX_SEI = 35, 39, 40

_START_CODE = b"\0\0\1"


@dataclass(frozen=True, slots=True)
class AvcParameters:
    """What an avcC box has."""

    sps: tuple[bytes, ...]
    pps: tuple[bytes, ...]

    @classmethod
    def read(cls, avcc: bytes) -> AvcParameters:
        """Raises IndexError or struct.error for bytes that are no avcC."""
        sps, at = _counted(avcc, 6, avcc[5] & 31)
        pps, _ = _counted(avcc, at + 1, avcc[at])
        return cls(sps, pps)

    @classmethod
    def of_units(cls, units: Iterable[bytes]) -> AvcParameters:
        listed = list(units)
        return cls(
            tuple(unit for unit in listed if avc_kind(unit) == AVC_SPS),
            tuple(unit for unit in listed if avc_kind(unit) == AVC_PPS),
        )

    def beside(self, other: AvcParameters) -> AvcParameters:
        """Both, for a track in which each slice names its own set by its id."""
        return AvcParameters(self.sps + other.sps, self.pps + other.pps)

    def box(self) -> bytes:
        """The avcC's content: the first set's profile, the highest level, lengths of four bytes."""
        profile, compatibility = self.sps[0][1], self.sps[0][2]
        level = max(sps[3] for sps in self.sps)
        head = bytes((1, profile, compatibility, level, 0xFF, 0xE0 | len(self.sps)))
        return head + _joined(self.sps) + bytes((len(self.pps),)) + _joined(self.pps)


def hevc_units(hvcc: bytes) -> list[bytes]:
    """The parameter sets of an hvcC box, in its order."""
    units: list[bytes] = []
    at = 23
    for _ in range(hvcc[22]):
        (count,) = struct.unpack_from(">H", hvcc, at + 1)
        found, at = _counted(hvcc, at + 3, count)
        units += found
    return units


def annexb_units(data: bytes) -> list[bytes]:
    """What an encoder puts out, cut at start codes."""
    starts = []
    at = data.find(_START_CODE)
    while at >= 0:
        starts.append(at + 3)
        at = data.find(_START_CODE, at + 3)
    ends = [start - 3 for start in starts[1:]] + [len(data)]
    return [
        # The fourth byte of the next start code is a zero that belongs to nobody.
        data[start:end] if end == len(data) else data[start:end].rstrip(b"\0")
        for start, end in zip(starts, ends, strict=True)
    ]


def with_lengths(units: Iterable[bytes]) -> bytes:
    """As samples of an MP4 have them."""
    return b"".join(struct.pack(">I", len(unit)) + unit for unit in units)


def avc_kind(unit: bytes) -> int:
    return unit[0] & 31


def hevc_kind(unit: bytes) -> int:
    return unit[0] >> 1 & 63


def _counted(data: bytes, at: int, count: int) -> tuple[tuple[bytes, ...], int]:
    """So many units, each after its length of two bytes; and where they end."""
    units = []
    for _ in range(count):
        (length,) = struct.unpack_from(">H", data, at)
        units.append(data[at + 2 : at + 2 + length])
        at += 2 + length
    return tuple(units), at


def _joined(units: Iterable[bytes]) -> bytes:
    return b"".join(struct.pack(">H", len(unit)) + unit for unit in units)
