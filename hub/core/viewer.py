"""Who somebody is to the hub, and what they see: a role, and a viewer that every reading query takes. Pure.

A query leaves out what is not its viewer's. Staff of an organisation see what that organisation owns and nothing of
another's; operators and clerks who belong to a site see that site. All others see everything that their routes show.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a user or an API token may do."""

    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    OPERATOR = "operator"
    """Works in a warehouse."""
    CLERK = "clerk"
    """Works at a station."""
    STAFF = "staff"
    """Of one relief organisation, which owns goods."""
    COURIER = "courier"
    """Brings parcels to the door; sees the stops of the own rounds and nothing of stock."""
    HELPLINE = "helpline"
    ENGINEER = "engineer"
    """Installs and watches devices."""
    AUDITOR = "auditor"
    """Reads all, changes nothing."""


AT_A_SITE: Final = frozenset({Role.OPERATOR, Role.CLERK})


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who reads. Raises ValueError for staff of no organisation: nobody may pass for the owner that is not settled."""

    name: str
    role: Role
    organisation: str | None = None
    site: str | None = None

    def __post_init__(self) -> None:
        if self.role is Role.STAFF and not self.organisation:
            raise ValueError("staff belong to an organisation")

    @property
    def owner_filter(self) -> str | None:
        """The only organisation whose goods they see; None: everybody's."""
        return self.organisation if self.role is Role.STAFF else None

    @property
    def site_filter(self) -> str | None:
        """The only site that they see; None: all."""
        return self.site or None if self.role in AT_A_SITE else None

    @property
    def indoors(self) -> bool:
        """Whether stock and vehicles are their business at all: a courier's are the own rounds alone."""
        return self.role is not Role.COURIER

    @property
    def sees_all(self) -> bool:
        """Whether nothing has to be left out for them."""
        return self.owner_filter is None and self.site_filter is None

    def may_see_owner(self, owner: str) -> bool:
        """Whether they may see goods of this owner; '' is the owner that has yet to be settled."""
        return self.owner_filter in (None, owner)

    def may_see_site(self, site: str | None) -> bool:
        """Whether they may see what stands at this site; None: nowhere, or on the way."""
        return self.site_filter in (None, site)
