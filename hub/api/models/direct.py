"""Direct shipments: from a supplier to people, never in our rooms."""

from typing import Annotated

from pydantic import Field

from hub.api.models.allocation import ItemKey, LotNumber, Text
from hub.api.models.reference import Id
from hub.api.models.relief import Random
from hub.api.models.rounds import OutcomesInput, TakenOutcome
from hub.api.models.shared import Day, Input, Instant, Model, Next, When
from hub.api.models.space import GivenDay
from hub.store.consigning import MOST_REQUESTS


class DirectInput(Input):
    """Requests of one organisation that a supplier serves at the door of whoever asked."""

    requests: Annotated[list[Random], Field(min_length=1, max_length=MOST_REQUESTS)]
    supplier: Annotated[str, Field(min_length=1, max_length=200, description="The firm; no person.")]
    due: GivenDay | None = None
    note: Text = ""


class LotInput(Input):
    """What the supplier says of an item: its lot, and until when it is good."""

    item: ItemKey
    lot: LotNumber = ""
    expiry: GivenDay | None = None


class DispatchInput(Input):
    """The supplier sent it."""

    at: When | None = Field(default=None, description="When; nothing: now.")
    lots: Annotated[list[LotInput], Field(max_length=100)] = Field(default_factory=list)


class DirectOutcomes(OutcomesInput):
    """What the supplier's driver says. `taken` is not said here: it was sent."""

    back_to: Id | None = Field(default=None, description="Of what comes back: the site of ours that took it in.")


class DirectContent(Model):
    """Goods of a parcel."""

    item: str
    owner: str
    n: int


class DirectParcelModel(Model):
    """What one recipient gets; the name is masked."""

    parcel: str
    state: str
    shown: str
    last4: str
    contents: list[DirectContent]


class DirectModel(Model):
    """A direct shipment."""

    consignment: str
    organisation: str
    supplier: str
    state: str = Field(description="Of its consignment.")
    due: Day | None
    made_at: Instant
    made_by: str
    sent_at: Instant | None
    sent_by: str | None


class DirectPage(Next):
    """Direct shipments, the latest planned first."""

    rows: list[DirectModel]


class DirectWhole(DirectModel):
    """A direct shipment with its parcels."""

    parcels: list[DirectParcelModel]
    posted: bool = Field(description="Whether the ledger has all that was said; if not, the hub posts it by itself.")


class DirectTaken(Model):
    """What became of each outcome."""

    outcomes: list[TakenOutcome]
    shipment: DirectWhole
