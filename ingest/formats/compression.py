"""Bodies that were compressed for the way: gzip and zstd, as a stream, so that a bomb is noticed
and not unpacked."""

from __future__ import annotations

import pyarrow

from ingest.pipeline.decode import NotReadings

ENCODINGS = ("gzip", "zstd")


class TooLargeUnpacked(Exception):
    """The body is larger than a request may be once it is unpacked."""


def unpack(body: bytes, encoding: str, *, bytes_max: int) -> bytes:
    """The body as it was before `encoding`, one of ENCODINGS. Raises NotReadings,
    TooLargeUnpacked."""
    try:
        with pyarrow.input_stream(pyarrow.py_buffer(body), compression=encoding) as stream:
            plain: bytes = stream.read(bytes_max + 1)
    except (OSError, pyarrow.ArrowInvalid) as error:
        raise NotReadings(f"the body is not {encoding}, or not the whole of it: {error}") from None
    if len(plain) > bytes_max:
        raise TooLargeUnpacked(f"unpacked, the body is larger than {bytes_max} bytes")
    return plain
