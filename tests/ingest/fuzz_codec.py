"""The codec, led by what of it the bytes reach: `make fuzz` runs this for FUZZ_SECONDS.

What is fed in is cut at places that its own first bytes say, and must mean the same as in one
piece.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path

CUTS = 4
LONGEST_BYTES = 4096


def main() -> int:
    """In a process of its own, which libFuzzer ends as it likes."""
    if importlib.util.find_spec("atheris") is None:  # there are wheels for Linux on x86-64 alone
        print("no atheris here: the codec is fuzzed by tests/ingest/test_codec.py alone")
        return 0
    with tempfile.TemporaryDirectory(prefix="holdfast-fuzz-") as folder:
        command = [sys.executable, "-m", "tests.ingest.fuzz_codec", folder]
        code = subprocess.run(command, check=False).returncode
        for file in Path(folder).glob("crash-*"):
            print(f"fails: bytes.fromhex({file.read_bytes().hex()!r})")
    return code


def fuzz(folder: str) -> None:
    """Does not return."""
    import atheris

    with atheris.instrument_imports(include=["ingest.mqtt", "amqtt.mqtt"]):
        driver = importlib.import_module("tests.ingest.codec_driver")

    def try_one(given: bytes) -> None:
        places, data = [2 * byte for byte in given[:CUTS]], given[CUTS:]
        assert driver.converse(driver.cut(data, places)) == driver.converse([data])

    seconds = os.environ.get("FUZZ_SECONDS", "60")
    for number, said in enumerate([b"", *driver.SAID, *driver.BREACHES]):
        Path(folder, str(number)).write_bytes(bytes(CUTS) + driver.CONNECTS[0] + said)
    options = [f"-max_total_time={seconds}", f"-max_len={LONGEST_BYTES}", "-verbosity=0"]
    options += ["-print_final_stats=1", f"-artifact_prefix={folder}/"]
    atheris.Setup([sys.argv[0], *options, folder], try_one)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main() if len(sys.argv) == 1 else fuzz(sys.argv[1]))
