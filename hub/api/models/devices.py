"""Devices, positions, tracks, and what is wrong."""

import base64
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from hub.api.models.shared import Input, Instant, Model, Next


class DeviceModel(Model):
    """A device as the hub knows it."""

    name: str
    kind: str
    site: str | None = Field(description="Where it stands, where somebody said so.")
    online: bool
    presence_at: Instant | None = Field(description="When it came or left, by the hub's clock.")
    connection: str | None
    run: str | None
    version: str | None
    last_seen: Instant | None
    last_fact_at: Instant | None
    last_position_at: Instant | None
    pending_facts: int | None = Field(description="Facts that it said it still holds back.")
    pending_telemetry: int | None
    others: int = Field(description="Connections that spoke under this name while another was alive.")
    lost: int = Field(description="Facts that it made, that have not come, and that it does not say it holds.")
    quarantined: int
    streams: int = Field(description="Runs of its agent that the hub has met.")
    access: Literal["certificate", "password", "none"] = Field(description="By what it is let in.")
    certificate_until: Instant | None = Field(description="When its newest certificate ends, or has ended.")
    clock_error_ms: int | None = Field(description="How far its clock may be off, by its own reckoning.")
    outbox_bytes: int | None = Field(description="What it keeps on its disk for the hub.")
    disk_free_bytes: int | None
    battery_pct: int | None = Field(description="Null where it has no battery, or says nothing of it.")
    health_at: Instant | None = Field(description="When the hub heard of its health last.")
    note: str | None = Field(description="What it says is wrong with itself.")


class Devices(Next):
    """Devices, by name; all of them unless a limit is asked for."""

    devices: list[DeviceModel]
    listening: bool = Field(description="Whether devices on other machines may join, by an invitation.")


class CameModel(Model):
    """A device came or left."""

    at: Instant = Field(description="By the hub's clock.")
    online: bool
    run: str
    connection: str
    version: str


class CamePage(Next):
    """When a device came and left, newest first."""

    rows: list[CameModel]


class HealthPointModel(Model):
    """What a device said of itself."""

    at: Instant
    pending_facts: int
    pending_telemetry: int
    outbox_bytes: int
    disk_free_bytes: int
    rss_bytes: int = Field(description="Memory of its agent.")
    battery_pct: int | None
    clock_error_ms: int | None
    version: str
    note: str


class HealthModel(Model):
    """A device's health over time, oldest first; thinned to some hundred points."""

    points: list[HealthPointModel]


class NewDevice(Input):
    """A device to let in."""

    name: str = Field(pattern=r"^[a-z0-9-]{1,40}$", examples=["wh1-scanner-1"])
    kind: Literal["scanner", "terminal", "vehicle"]


class CredentialsModel(Model):
    """What a new device needs; the password is shown this once."""

    name: str
    password: str
    config: str = Field(description="Its configuration file (TOML).")


class PositionModel(Model):
    """The newest good fix of a device."""

    device: str
    at: Instant
    lat: float
    lon: float
    speed_mps: float | None
    heading_deg: float | None
    quality: str
    age_s: float


class Positions(Model):
    """Where all vehicles are."""

    positions: list[PositionModel]


class TrackPointModel(Model):
    """One fix, good or not."""

    at: Instant
    lat: float
    lon: float
    verdict: str = Field(examples=["good", "zero", "jump", "future", "stuck", "simulated"])
    speed_mps: float | None


class TrackModel(Model):
    """Where a vehicle went."""

    points: list[TrackPointModel]
    distance_m: float = Field(description="Along all good fixes from the first point to the last, great circles.")
    truncated: bool = Field(description="Earlier points were left out: ask with `to` before the first.")
    thinned: bool = Field(description="Between the points there are more.")


class GapModel(Model):
    """Sequences that a device declared as missing."""

    device: str
    stream: str
    lane: str
    first: int
    last: int
    count: int
    reason: str
    declared_at: Instant


class GapPage(Next):
    """Open gaps, page by page."""

    rows: list[GapModel]


def _base64(value: Any) -> Any:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _text(value: Any) -> Any:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value


class QuarantineModel(Model):
    """Something that could not be understood."""

    id: str
    device: str
    stream: str | None
    lane: str | None
    seq: int | None
    received_at: Instant
    reason: str
    sentence: str
    detail: str
    times: int = Field(description="How often the same came.")
    bytes_b64: Annotated[str, BeforeValidator(_base64)] = Field(validation_alias="data")
    text: Annotated[str, BeforeValidator(_text)] = Field(
        validation_alias="data", description="The bytes as text; what is no UTF-8 is written as \\xNN."
    )


class QuarantinePage(Next):
    """The quarantine, newest first."""

    rows: list[QuarantineModel]
    counts: dict[str, int] = Field(description="How much there is in all, by reason.")
