"""Users, links, badges, tokens, and the log of decisions."""

from typing import Annotated

from fastapi import Path
from pydantic import ConfigDict, Field

from hub.api.models.reference import Id
from hub.api.models.shared import Input, Instant, Model, Next, Visible
from hub.core.viewer import Role

UserName = Annotated[str, Path(min_length=1, max_length=100, description="A user's name.")]
TokenName = Annotated[str, Path(min_length=1, max_length=100, description="A token's name.")]
_Name = Annotated[str, Field(min_length=1, max_length=100, examples=["ana"])]
_Shown = Annotated[Visible, Field(max_length=200, description="The name for people; empty: the same.")]


class NewUser(Input):
    """Somebody who is invited."""

    name: _Name
    role: Role
    shown: _Shown = ""
    organisation: Id | None = Field(default=None, description="Whose staff it is; staff need one.")
    site: Id | None = Field(default=None, description="Where an operator or clerk works; null: everywhere.")


class UserChange(Input):
    """What is given changes, the rest stays."""

    role: Role = Role.AUDITOR
    shown: _Shown = ""
    organisation: Id | None = None
    site: Id | None = None
    active: bool = True


class PersonModel(Model):
    """A user."""

    name: str
    shown: str
    role: Role
    organisation: str | None
    site: str | None
    active: bool
    created_at: Instant
    signs_in: bool = Field(description="A password is set: the invitation was used.")
    badge: bool


class PersonPage(Next):
    """Users by name, page by page."""

    rows: list[PersonModel]


class LinkModel(Model):
    """A link by which one person sets a password, once; shown this once."""

    name: str
    kind: str = Field(examples=["invitation", "reset"])
    path: str = Field(description="Put the hub's address before it and hand it over.")
    code: str
    qr_svg: str = Field(description="The link as a QR code, under the address that the hub was asked at.")
    expires_at: Instant


class Invited(Model):
    """A new user and the link for them."""

    user: PersonModel
    link: LinkModel


class WelcomeInput(Input):
    """A link's code and the password that its person chose, as it is: spaces at its ends count."""

    model_config = ConfigDict(str_strip_whitespace=False)

    code: Annotated[str, Field(min_length=1, max_length=100)]
    password: Annotated[str, Field(min_length=1, max_length=1000)]


class FirstInput(WelcomeInput):
    """The code that an empty hub showed, and who its first administrator is to be."""

    name: Annotated[str, Field(min_length=1, max_length=100)]


class FirstRunModel(Model):
    """Whether the first administrator is still to come."""

    open: bool


class Welcomed(Model):
    """Who can sign in now."""

    name: str


class NewBadge(Input):
    """A badge to make."""

    pin: Annotated[str, Field(min_length=1, max_length=20)] | None = Field(
        default=None, description="4 to 8 digits, typed by the person; null: one is made and shown once."
    )


class BadgeModel(Model):
    """A new badge; shown this once. One that the person had opens nothing any more."""

    name: str
    code: str = Field(description="What its barcode holds: print it.", examples=["RR:B:7QK2M9ZT4C0H"])
    printed: str = Field(description="What stands below the barcode, with check digits.")
    pin: str | None = Field(description="Where the hub made it; null where the person chose it.")


class NewToken(Input):
    """A token for a program."""

    name: _Name
    role: Role
    organisation: Id | None = None
    site: Id | None = None


class TokenModel(Model):
    """A token, but for its secret."""

    name: str
    role: Role
    organisation: str | None
    site: str | None
    created_at: Instant
    made_by: str = Field(description="Who made it, also by another token; empty: the hub's own machine.")
    opens: bool = Field(description="Not while whoever made it is shut out or no administrator.")


class TokenList(Model):
    """All tokens."""

    tokens: list[TokenModel]


class MadeToken(Model):
    """A new token; its secret is shown this once."""

    token: str
    made: TokenModel


class DecisionModel(Model):
    """Who did what, and when."""

    id: int
    at: Instant
    who: str
    action: str = Field(examples=["user-added"])
    what: str
    detail: str


class DecisionPage(Next):
    """Decisions, newest first, page by page."""

    rows: list[DecisionModel]
