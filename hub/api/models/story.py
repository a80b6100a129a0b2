"""The whole story of a thing, notices, and to whom a lot went."""

from typing import Literal

from pydantic import Field

from hub.api.models.discrepancies import DiscrepancyModel
from hub.api.models.relief import ProofModel
from hub.api.models.shared import Instant, Model, Next
from hub.api.models.stock import EARLIEST, ESTIMATED


class ThingModel(Model):
    """One thing that the story is about, as it is now."""

    kind: Literal["call", "request", "consignment", "parcel"]
    id: str
    state: str = Field(description="Of a call: what it was about.")
    organisation: str
    way: str
    source: str | None = Field(description="The site that it comes from.")
    site: str | None = Field(description="The site where it goes, or is handed out.")
    placed: str = Field(description="The account where a parcel was last; may be empty.")
    shown: str = Field(description="A masked name; empty where nobody is named, or it was erased.")
    last4: str
    odd: bool = Field(description="What is known of it does not fit together.")
    made_at: Instant


class StoryStepModel(Model):
    """One thing that happened."""

    at: Instant
    received_at: Instant | None = Field(description="Of a fact: when the hub heard of it.")
    earliest: Instant | None = Field(description=EARLIEST)
    latest: Instant | None
    estimated: bool = Field(description=ESTIMATED)
    what: Literal["call", "decision", "fact", "notice"]
    about: str = Field(examples=["parcel:st-1.4T7K2M"])
    event: str = Field(description="The action of a fact, a decision, a call's or a notice's kind.")
    state: str = Field(description="In which it was after that; may be empty.")
    who: str
    device: str
    source: str = Field(description="An account; may be empty.")
    to: str
    detail: str
    channel: str = Field(description="Of a notice: text or voice.")
    n: int
    odd: bool
    voided: bool
    proof: ProofModel | None


class StoryModel(Next):
    """The story of a thing, newest first."""

    kind: Literal["call", "request", "consignment", "parcel", "code"] = Field(description="What was understood.")
    id: str
    things: list[ThingModel]
    more: bool = Field(description="There are more things than are told of.")
    trouble: list[DiscrepancyModel] = Field(description="What does not add up of it; with the first page.")
    steps: list[StoryStepModel]


class NoticeModel(Model):
    """What somebody was told, or is to be."""

    id: str
    kind: str = Field(examples=["parcel-ready"])
    about: str = Field(examples=["parcel:st-1.4T7K2M"])
    channel: Literal["text", "voice"]
    language: Literal["en", "zh"]
    state: Literal["queued", "sent", "failed"]
    why: str = Field(description="What the last try came to grief on; may be empty.", examples=["unreachable"])
    tries: int
    queued_at: Instant
    due_at: Instant = Field(description="Of one that is queued: the next try.")
    ended_at: Instant | None
    asked_by: str = Field(description="Who had it sent again; empty: nobody.")
    shown: str
    last4: str
    again: bool = Field(description="It can be sent again.")


class NoticePage(Next):
    """Notices, page by page, newest first."""

    rows: list[NoticeModel]
    open: dict[str, int] = Field(description="How many are queued, and how many failed.")


class NoticeWords(Model):
    """A notice with what it says."""

    notice: NoticeModel
    text: str | None = Field(description="Null once the words, or the recipient's data, were erased.")


class LotHolderModel(Model):
    """So many pieces of a lot in one recipient's parcel."""

    parcel: str
    state: str
    request: str
    consignment: str
    way: str
    station: str | None
    shown: str = Field(description="A masked name; empty where nobody is named, or it was erased.")
    last4: str
    owner: str
    quantity: int
    given_at: Instant | None = Field(description="When it was handed over; null before that.")


class HolderPage(Next):
    """To whom a lot went or is on its way, page by page."""

    rows: list[LotHolderModel]
