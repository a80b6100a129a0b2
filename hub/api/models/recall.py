"""The recall of a lot."""

from pydantic import Field

from hub.api.models.shared import Day, Instant, Model, Next
from hub.store.queries.recall import Where


class RecallNoticeModel(Model):
    """That the lot was recalled."""

    at: Instant
    by: str
    reason: str


class HeldModel(Model):
    """So much of the lot in one account."""

    where: Where = Field(description="In whose hands it is; `gone`: used up, lost, destroyed or counted away.")
    account: str = Field(examples=["unit:sscc:106141411234567897"])
    place: str = Field(
        description="Where the account stands, all units around it opened up.", examples=["transit:van-3"]
    )
    site: str | None
    unit: str | None = Field(description="The handling unit that holds it.")
    owner: str
    condition: str
    quantity: int = Field(description="Pieces; below zero is a discrepancy.")


class GoneModel(Model):
    """Goods that went to a recipient or into a kit, or came back from there, by this fact."""

    at: Instant = Field(description="Corrected time.")
    received_at: Instant | None
    estimated: bool = Field(description="Nobody can vouch for the time to 2 seconds.")
    late: bool = Field(description="Handed over after the notice.")
    device: str
    stream: str
    seq: int
    by: str | None = Field(description="The person that the fact names.")
    action: str
    task: str | None
    warned: tuple[str, ...] = Field(description="What the device said against it.")
    source: str = Field(serialization_alias="from")
    to: str
    unit: str | None = Field(description="What was scanned: a thing with a serial number, or the handling unit.")
    holder: str | None = Field(description="The handling unit's account in which it lay; null where it was scanned.")
    owner: str
    condition: str
    quantity: int


class TotalsModel(Model):
    """Pieces, by whose hands they are in."""

    here: int
    on_the_way: int = Field(validation_alias="on-the-way")
    with_recipient: int = Field(validation_alias="with-recipient")
    gone: int
    unknown: int


class RecallModel(Next):
    """Where a lot is and where it went; first what is held, then what is gone, newest first."""

    item: str
    gtin: str | None
    lot: str
    name: str | None
    name_zh: str | None
    expiry: Day | None
    notice: RecallNoticeModel | None = Field(description="Null where the lot is not recalled.")
    totals: TotalsModel
    late: int = Field(description="Pieces handed over after the notice.")
    lotless: int = Field(description="Pieces that recipients have and nobody read a lot number of: they may be of it.")
    held: list[HeldModel]
    gone: list[GoneModel]
