"""What devices send and get to have a certificate."""

from pydantic import Field

from hub.api.models.shared import Input, Model
from wire.joining import CSR_CHARS, SECRET_CHARS

_PEM = Field(max_length=CSR_CHARS, description="PEM.")


class JoinInput(Input):
    """A device asks to be let in."""

    code: str = Field(
        min_length=SECRET_CHARS, max_length=SECRET_CHARS, description="The first eight characters of the code."
    )
    csr: str = _PEM


class RenewInput(Input):
    """A device asks for a new certificate."""

    certificate: str = _PEM
    csr: str = _PEM
    signature: str = Field(
        max_length=200, description="By the old key over `relay-renew-v1`, a line feed and the request's DER; base64."
    )


class JoinedModel(Model):
    """Who the device is from now on, and how it connects."""

    device: str
    kind: str
    certificate: str = Field(description="PEM, for the key of the request.")
    authority: str = Field(description="PEM: what the device trusts from now on.")
    mqtt_port: int = Field(description="Of the hub's broker, with TLS; same host.")
    ledger: str
    time: int = Field(description="The hub's clock, Unix milliseconds.")
