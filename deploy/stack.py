"""The real programs as child processes: a hub, agents. For the demo, benchmarks and tests.

Everything is started as a user would start it, through the installed commands; what came of it is read by REST.
"""

import json
import os
import signal
import subprocess
import time
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

from deploy.program import HERE, Program, StackError, free_port, wait_for
from deploy.rest import Rest
from edge.store.knowledge import NAME as KNOWN
from edge.store.known_site import KnownSite
from wire.sitedata import Parcel


class Hub(Program):
    """`relay-hub up` on a data folder, on ports that stay the same when it is started again."""

    def __init__(
        self,
        data: Path,
        *,
        http_port: int = 0,
        mqtt_port: int = 0,
        broker: str | None = None,
        listen: bool = False,
        https_port: int = 0,
    ) -> None:
        """With `listen` devices join by `https_port` (0: any), and come in by `mqtts_port`."""
        self.data = data
        self.http_port = http_port or free_port()
        self.mqtt_port = mqtt_port or free_port()
        command = [str(HERE / "relay-hub"), "up", "--data", str(data), "--http-port", str(self.http_port)]
        command += ["--broker", broker] if broker else ["--mqtt-port", str(self.mqtt_port)]
        self.mqtts_port = free_port() if listen else 0
        self.https_port = (https_port or free_port()) if listen else 0
        if listen:
            command += ["--listen", f"127.0.0.1:{self.mqtts_port}", "--https-port", str(self.https_port)]
        super().__init__("hub", command, data.parent / "hub.log")
        self._rest: Rest | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def rest(self) -> Rest:
        """The REST interface, as an administrator."""
        if self._rest is None:
            made = self.command_line(
                "token", "add", f"stack-{os.getpid()}-{time.monotonic_ns()}", "--role", "admin", "--json"
            )
            self._rest = Rest(self.url, json.loads(made)["token"])
        return self._rest

    def start(self) -> None:
        super().start()
        wait_for(f"the hub ({self.log})", self.healthy, timeout_s=60)

    def healthy(self) -> bool:
        """Whether it answers. Raises StackError if it has ended."""
        if not self.alive:
            raise StackError(f"the hub ended:\n{self.tail()}")
        try:
            with urllib.request.urlopen(f"{self.url}/api/v1/health", timeout=2) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except OSError:
            return False

    def command_line(self, *arguments: str) -> str:
        """Run another `relay-hub` command on the same data folder; its standard output."""
        command = [str(HERE / "relay-hub"), *arguments, "--data", str(self.data)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode:
            raise StackError(f"relay-hub {' '.join(arguments)} failed: {done.stderr or done.stdout}")
        return done.stdout

    def broker_pid(self) -> int | None:
        """The embedded Mosquitto's process id, by looking at the hub's children."""
        for path in Path(f"/proc/{self.pid}/task").glob("*/children"):
            for child in path.read_text().split():
                if "mosquitto" in Path(f"/proc/{child}/comm").read_text():
                    return int(child)
        return None

    def kill_broker(self) -> None:
        """Kill -9 of the broker alone; the hub starts another one."""
        pid = self.broker_pid()
        if pid is not None:
            os.kill(pid, signal.SIGKILL)

    def add_device(self, name: str, kind: str) -> str:
        """Let a device in; its password."""
        return str(json.loads(self.command_line("device", "add", name, "--kind", kind, "--json"))["password"])

    def invite(self, name: str, kind: str = "scanner") -> dict[str, Any]:
        """What a device needs to join: `code`, `qr` and `command`; see also deploy.newcomer."""
        return dict(json.loads(self.command_line("device", "invite", name, "--kind", kind, "--json")))


class Agent(Program):
    """`relay-edge run` with a configuration file written here; `data` is its data folder, if it is not beside that.

    Without a password it has to `join` before it starts, and then comes in by its certificate.
    """

    def __init__(
        self, folder: Path, name: str, kind: str, *, port: int, ports: str, password: str = "", data: Path | None = None
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.config = folder / f"{name}.toml"
        self.data = data or folder / name
        self.config.touch(mode=0o600)
        known_by = f'username = "{name}"\npassword = "{password}"\n' if password else 'identity = "identity"\n'
        self.config.write_text(
            f'[device]\nname = "{name}"\nkind = "{kind}"\ndata = "{self.data}"\n\n'
            f'[hub]\nhost = "127.0.0.1"\nport = {port}\n{known_by}\n{ports}'
        )
        command = [str(HERE / "relay-edge"), "run", "--config", str(self.config)]
        super().__init__(name, command, folder / f"{name}.log")

    @property
    def joined(self) -> bool:
        """Whether it has an identity."""
        return (self.data / "identity").exists()

    def join(self, qr: str) -> None:
        """Join a hub by what its QR code says. Raises StackError."""
        command = [str(HERE / "relay-edge"), "join", qr, "--config", str(self.config)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode:
            raise StackError(f"{self.name} could not join: {done.stderr or done.stdout}")

    def handover(self) -> str:
        """`relay-edge handover`: open deliveries and pick lists that the device knows of, and what it did."""
        command = [str(HERE / "relay-edge"), "handover", "--config", str(self.config)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode:
            raise StackError(f"{self.name} hands nothing over: {done.stderr or done.stdout}")
        return done.stdout

    def parcel(self, id_: str) -> Parcel | None:
        """What the device was told of a parcel."""
        with closing(KnownSite(self.data / KNOWN)) as site:
            return site.parcel(id_)

    def recalled(self, goods: str, lot: str) -> bool:
        """Whether the device warns of a lot."""
        with closing(KnownSite(self.data / KNOWN)) as site:
            note = site.lot(goods, lot)
            return note is not None and note.state == "recalled"

    def status(self) -> dict[str, Any]:
        """What the agent says of itself; empty before its first word."""
        path = self.data / "status.json"
        try:
            return dict(json.loads(path.read_text()))
        except (OSError, ValueError):
            return {}


def scanner_section(port: Path, **keys: str) -> str:
    """The [[scanner]] section of an agent's configuration."""
    lines = [f'port = "{port}"', *(f"{key} = {json.dumps(value)}" for key, value in keys.items())]
    return "[[scanner]]\n" + "\n".join(lines) + "\n"


def terminal_section(port: int, **keys: str) -> str:
    """The [terminal] section of an agent's configuration."""
    lines = [f"port = {port}", *(f"{key} = {json.dumps(value)}" for key, value in keys.items())]
    return "\n[terminal]\n" + "\n".join(lines) + "\n"


def gnss_section(port: Path, rate_hz: int = 1) -> str:
    """The [[gnss]] section of an agent's configuration."""
    return f'[[gnss]]\nport = "{port}"\nrate_hz = {rate_hz}\n'
