"""What devices send and get to read what is for devices."""

from typing import Annotated, Any

from pydantic import Field

from hub.api.models.shared import Input, Model
from wire.device_session import NONCE_CHARS
from wire.joining import CSR_CHARS

Device = Annotated[str, Field(min_length=1, max_length=40, description="The device's name.")]


class ChallengeInput(Input):
    """A device asks for a number to sign."""

    device: Device


class ChallengeModel(Model):
    """The number, as text; good for a minute, and once."""

    nonce: str


class CertificateProof(Input):
    """The number, signed by the key of the device's certificate."""

    device: Device
    nonce: Annotated[str, Field(max_length=NONCE_CHARS)]
    certificate: Annotated[str, Field(max_length=CSR_CHARS, description="PEM.")]
    signature: Annotated[
        str,
        Field(
            max_length=200,
            description="Over `relay-session-v1`, a line feed and the number: ECDSA with SHA-256, DER, base64.",
        ),
    ]


class PasswordProof(Input):
    """The password of a device on the hub's own machine."""

    device: Device
    password: Annotated[str, Field(min_length=1, max_length=200)]


class DeviceSessionModel(Model):
    """What opens the routes for devices: `Authorization: Bearer TOKEN`."""

    token: str
    expires_s: int


class RecordModel(Model):
    """What a device is told of one thing; null: it is gone."""

    kind: str
    key: str
    body: dict[str, Any] | None


class SiteDataModel(Model):
    """What changed for a device after a version. `reset`: what was held before goes. `more`: ask again at once."""

    generation: str
    version: int
    reset: bool
    more: bool
    records: list[RecordModel]
