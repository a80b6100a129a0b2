"""A hub that devices join, and devices that joined it with a code: as people set them up."""

from pathlib import Path

from deploy.link import Link
from deploy.program import free_port
from deploy.stack import Hub
from tests.support.chaos import Device, Scene, relay_edge
from tests.support.hub_process import cli_json


def open_hub(scene: Scene) -> tuple[Hub, Link, int]:
    """A hub that listens with TLS, the network between it and its devices, and the port where they join."""
    mqtt, https = free_port(), free_port()
    data = scene.folder / "hub" / "data"
    data.mkdir(mode=0o700, parents=True)
    (data / "hub.toml").write_text(f'[listen]\nat = "127.0.0.1:{mqtt}"\nhttps_port = {https}\n')
    return scene.hub(), scene.enter(Link(mqtt)), https


def let_in(scene: Scene, hub: Hub, link: Link, https: int, name: str) -> Device:
    """A device that joined with a code, at work."""
    device = scene.plug(name)
    agent = scene.employ(device, link.port)
    agent.config.write_text(
        f'[device]\ndata = "{agent.data}"\n\n'
        f'[hub]\nidentity = "identity"\nhost = "127.0.0.1"\nport = {link.port}\n\n{device.section()}'
    )
    code = cli_json("device", "invite", name, "--kind", "scanner", data=hub.data)["code"]
    relay_edge(device, "join", f"127.0.0.1:{https}", code)
    agent.start()
    return device


def write_stick(scene: Scene, device: Device, *more: str) -> Path:
    """What a person does at the device."""
    file = scene.folder / f"stick-{len(list(scene.folder.glob('stick-*')))}.relay"
    said = relay_edge(device, "outbox", "export", str(file), *more)
    assert str(file) in said
    return file


def take_in(hub: Hub, file: Path) -> tuple[int, int]:
    """What a person does at the hub: how many facts were new, and known."""
    report = cli_json("import-outbox", file, data=hub.data)
    new, known = (sum(stream.get(name, 0) for stream in report["streams"]) for name in ("new", "known"))
    return new, known
