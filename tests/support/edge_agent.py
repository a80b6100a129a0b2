"""The agent as a process of its own, as it runs on a device."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

from tests.support.edge_ports import until

ROOT = Path(__file__).parents[2]


def closed_port() -> int:
    """A TCP port of this machine that nobody listens on."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write_config(folder: Path, *, name="wh1-scanner-1", scanners=(), gnss=(), mqtt_port=None, extra="") -> Path:
    """A device's configuration for these ports."""
    lines = [
        f'[device]\nname = "{name}"\nkind = "scanner"\ndata = "data"',
        f'[hub]\nhost = "127.0.0.1"\nport = {mqtt_port or closed_port()}\npassword = "secret"',
        *(f'[[scanner]]\nport = "{port}"\ndo = "receive"\nto = "place:wh-1/a01"' for port in scanners),
        *(f'[[gnss]]\nport = "{port}"\nrate_hz = 10' for port in gnss),
        extra,
    ]
    path = folder / "edge.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    path.chmod(0o600)
    return path


class AgentProcess:
    """Started at once; killed at the end of the `with` block if it still runs."""

    def __init__(self, config: Path, code: str | None = None):
        self.events: list[dict] = []
        start = ["-c", code] if code else ["-m", "edge.agent", "--config", str(config)]
        self.process = subprocess.Popen([sys.executable, *start], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        self.pid = self.process.pid
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.ended()

    def named(self, event):
        return [line for line in self.events if line.get("event") == event]

    def says(self, event, timeout_s=30.0):
        """The first event of this name."""
        found = until(lambda: self.named(event) or self.process.poll() is not None, event, timeout_s)
        if found is True:
            self._reader.join()
        assert self.named(event), f"no {event}, it ended; it said: {self.events}"
        return self.named(event)[0]

    def kill(self, number=signal.SIGKILL):
        os.kill(self.pid, number)

    def ended(self, timeout_s=30.0) -> int:
        """The exit code."""
        code = self.process.wait(timeout_s)
        self._reader.join()
        self.process.stderr.close()
        return code

    def rss_bytes(self) -> int:
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def _read(self):
        for line in self.process.stderr:
            try:
                self.events.append(json.loads(line))
            except ValueError:
                self.events.append({"event": "text", "text": line})


def relay_edge(*arguments) -> subprocess.CompletedProcess:
    """One command of relay-edge, to its end."""
    environment = os.environ | {"COLUMNS": "300", "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-m", "edge", *map(str, arguments)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
