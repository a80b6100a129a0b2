"""What the doctor says of a terminal's door for handhelds."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from edge.config import Settings, load
from edge.findings import Finding
from edge.terminal_checks import examine_terminal
from edge.ui.certificate import context
from tests.support.edge_agent import closed_port


def settings(folder: Path, port: int) -> Settings:
    config = folder / "edge.toml"
    config.touch(mode=0o600)
    config.write_text(
        '[device]\nname = "term-1"\nkind = "terminal"\ndata = "."\n'
        '[hub]\nhost = "127.0.0.1"\nport = 1\npassword = "x"\n'
        f'[terminal]\nport = {closed_port()}\nlisten = "127.0.0.1"\ntls_port = {port}\n'
    )
    return load(config)


@contextmanager
def door(folder: Path) -> Iterator[int]:
    """A port that shakes hands with the certificate of a folder."""
    folder.mkdir(exist_ok=True)
    tls, _ = context(folder, "term-1")
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            with suppress(OSError, ssl.SSLError):
                tls.wrap_socket(listening.accept()[0], server_side=True).close()

        thread = threading.Thread(target=answer)
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


def found(settings: Settings, *, running: bool) -> Finding:
    (one,) = (
        each for each in examine_terminal(settings, running=running) if str(settings.terminal.tls_port) in each.check
    )
    return one


def test_the_handhelds_door_answers_with_the_devices_own_certificate(tmp_path):
    with door(tmp_path / "terminal") as port:
        one = found(settings(tmp_path, port), running=True)
    assert (one.fault, one.said) == (False, "answers with this device's certificate")


def test_a_program_that_answers_in_the_doors_place_is_told(tmp_path):
    (tmp_path / "terminal").mkdir()
    context(tmp_path / "terminal", "term-1")
    with door(tmp_path / "other") as port:
        one = found(settings(tmp_path, port), running=True)
    assert one.fault
    assert "another certificate" in one.said


@pytest.mark.parametrize("content", [None, b"\xff no certificate"])
def test_a_door_without_its_certificate_or_that_nobody_opens_is_told_with_what_helps(tmp_path, content):
    if content is None:
        one = found(settings(tmp_path, closed_port()), running=True)
    else:
        with door(tmp_path / "terminal") as port:
            (tmp_path / "terminal" / "certificate.pem").write_bytes(content)
            one = found(settings(tmp_path, port), running=True)
    assert one.fault
    assert "certificate.pem" in one.todo
    assert "new fingerprint" in one.todo


def test_before_the_agent_runs_the_doors_port_has_to_be_free(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        one = found(settings(tmp_path, taken.getsockname()[1]), running=False)
    assert one.fault
    assert "choose another in [terminal]" in one.todo


@pytest.mark.parametrize("file", ["certificate.pem", "key.pem"])
@pytest.mark.parametrize("content", [b"", b"\xff" * 100])
def test_a_certificate_that_a_disk_has_spoiled_is_made_anew(tmp_path, file, content):
    _, before = context(tmp_path, "term-1")
    (tmp_path / file).write_bytes(content)
    _, after = context(tmp_path, "term-1")
    assert after != before
    assert context(tmp_path, "term-1")[1] == after
