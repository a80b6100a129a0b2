"""Commands and configurations for devices."""

from typing import Any

from pydantic import Field

from hub.api.models.shared import Input, Instant, Model, Next
from hub.core.commands import State, Wish


class NewCommandModel(Input):
    """Something that a device should do, once."""

    name: str = Field(
        min_length=1, max_length=40, examples=["message", "identify", "report-health", "restart", "renew-certificate"]
    )
    args: dict[str, str] = Field(default={}, max_length=10, examples=[{"text": "Truck 7 is late"}])
    expires_s: int = Field(
        default=86_400, ge=1, le=30 * 86_400, description="So long it may wait for the device, in seconds."
    )
    id: str | None = Field(
        default=None,
        pattern=r"^[0-9a-f]{16}$",
        description="Its identity, random. Who gives one may ask again without doing it twice.",
    )


class CommandModel(Model):
    """A command, and what its device said of it."""

    id: str
    name: str
    args: dict[str, str]
    issued_at: Instant
    issued_by: str = Field(description="Who asked.")
    expires_at: Instant
    state: State = Field(
        description="What the device said itself: nothing (`waiting`), that it has it (`delivered`), or the end."
    )
    overdue: bool = Field(description="Its time is over, and the device has not said what became of it.")
    detail: str
    answered_at: Instant | None


class CommandPage(Next):
    """Commands of one device, newest first."""

    rows: list[CommandModel]


class NewConfiguration(Input):
    """Settings that are laid over a device's own configuration file."""

    settings: dict[str, Any] = Field(
        max_length=20, examples=[{"log": {"level": "debug"}, "scanner": [{"do": "load", "to": "transit:truck-7"}]}]
    )


class ReportedModel(Model):
    """The newest word of a device about a configuration."""

    version: int
    generation: str
    state: str = Field(examples=["applied", "refused", "rolled-back"])
    detail: str
    at: Instant
    received_at: Instant


class ConfigurationModel(Model):
    """The configuration that a device should have, and what it said."""

    version: int | None = Field(description="Null where nobody wished one.")
    settings: dict[str, Any]
    issued_at: Instant | None
    issued_by: str | None
    state: Wish | None = Field(description="Null where nobody wished one.")
    detail: str
    answered_at: Instant | None
    reported: ReportedModel | None
