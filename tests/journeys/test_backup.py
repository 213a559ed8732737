"""A backup of a platform that runs, restored where nothing is: the same devices go on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from app.embedded.backup.recovery import FILE
from app.embedded.backup.seal import new_key
from tests.make.devices import connect, provision_device, reading
from tests.make.endless import EndlessDevice, stored_of
from tests.make.exports import create_export, download, export_of, wait_for_export
from tests.make.platform import (
    RunningPlatform,
    running_platform,
    start_platform,
    state_directory,
)
from tests.make.workers import wait_until

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def source() -> Iterator[RunningPlatform]:
    with running_platform() as platform:
        yield platform


def holdfast(*argv: str | Path, key: str = "", code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "app", *argv],
        env={**os.environ, "HOLDFAST_BACKUP_KEY": key},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_same_devices_go_on_where_a_backup_was_restored(
    source: RunningPlatform, tmp_path: Path
) -> None:
    organization = source.new_organization()
    staying, leaving = (provision_device(organization, name) for name in ("staying", "leaving"))
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    endless = EndlessDevice(source, staying, start, reconnect=True)
    endless.wait_for(500)
    export = create_export(organization, scopeType="ORGANIZATION", scopeId=organization.id)
    packed = download(wait_for_export(organization, export["id"]))

    private, public = new_key()
    (source.state / "state" / FILE).write_text(public)
    acknowledged = set(endless.acknowledged)
    file = tmp_path / "holdfast.backup"
    holdfast("backup", "create", file, "--state-dir", source.state / "state")
    endless.wait_for(100)  # nothing waits for a backup
    end = endless.stop()
    assert public in holdfast("backup", "show", file)
    assert "It can be restored." in holdfast("backup", "verify", file, key=private)
    assert "can't be opened" in holdfast("backup", "verify", file, key=new_key()[0], code=2)

    revoke = f"/devices/{leaving.id}/certificates/{leaving.serial}/revoke"
    assert organization.http.post(revoke).is_success
    crl = tmp_path / "last.crl"

    def is_listed() -> bool:
        crl.write_bytes(organization.http.get("/pki/crl").content)
        listed = x509.load_der_x509_crl(crl.read_bytes())
        return listed.get_revoked_certificate_by_serial_number(int(leaving.serial, 16)) is not None

    wait_until(is_listed, "the certificate is on the list")
    source.kill_everything()

    with state_directory() as state:
        into = ("restore", file, "--state-dir", state / "state", "--replace")
        assert "can't be opened" in holdfast(*into, key=new_key()[0], code=2)
        assert "1 certificates were revoked again" in holdfast(*into, "--crl", crl, key=private)
        assert "holds an installation already" in holdfast(*into, key=private, code=2)
        restored = start_platform(state)
        try:
            with restored.client(organization.key) as http:
                organization.http = http
                stored = set(stored_of(organization, staying, start, end))
                assert acknowledged <= stored
                assert download(export_of(organization, export["id"])) == packed
                events = http.get("/events", params={"type": "ORGANIZATION"}).json()["items"]
                assert events[0]["title"] == "Restored from a backup"
                session = connect(restored, staying)
                session.publish_all([reading("value", datetime.now(UTC), 1)])
                session.close()
                with pytest.raises(ConnectionError):
                    connect(restored, leaving)
        finally:
            restored.stop()
