"""The embedded broker: a Mosquitto of our own, as a supervised child on loopback and, if wanted, open to devices.

It dies with the hub, also when the hub is killed with -9: the kernel sends it SIGKILL when the thread that
started it ends (PDEATHSIG), so one thread starts it, waits for it and restarts it. A hub that died before the
signal was set is noticed by the parent's process id. Nothing that Mosquitto holds is trusted by any rule, so it
keeps nothing on disk. Each start of the hub has a new password for the hub's own user: a Mosquitto of an earlier
hub, or anyone's else, cannot be taken for ours.
"""

import os
import pwd
import resource
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import structlog

from hub.config import Address, Listen
from hub.credentials import HUB_USER, PROBE_USER, hashed, new_password, write_private, write_rules
from hub.errors import BrokerError
from hub.mosquitto_files import Entrance, config_text, entrance_text
from hub.process import file_limit

LOOPBACK = "127.0.0.1"
LOG_BYTES = 8 * 1024 * 1024
READY_S = 10.0
RESTART_S = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Waits before each restart; the last one stays."""

# PDEATHSIG is set by setpriv, survives both exec, and came too late if the parent is another one by then.
# A reload that comes before Mosquitto handles SIGHUP must not end it.
_START = 'test "$PPID" = "$1" && trap "" HUP && exec "$2" -c "$3"'

log = structlog.get_logger("broker")


def find() -> Path:
    """Where Mosquitto is installed. Raises BrokerError."""
    path = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin")
    if path is None:
        raise BrokerError(
            "Mosquitto is not installed. Install it (Debian: apt-get install mosquitto) or name a broker by --broker."
        )
    return Path(path)


def version(program: Path) -> str:
    """What Mosquitto says of itself, such as `2.0.11`."""
    said = subprocess.run([program, "-h"], capture_output=True, text=True, check=False, timeout=10).stdout
    return said.partition("version ")[2].split("\n")[0].strip() or "unknown"


def claim(port: int, host: str = LOOPBACK, option: str = "--mqtt-port") -> int:
    """A port of an address that is free at this moment: the one asked for, or any for 0. Raises BrokerError."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host or "0.0.0.0", port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return int(probe.getsockname()[1])
    except OSError as error:
        raise BrokerError(
            f"Port {port} of {host or 'this machine'} cannot be used for MQTT ({error.strerror}); another broker may "
            f"run. Stop it (Debian: systemctl stop mosquitto), or choose a port by {option} (0 picks a free one)."
        ) from error


