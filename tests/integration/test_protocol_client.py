"""The example client of docs/protocol.md is not only shown: it runs."""

import json
import re
import subprocess
import sys
from pathlib import Path

import httpx

from tests.support.hub_process import HubProcess, cli_json

PROTOCOL = Path(__file__).parents[2] / "docs" / "protocol.md"


def test_the_client_in_the_protocol_description_delivers_a_scan_to_a_real_hub(tmp_path):
    (source,) = re.findall(r"^```python\n(.*?)^```", PROTOCOL.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    client = tmp_path / "client.py"
    client.write_text(source, encoding="utf-8")
    with HubProcess(tmp_path / "hub") as hub:
        device = cli_json("device", "add", "stranger-1", data=hub.data)
        command = [sys.executable, str(client), "127.0.0.1", str(hub.mqtt_port), "stranger-1", device["password"]]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        said = json.loads(done.stdout)
        assert said["through"] == 1
        token = cli_json("token", "add", "reader", "--role", "auditor", data=hub.data)["token"]
        found = httpx.get(
            f"{hub.http}/api/v1/journal",
            params={"device": "stranger-1"},
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
        )
    (row,) = found.json()["rows"]
    assert (row["kind"], row["stream"], row["seq"]) == ("scan", said["stream"], 1)
    assert row["item"]["labels"] == ["]C1010950110153000310LOT-7"]
