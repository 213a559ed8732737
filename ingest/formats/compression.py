"""Bodies that were compressed for the way: gzip and zstd, as a stream, so that a bomb is noticed
and not unpacked."""

from __future__ import annotations

import pyarrow

from ingest.pipeline.decode import NotReadings, TooManyElements

PIECE_BYTES = 1024 * 1024


def unpack(body: bytes, encoding: str, *, bytes_max: int) -> bytes:
    """The body as it was before `encoding`, one of ENCODINGS. Raises NotReadings, and
    TooManyElements where it is larger than a request may be."""
    plain = bytearray()
    try:
        with pyarrow.input_stream(pyarrow.py_buffer(body), compression=encoding) as stream:
            while piece := stream.read(PIECE_BYTES):
                plain += piece
                if len(plain) > bytes_max:
                    raise TooManyElements(f"unpacked, the body is larger than {bytes_max} bytes")
    except (OSError, pyarrow.ArrowException) as error:
        raise NotReadings(f"the body is not {encoding}, or not the whole of it: {error}") from None
    return bytes(plain)
