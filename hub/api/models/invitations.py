"""Inviting and revoking devices."""

from typing import Annotated, Literal

from pydantic import Field

from hub.api.models.shared import Input, Instant, Model


class NewInvitation(Input):
    """A device to invite."""

    kind: Literal["scanner", "terminal", "vehicle"] | None = Field(
        default=None, description="Null: as it was, or a scanner."
    )
    hours: Annotated[float, Field(ge=0.01, le=720, allow_inf_nan=False)] = Field(
        default=1.0, description="So long the code is good."
    )


class InvitationModel(Model):
    """A code that lets one device in, once; shown this once."""

    device: str
    kind: str
    code: str = Field(examples=["7QK2M-9ZT4C-0HVXB-5RNPE-1WJDG"])
    command: str = Field(description="What a person types at the device.")
    qr: str = Field(description="What the QR code says: relay+join://HOST:PORT/CODE.")
    qr_svg: str = Field(description="The QR code as SVG, black on white, with its quiet zone.")
    expires_at: Instant
    replaces: bool = Field(description="A device of this name is let in: it is shut out when the new one joins.")


class InvitationState(Model):
    """What became of the newest invitation of a name."""

    expires_at: Instant
    used_at: Instant | None = Field(description="When a device joined by it.")


class Revoked(Model):
    """A device that is let in no longer."""

    device: str
    hint: str = Field(description="What a person has to do yet; empty where nothing.")
