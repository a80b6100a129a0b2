"""What the API needs of the rest of the hub."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from argon2 import PasswordHasher

from hub import fonts
from hub.admission import Admission
from hub.api.fanout import Fanout
from hub.api.live import LiveFeed
from hub.base_map import BaseMap
from hub.desk import Desk
from hub.device_sessions import DeviceSessions
from hub.first_run import FirstRun
from hub.inviting import Offer
from hub.names import LOOPBACK
from hub.sitedata import SiteData
from hub.store.database import Database
from hub.vault import Vault
from paper.text import Font


class Credentials(Protocol):
    """What a new device needs to connect; `config` is its configuration file (TOML)."""

    @property
    def name(self) -> str: ...
    @property
    def password(self) -> str: ...
    @property
    def config(self) -> str: ...


class DeviceRegistry(Protocol):
    """Lets devices in."""

    def add_device(self, name: str, kind: str, *, by: str) -> Credentials:
        """Add a device and give its credentials, which are shown this once. Raises HubError."""

    def remove_device(self, name: str, *, by: str) -> str:
        """Let a device in no longer, and end its connection; what a person has to do yet, mostly nothing.

        Raises DeviceError for a name that is none.
        """


class Inviter(Protocol):
    """Invites devices by a code."""

    def invite(self, device: str, kind: str | None, hours: float, *, by: str) -> Offer:
        """An invitation, whose code is shown this once. Raises InvitationError."""


class Timing(Protocol):
    """Durations, counted."""

    total_s: float

    def buckets(self) -> list[tuple[str, float]]:
        """Cumulative: (upper bound in seconds, how many took no longer)."""


def no_faults() -> Sequence[str]:
    """For a hub that has nothing else to go wrong."""
    return ()


def nobody_asked(_device: str) -> None:
    """For a hub that sends nothing to devices."""


def nothing_to_follow() -> None:
    """For a hub that follows no parcels."""


def installed_font() -> Font:
    """The Chinese font that is installed here. Raises FontError."""
    return fonts.load(None)


def no_gauges() -> Mapping[str, float]:
    """For a hub that measures nothing else."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything that create_app is given. `clock` tells Unix ms; `ui` is the folder of the built dashboard.

    `gauges` is asked at each scrape of the metrics: names (letters, digits, underscore) to values; what ends in
    `_total` counts. `timings` are shown with them. `faults` says why the hub cannot take in what devices deliver.
    `hosts` are the names by which browsers may call the hub: a page elsewhere cannot reach it by pointing its own name
    here. `admission` and `inviter` are those of a hub that listens for devices on other machines; `device_sessions` and
    `site_data` serve devices that ask for what they may know. `desk` posts what people decide as facts of the hub;
    `follow` works out at once what facts that are in mean for parcels.
    `vault` opens what is sealed of recipients. `first_run` lets in the first administrator of an empty hub.
    `public_url` is where recipients reach this hub, '' where nobody said so. `keep_days` and `notices_host` are shown
    to whoever looks how the hub is set up.
    """

    database: Database
    clock: Callable[[], int]
    run: str
    ledger: str
    version: str
    ui: Path
    live: LiveFeed
    positions: Fanout
    devices: DeviceRegistry
    vault: Vault
    first_run: FirstRun | None = None
    base_map: BaseMap | None = None
    admission: Admission | None = None
    inviter: Inviter | None = None
    device_sessions: DeviceSessions | None = None
    site_data: SiteData | None = None
    desk: Desk | None = None
    gauges: Callable[[], Mapping[str, float]] = no_gauges
    timings: Mapping[str, Timing] = field(default_factory=dict)
    faults: Callable[[], Sequence[str]] = no_faults
    asked: Callable[[str], None] = nobody_asked
    follow: Callable[[], object] = nothing_to_follow
    hosts: frozenset[str] = LOOPBACK
    hasher: PasswordHasher = field(default_factory=PasswordHasher)
    font: Callable[[], Font] = installed_font
    slowest_refusal_s: float = 0.3
    public_url: str = ""
    keep_days: int = 90
    notices_host: str = ""
