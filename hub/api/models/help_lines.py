"""Help-lines, the people who call them, and their calls."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from hub.api.models.reference import Id
from hub.api.models.shared import Input, Instant, Model, Next, Visible, When, visible
from hub.api.models.space import RandomId
from hub.core.masking import digits
from hub.store.calls import Kind
from hub.store.recipients import Group, Language

Random = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$", examples=["3fa85f6457174562"])]
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+$"), AfterValidator(visible)]
Note = Annotated[str, Field(max_length=1000)]


def _phone(text: str) -> str:
    if text and not 3 <= len(digits(text)) <= 15:
        raise ValueError("a telephone number has 3 to 15 digits")
    return text


Phone = Annotated[
    str, Field(max_length=40, pattern=r"^[^\x00-\x1f]*$", examples=["138 0013 8000"]), AfterValidator(_phone)
]
Tongue = Annotated[str, Field(pattern=r"^[a-z]{2,8}(-[A-Za-z0-9]{2,8})?$", examples=["zh", "en", "ug"])]


class LineFields(Input):
    """What is said of a line."""

    name: Name
    number: Annotated[Phone, Field(min_length=3, description="The number that people call.")]
    hours: Annotated[Visible, Field(max_length=200)] = ""
    languages: Annotated[tuple[Tongue, ...], Field(max_length=20)] = ("zh",)
    groups: Annotated[
        tuple[Group, ...], Field(max_length=5, description="Whom it serves first; none: everybody alike.")
    ] = ()
    questions: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=200)], ...],
        Field(max_length=20, description="What its operators ask each caller."),
    ] = ()


class HelpLineInput(LineFields):
    """A line to open."""

    id: RandomId = None
    organisation: Id | None = Field(default=None, description="Whose line; staff open their own.")


class OperatorsInput(Input):
    """Who answers a line: they see all data of the people who called it."""

    operators: Annotated[list[Annotated[str, Field(min_length=1, max_length=106)]], Field(max_length=200)]


class HelpLineModel(Model):
    """A help-line."""

    id: str
    organisation: str
    name: str
    number: str
    hours: str
    languages: list[str]
    groups: list[Group]
    questions: list[str]
    operators: list[str] = Field(description="Users, and programs as `token NAME`.")
    open: bool
    opened_at: Instant
    opened_by: str


class LineList(Model):
    """All help-lines."""

    rows: list[HelpLineModel]


class PersonalFields(Input):
    """Who somebody is."""

    name: Name
    phone: Phone = ""
    address: Annotated[str, Field(max_length=300)] = ""
    language: Language = "zh"
    note: Note = Field(default="", description="How to find them, and how to speak with them.")
    groups: Annotated[tuple[Group, ...], Field(max_length=5)] = ()


class RecipientInput(PersonalFields):
    """Somebody to be taken down on a line."""

    line: Random
    anew: bool = Field(default=False, description="They are none of those who are known by this name or number.")


class ProxyInput(Input):
    """Somebody who may fetch for a recipient."""

    name: Name
    phone: Phone = ""


class ProxyModel(Model):
    """Somebody who may fetch for a recipient."""

    n: int = Field(description="What facts and codes call them.")
    name: str
    phone: str
    shown: str
    last4: str


class ProxyList(Model):
    """Who may fetch for a recipient."""

    rows: list[ProxyModel]


class RecipientModel(Model):
    """A recipient, with all that is known. Each answer that holds one is logged as a view."""

    id: str
    shown: str = Field(description="The masked name, by which others know them.")
    last4: str
    name: str
    phone: str
    address: str
    language: Language
    note: str
    groups: list[Group]


class SearchInput(Input):
    """A number or its end, a name or a part of it, in characters, pinyin or initials; several with spaces between."""

    text: Annotated[str, Field(min_length=1, max_length=100, examples=["xiufang 8000", "王秀"])]


class RecipientCandidate(Model):
    """Somebody who may be meant, masked."""

    id: str
    shown: str
    last4: str
    line: str | None
    line_name: str | None
    touched_at: Instant = Field(description="When somebody last had to do with them.")
    yours: bool = Field(description="Whether you may open them: they called a line that you answer.")


class Candidates(Model):
    """Who may be meant, the newest first."""

    rows: list[RecipientCandidate]
    more: bool = Field(description="Whether there are more: say more of them.")


class RecipientTaken(Model):
    """A recipient was taken down, or may be known already: then `id` is null and nothing was done."""

    id: str | None
    known: list[RecipientCandidate]


class CallInput(Input):
    """A call that was taken, or made."""

    id: RandomId = None
    line: Random
    kind: Kind
    recipient: Random | None = Field(default=None, description="Null: nothing is kept of the caller.")
    phone: Phone = Field(
        default="", description="The caller's number: it lets a line know a recipient of another one. It is not kept."
    )
    about: Random | None = Field(default=None, description="The request that was asked after.")
    after: Random | None = Field(default=None, description="The call that this one follows up.")
    note: Note = ""
    answers: Annotated[dict[int, Annotated[str, Field(max_length=500)]], Field(max_length=20)] = Field(
        default={}, description="To the line's questions, by their place (from 0)."
    )
    caller: Annotated[str, Field(max_length=100)] = Field(
        default="", description="Who called for the recipient, and how to reach them; kept as the note is."
    )
    due: When | None = Field(default=None, description="When somebody has to call back.")


class CallModel(Model):
    """A call, without what was said."""

    id: str
    line: str
    line_name: str
    organisation: str
    kind: Kind
    at: Instant
    by: str
    recipient: str | None
    shown: str
    last4: str
    about: str | None
    after: str | None
    due: Instant | None
    done_at: Instant | None
    done_by: str | None


class CallPage(Next):
    """Calls."""

    rows: list[CallModel]


class OneCall(CallModel):
    """A call; `note`, `answers` and `caller` are for who answers its line, else null."""

    note: str | None = None
    caller: str | None = None
    answers: dict[int, str] | None = None
    requests: list[str] = Field(description="What was asked for in it.")


class FollowUp(Input):
    """When somebody has to call back; null: it is done."""

    due: When | None


class SlipInput(Input):
    """A slip in large print for somebody who collects a parcel and has no telephone."""

    parcel: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,40}\.[0-9A-HJKMNP-TV-Z]{6}$", examples=["st-1.4F7K2P"])]
    language: Language | None = Field(default=None, description="Null: the recipient's.")
    size: Literal["a5", "a4"] = "a5"


class ViewModel(Model):
    """Somebody saw a recipient's data."""

    at: Instant
    who: str
    recipient: str
    why: str


class ViewPage(Next):
    """Who saw whose data."""

    rows: list[ViewModel]