class Mosquitto:
    """One supervised Mosquitto. `start` returns when it accepts connections; `stop` leaves no process behind."""

    def __init__(
        self,
        folder: Path,
        port: int,
        devices: Callable[[], Mapping[str, str]],
        entrance: Entrance | None = None,
    ) -> None:
        """`devices` gives the users at any time: name -> hashed password. Without an entrance: loopback only."""
        self.folder = folder
        self.program = find()
        self._wanted_port = port
        self._devices = devices
        self._entrance = entrance
        self.entrance_port: int | None = None
        self._password = new_password()
        self._hub_hash = hashed(self._password)
        self._child: subprocess.Popen[bytes] | None = None
        self._guard = threading.RLock()
        self._listening = False
        self._rules_changed = False
        self._stopping = threading.Event()
        self._ready = threading.Event()
        self._failure: BrokerError | None = None
        self._thread = threading.Thread(target=self._supervise, name="mosquitto")
        self.address = Address(host=LOOPBACK, port=port, user=HUB_USER, password=self._password)

    @property
    def pid(self) -> int | None:
        """The process id of the running child."""
        child = self._child
        return child.pid if child is not None and child.poll() is None else None

    @property
    def alive(self) -> bool:
        """Whether it is watched over; it may be between two lives."""
        return self._thread.is_alive()

    def start(self) -> Address:
        """Start it and say where it is. Raises BrokerError: port taken, folder not writable, not installed."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder.chmod(0o700)
        except OSError as error:
            raise BrokerError(f"The broker's folder {self.folder} cannot be written: {error.strerror}.") from error
        port = claim(self._wanted_port)
        self.address = Address(host=LOOPBACK, port=port, user=HUB_USER, password=self._password)
        write_private(self.folder / "mosquitto.conf", self._config(port))
        write_private(self.folder / "hub-password", self._password + "\n")
        self._write_rules()
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            self._thread.join()
            raise self._failure
        return self.address

    def reload(self) -> Address:
        """Write who may connect anew and make the running broker read it; whose password is gone is thrown out.

        The answer can sign in as soon as the broker has read it.
        """
        with self._guard:
            password = self._write_rules()
            self._rules_changed = True
            if self._listening and self._child is not None:
                self._child.send_signal(signal.SIGHUP)
        return Address(host=LOOPBACK, port=self.address.port, user=PROBE_USER, password=password)

    def stop(self) -> None:
        """End the child and the thread that watches it. Idempotent."""
        self._stopping.set()
        self._end_child()
        if self._thread.ident is not None:
            self._thread.join()

    def _config(self, port: int) -> str:
        text = config_text(self.folder, _user_name(), Listen(host=LOOPBACK, port=port))
        if self._entrance is None:
            return text
        listen = self._entrance.listen
        self.entrance_port = claim(listen.port, listen.host, "--listen")
        where = Listen(host=listen.host, port=self.entrance_port)
        return text + entrance_text(self.folder, where, file_limit())

    def _write_rules(self) -> str:
        """Everything that a reload reads; the probe's new password."""
        password = new_password()
        certified: Collection[str] = ()
        with self._guard:
            if self._entrance is not None:
                for name, pem in self._entrance.papers().items():
                    write_private(self.folder / name, pem)
                certified = self._entrance.certified()
            write_rules(
                self.folder,
                self._devices(),
                hub_hash=self._hub_hash,
                certified=certified,
                probe_hash=hashed(password),
            )
        return password

    def _supervise(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            failure = self._run_once()
            if not self._ready.is_set():
                self._failure = failure
                self._ready.set()
                return
            if self._stopping.is_set():
                return
            failures = 0 if time.monotonic() - began > 60 else failures + 1
            wait_s = RESTART_S[min(failures, len(RESTART_S)) - 1] if failures else RESTART_S[0]
            log.error("broker-died", reason=str(failure), restart_s=wait_s)
            self._stopping.wait(wait_s)

    def _run_once(self) -> BrokerError:
        """One life of the child, from its start to its end."""
        log_path = self.folder / "mosquitto.log"
        _rotate(log_path)
        try:
            with log_path.open("ab") as output:
                offset = output.tell()
                child = self._spawn(output.fileno())
        except OSError as error:
            return BrokerError(f"Mosquitto cannot be started: {error}.")
        if self._await_ready(child):
            log.info("broker-up", port=self.address.port, pid=child.pid)
            self._listens(child)
            self._watch(child, log_path)
            self._listening = False
        self._end_child()
        said = _tail(log_path, offset)
        return BrokerError(f"Mosquitto ended with {child.returncode}. It said: {said or 'nothing'}")

    def _spawn(self, output: int) -> "subprocess.Popen[bytes]":
        command = ["setpriv", "--pdeathsig", "KILL", "sh", "-c", _START, "sh", str(os.getpid()), str(self.program)]
        with self._guard:
            self._rules_changed = False
            self._child = subprocess.Popen(
                [*command, str(self.folder / "mosquitto.conf")],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
            if self._stopping.is_set():
                self._end_child()
            else:
                _raise_file_limit(self._child.pid)
            return self._child

    def _await_ready(self, child: "subprocess.Popen[bytes]") -> bool:
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline and child.poll() is None and not self._stopping.is_set():
            try:
                socket.create_connection((LOOPBACK, self.address.port), timeout=1).close()
            except OSError:
                self._stopping.wait(0.02)
            else:
                # Someone else may have taken the port: then our child ends at once.
                self._stopping.wait(0.02)
                return child.poll() is None
        return False

    def _listens(self, child: "subprocess.Popen[bytes]") -> None:
        with self._guard:
            self._listening = True
            if self._rules_changed:  # while it started: it may have read the rules before
                child.send_signal(signal.SIGHUP)
        self._ready.set()

    def _watch(self, child: "subprocess.Popen[bytes]", log_path: Path) -> None:
        while child.poll() is None:
            try:
                child.wait(timeout=30)
            except subprocess.TimeoutExpired:
                if _rotate(log_path):
                    child.send_signal(signal.SIGHUP)  # it opens a new log

    def _end_child(self) -> None:
        child = self._child
        if child is None or child.poll() is not None:
            return
        child.terminate()
        try:
            child.wait(timeout=3)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _user_name() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # a container's bare number: Mosquitto changes its user only as root, who has a name
        return str(os.geteuid())


def _raise_file_limit(pid: int) -> None:
    _, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (file_limit(pid), hard))


def _rotate(path: Path) -> bool:
    try:
        if path.stat().st_size <= LOG_BYTES:
            return False
        path.replace(path.with_suffix(".log.1"))
    except OSError:
        return False
    return True


def _tail(path: Path, offset: int) -> str:
    """The last lines that were written after an offset, on one line."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            text = file.read(LOG_BYTES).decode(errors="replace")
    except OSError:
        return ""
    return " / ".join(line.strip() for line in text.splitlines()[-3:])
