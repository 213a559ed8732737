"""A browser reads the stream in both of the ways that the documentation tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.make.devices import register_device
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import at, by_key, send
from tests.openapi.browser import PROGRAM, open_tab

FETCH = """
(async () => {
  window.told = [];
  const answer = await fetch('/api/v1/readings/stream?all=true', {headers: {Authorization: 'Bearer ' + window.token}});
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  (async () => {
    let text = '';
    for (;;) {
      const {value, done} = await reader.read();
      if (done) return;
      text += value;
      const parts = text.split('\\n\\n');
      text = parts.pop();
      for (const part of parts) {
        const fields = Object.fromEntries(part.split('\\n').map((line) => line.split(/: ?(.*)/, 2)));
        if (fields.data) window.told.push({event: fields.event, id: fields.id, data: JSON.parse(fields.data)});
      }
    }
  })();
  return answer.status;
})()
"""
WEBSOCKET = """
window.told = [];
window.codes = [];
window.socket = new WebSocket(location.origin.replace('http', 'ws') + '/api/v1/readings/stream?all=true',
  ['holdfast', 'bearer.' + window.token]);
window.socket.onmessage = (message) => window.told.push(JSON.parse(message.data));
window.socket.onclose = (closed) => { window.codes.push(closed.code); };
"""


@pytest.mark.skipif(
    PROGRAM is None, reason="no Chromium is installed: live readings are not tried in a browser"
)
def test_a_browser_is_told_over_fetch_and_over_a_websocket(
    platform: RunningPlatform, organization: Organization, tmp_path: Path
) -> None:
    device = register_device(organization, "browser")["deviceId"]
    with open_tab(tmp_path) as tab:
        tab.send("Page.enable")
        tab.send("Page.navigate", url=f"{platform.base_url}/api/v3")
        tab.wait_for("location.pathname === '/api/v3' && document.readyState === 'complete'")
        tab.run(f"window.token = {organization.access_token!r}")

        for number, script in enumerate((FETCH, WEBSOCKET), 1):
            tab.run(script)
            tab.wait_for("window.told.some(({event}) => event === 'snapshot')")
            send(organization, [by_key(device, "t", at(number), number + 0.5)])
            tab.wait_for("window.told.some(({event}) => event === 'readings')")
            values = (
                "told.filter(({event}) => event === 'readings').flatMap(({data}) => data.items)"
            )
            assert number + 0.5 in tab.run(f"{values}.map(({{value}}) => value)")
            assert tab.run("window.told.at(-1).id")

        tab.run("window.token = 'expired'")
        tab.run(WEBSOCKET)
        tab.wait_for("window.codes.length > 0")
        assert tab.run("window.codes") == [4401]
