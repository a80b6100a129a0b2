"""Who may do what: one rule for each route. Pure; hub.api.door asks it.

A route without a rule lets nobody in, and a test that walks all routes fails for it. Whoever may use a route does not
see all that it could show: hub.core.viewer.
"""

from enum import StrEnum
from typing import Final, Literal, TypeAlias

from hub.core.viewer import AT_A_SITE, Role, Viewer

Device: TypeAlias = Literal["device"]
DEVICE: Final = "device"
"""Who asks is a device, by the token that it got for its credential. No person has this role."""


class Answer(StrEnum):
    """What the door says."""

    COME_IN = "come-in"
    SIGN_IN = "sign-in"
    NOT_YOU = "not-you"
    NO_RULE = "no-rule"


def gives_badges(who: Viewer, role: Role, site: str | None) -> bool:
    """Whether they may give a badge and PIN to somebody of this role and site (None: every site), and take it away.

    Whoever gives a badge could sign on with it: so supervisors give them to operators and clerks alone, and one who
    belongs to a site to the people of that site.
    """
    if who.role is Role.ADMIN:
        return True
    return who.role is Role.SUPERVISOR and role in AT_A_SITE and (not who.site or site == who.site)


def only(roles: str) -> frozenset[Role]:
    """These roles, named with spaces between them."""
    return frozenset(map(Role, roles.split()))


API: Final = "/api/v1"
EVERYONE: Final = frozenset(Role)
INDOORS: Final = EVERYONE - {Role.COURIER}
ADMINS: Final = only("admin")
STEERING: Final = only("admin supervisor")
MACHINES: Final = only("admin engineer")
AT_SITES: Final = only("admin supervisor operator clerk staff auditor")
NEEDING: Final = only("admin supervisor staff helpline auditor")
ASKING: Final = only("admin supervisor staff")
ANSWERING: Final = only("admin helpline")
"""A person's data is for who answers the help-line that knows them: the routes let in nobody else of these roles."""
WATCHING: Final = only("admin supervisor engineer auditor")
RECALLING: Final = only("admin supervisor operator clerk staff helpline auditor")
SENDING: Final = only("admin supervisor operator clerk")
CARRYING: Final = SENDING | {Role.COURIER}
HANDLING: Final = only("admin supervisor operator clerk staff engineer")
"""Who takes alerts on."""
ASSIGNING: Final = only("admin supervisor engineer")
"""Who gives them to others, and is done with them while they last."""
PRINTING: Final = only("admin supervisor operator clerk engineer")

OPEN: Final = frozenset(
    {
        ("GET", f"{API}/health"),
        ("GET", f"{API}/ready"),
        ("POST", f"{API}/session"),
        ("POST", f"{API}/welcome"),
        ("GET", f"{API}/first-run"),
        ("POST", f"{API}/first-run"),
        ("GET", f"{API}/authority"),
        ("POST", f"{API}/join"),
        ("POST", f"{API}/renew"),
        ("POST", f"{API}/device-challenge"),
        ("POST", f"{API}/device-session"),
        ("GET", "/parcel"),
        ("POST", "/parcel"),
        ("GET", "/{path:path}"),
        ("HEAD", "/{path:path}"),
    }
)
"""Routes for whoever has not signed in: the page itself, the sign-in, whether the hub is well, and how devices join.

What changes something here carries its own proof, and is limited."""

FOR_DEVICES: Final[frozenset[tuple[str, str]]] = frozenset({("GET", f"{API}/site-data"), ("POST", f"{API}/claims")})
"""Routes for devices alone, by their own credential; no person's cookie or token opens them."""

RULES: Final[dict[tuple[str, str], frozenset[Role]]] = {
    ("GET", f"{API}/session"): EVERYONE,
    ("DELETE", f"{API}/session"): EVERYONE,
    ("GET", f"{API}/users"): only("admin supervisor auditor"),
    ("POST", f"{API}/users"): ADMINS,
    ("PATCH", f"{API}/users/{{name}}"): ADMINS,
    ("POST", f"{API}/users/{{name}}/link"): ADMINS,
    ("POST", f"{API}/users/{{name}}/badge"): STEERING,
    ("DELETE", f"{API}/users/{{name}}/badge"): STEERING,
    ("GET", f"{API}/tokens"): only("admin auditor"),
    ("POST", f"{API}/tokens"): ADMINS,
    ("DELETE", f"{API}/tokens/{{name}}"): ADMINS,
    ("GET", f"{API}/audit-log"): only("admin auditor"),
    ("GET", f"{API}/openapi.json"): EVERYONE,
    ("GET", f"{API}/metrics"): only("admin engineer auditor"),
    ("GET", f"{API}/summary"): INDOORS,
    ("GET", f"{API}/events"): EVERYONE,
    ("GET", f"{API}/sites"): EVERYONE,
    ("PUT", f"{API}/sites"): STEERING,
    ("GET", f"{API}/items"): EVERYONE,
    ("PUT", f"{API}/items"): STEERING,
    ("GET", f"{API}/organisations"): EVERYONE,
    ("PUT", f"{API}/organisations"): ADMINS,
    ("GET", f"{API}/sites/{{site}}/bins"): INDOORS,
    ("PUT", f"{API}/sites/{{site}}/bins"): STEERING,
    ("DELETE", f"{API}/sites/{{site}}/bins/{{code}}"): STEERING,
    ("GET", f"{API}/goods-codes"): INDOORS,
    ("PUT", f"{API}/goods-codes"): STEERING,
    ("GET", f"{API}/lots/notes"): INDOORS,
    ("POST", f"{API}/lots/notes"): STEERING,
    ("GET", f"{API}/numbering"): WATCHING,
    ("GET", f"{API}/settings"): WATCHING,
    ("PUT", f"{API}/numbering"): ADMINS,
    ("GET", f"{API}/deliveries"): AT_SITES,
    ("POST", f"{API}/deliveries"): ASKING,
    ("GET", f"{API}/deliveries/{{key}}"): AT_SITES,
    ("PUT", f"{API}/deliveries/{{key}}"): ASKING,
    ("POST", f"{API}/deliveries/{{key}}/cancellation"): ASKING,
    ("POST", f"{API}/deliveries/{{key}}/closing"): only("admin supervisor operator clerk"),
    ("GET", f"{API}/discrepancies/{{key}}"): INDOORS,
    ("POST", f"{API}/discrepancies/{{key}}/settlement"): STEERING,
    ("GET", f"{API}/unsettled"): only("admin supervisor operator auditor"),
    ("POST", f"{API}/unsettled/settlement"): STEERING,
    ("GET", f"{API}/counts"): only("admin supervisor operator staff auditor"),
    ("GET", f"{API}/transfers"): only("admin supervisor staff auditor"),
    ("GET", f"{API}/transfers/{{key}}"): only("admin supervisor staff auditor"),
    ("POST", f"{API}/transfers"): only("admin supervisor staff"),
    ("POST", f"{API}/transfers/{{key}}/approval"): only("admin staff"),
    ("POST", f"{API}/transfers/{{key}}/refusal"): only("admin staff"),
    ("POST", f"{API}/transfers/{{key}}/withdrawal"): only("admin supervisor staff"),
    ("GET", f"{API}/roads"): EVERYONE,
    ("PUT", f"{API}/roads"): STEERING,
    ("GET", f"{API}/region"): EVERYONE,
    ("PUT", f"{API}/region"): STEERING,
    ("GET", f"{API}/region.pmtiles"): EVERYONE,
    ("GET", f"{API}/stock"): INDOORS,
    ("GET", f"{API}/reports/holdings"): AT_SITES,
    ("GET", f"{API}/reports/movements"): AT_SITES,
    ("GET", f"{API}/reports/fulfilment"): AT_SITES,
    ("GET", f"{API}/reports/hand-overs"): AT_SITES,
    ("GET", f"{API}/balances"): INDOORS,
    ("GET", f"{API}/flows"): INDOORS,
    ("GET", f"{API}/trace"): INDOORS,
    ("GET", f"{API}/journal"): WATCHING,
    ("GET", f"{API}/devices"): only("admin supervisor operator clerk engineer auditor"),
    ("POST", f"{API}/devices"): MACHINES,
    ("GET", f"{API}/devices/{{name}}"): only("admin supervisor operator clerk engineer auditor"),
    ("GET", f"{API}/devices/{{name}}/presence"): only("admin supervisor operator clerk engineer auditor"),
    ("GET", f"{API}/devices/{{name}}/health"): only("admin supervisor operator clerk engineer auditor"),
    ("GET", f"{API}/devices/{{name}}/track"): only("admin supervisor operator clerk helpline engineer auditor"),
    ("GET", f"{API}/devices/{{name}}/site"): WATCHING,
    ("PUT", f"{API}/devices/{{name}}/site"): only("admin supervisor engineer"),
    ("GET", f"{API}/devices/{{name}}/commands"): WATCHING,
    ("POST", f"{API}/devices/{{name}}/commands"): MACHINES,
    ("GET", f"{API}/devices/{{name}}/configuration"): WATCHING,
    ("PUT", f"{API}/devices/{{name}}/configuration"): MACHINES,
    ("GET", f"{API}/devices/{{name}}/invitation"): only("admin engineer auditor"),
    ("POST", f"{API}/devices/{{name}}/invitation"): MACHINES,
    ("POST", f"{API}/devices/{{name}}/revocation"): MACHINES,
    ("GET", f"{API}/positions"): INDOORS,
    ("GET", f"{API}/positions/live"): INDOORS - {Role.STAFF},
    ("GET", f"{API}/quarantine"): WATCHING,
    ("GET", f"{API}/quarantine/{{id_}}/bytes"): WATCHING,
    ("GET", f"{API}/discrepancies"): INDOORS,
    ("GET", f"{API}/gaps"): WATCHING,
    ("GET", f"{API}/alerts"): INDOORS,
    ("GET", f"{API}/alerts/{{alert}}"): INDOORS,
    ("POST", f"{API}/alerts/acknowledgements"): HANDLING,
    ("POST", f"{API}/alerts/{{alert}}/acknowledgement"): HANDLING,
    ("POST", f"{API}/alerts/{{alert}}/assignment"): HANDLING,
    ("POST", f"{API}/alerts/{{alert}}/closing"): ASSIGNING,
    ("GET", f"{API}/alert-rules"): INDOORS,
    ("PUT", f"{API}/alert-rules"): STEERING,
    ("POST", f"{API}/labels"): PRINTING,
    ("GET", f"{API}/cards"): PRINTING | {Role.AUDITOR},
    ("POST", f"{API}/imports"): STEERING,
    ("GET", f"{API}/recall"): RECALLING,
    ("GET", f"{API}/recall/holders"): RECALLING,
    ("GET", f"{API}/exports/recall.csv"): RECALLING,
    ("GET", f"{API}/story"): RECALLING,
    ("GET", f"{API}/notices"): NEEDING,
    ("GET", f"{API}/notices/{{notice}}"): ANSWERING,
    ("POST", f"{API}/notices/{{notice}}/again"): only("admin supervisor staff helpline"),
    ("GET", f"{API}/imports/templates/{{kind}}.csv"): STEERING | {Role.AUDITOR},
    ("GET", f"{API}/incidents"): RECALLING,
    ("POST", f"{API}/incidents"): STEERING,
    ("POST", f"{API}/incidents/cap"): STEERING,
    ("GET", f"{API}/incidents/{{incident}}"): RECALLING,
    ("POST", f"{API}/incidents/{{incident}}/closing"): STEERING,
    ("POST", f"{API}/incidents/{{incident}}/reopening"): STEERING,
    ("POST", f"{API}/incidents/{{incident}}/proposal"): ASKING,
    ("GET", f"{API}/incidents/{{incident}}/readiness"): NEEDING,
    ("GET", f"{API}/incidents/{{incident}}/report"): NEEDING,
    ("GET", f"{API}/settlements"): RECALLING,
    ("PUT", f"{API}/settlements"): STEERING,
    ("GET", f"{API}/rates"): RECALLING,
    ("PUT", f"{API}/rates"): STEERING,
    ("GET", f"{API}/space/capacities"): AT_SITES,
    ("PUT", f"{API}/space/capacities"): STEERING,
    ("GET", f"{API}/space/calendar"): AT_SITES,
    ("GET", f"{API}/space/bookings"): AT_SITES,
    ("POST", f"{API}/space/bookings"): ASKING,
    ("POST", f"{API}/space/bookings/{{booking}}/approval"): STEERING,
    ("POST", f"{API}/space/bookings/{{booking}}/refusal"): STEERING,
    ("POST", f"{API}/space/bookings/{{booking}}/release"): ASKING,
    ("GET", f"{API}/needs"): NEEDING,
    ("POST", f"{API}/needs"): ASKING,
    ("GET", f"{API}/needs/{{need}}"): NEEDING,
    ("POST", f"{API}/needs/{{need}}/cancellation"): ASKING,
    ("GET", f"{API}/needs/{{need}}/candidates"): only("admin supervisor staff auditor"),
    ("POST", f"{API}/needs/{{need}}/reservations"): ASKING,
    ("GET", f"{API}/reservations"): only("admin supervisor staff auditor"),
    ("GET", f"{API}/reservations/{{reservation}}"): only("admin supervisor staff auditor"),
    ("POST", f"{API}/reservations/{{reservation}}/cancellation"): ASKING,
    ("POST", f"{API}/reservations/{{reservation}}/release"): ASKING,
    ("GET", f"{API}/picks"): AT_SITES,
    ("POST", f"{API}/picks"): ASKING,
    ("GET", f"{API}/picks/{{pick}}"): AT_SITES,
    ("POST", f"{API}/picks/{{pick}}/closing"): ASKING,
    ("POST", f"{API}/picks/{{pick}}/cancellation"): ASKING,
    ("GET", f"{API}/rounds"): CARRYING | {Role.AUDITOR},
    ("POST", f"{API}/rounds"): SENDING,
    ("GET", f"{API}/sites/{{site}}/doors"): SENDING | {Role.AUDITOR},
    ("GET", f"{API}/rounds/{{id_}}"): CARRYING | {Role.AUDITOR},
    ("POST", f"{API}/rounds/{{id_}}/cancellation"): SENDING,
    ("POST", f"{API}/rounds/{{id_}}/code-checks"): only("admin courier"),
    ("POST", f"{API}/rounds/{{id_}}/outcomes"): only("admin courier"),
    ("GET", f"{API}/trips"): AT_SITES | {Role.HELPLINE},
    ("GET", f"{API}/trips/{{consignment}}"): AT_SITES | {Role.HELPLINE},
    ("GET", f"{API}/direct-shipments"): only("admin supervisor staff helpline auditor"),
    ("POST", f"{API}/direct-shipments"): ASKING,
    ("GET", f"{API}/direct-shipments/{{key}}"): only("admin supervisor staff helpline auditor"),
    ("POST", f"{API}/direct-shipments/{{key}}/dispatch"): ASKING,
    ("POST", f"{API}/direct-shipments/{{key}}/outcomes"): ASKING,
    ("POST", f"{API}/photos"): only("admin courier staff supervisor"),
    ("GET", f"{API}/photos/{{digest}}"): only("admin supervisor staff helpline"),
    ("GET", f"{API}/requests"): NEEDING,
    ("POST", f"{API}/requests"): only("admin supervisor staff helpline"),
    ("POST", f"{API}/requests/decisions"): only("admin supervisor staff helpline"),
    ("GET", f"{API}/requests/{{request}}"): NEEDING,
    ("POST", f"{API}/requests/{{request}}/submission"): only("admin supervisor staff helpline"),
    ("POST", f"{API}/requests/{{request}}/approval"): ASKING,
    ("POST", f"{API}/requests/{{request}}/refusal"): ASKING,
    ("POST", f"{API}/requests/{{request}}/cancellation"): only("admin supervisor staff helpline"),
    ("POST", f"{API}/requests/{{request}}/split"): ASKING,
    ("POST", f"{API}/requests/{{request}}/reroute"): only("admin supervisor staff helpline"),
    ("POST", f"{API}/requests/{{request}}/allocation"): ASKING,
    ("GET", f"{API}/consignments"): RECALLING,
    ("POST", f"{API}/consignments"): ASKING,
    ("GET", f"{API}/consignments/board"): RECALLING,
    ("GET", f"{API}/consignments/{{consignment}}"): RECALLING,
    ("POST", f"{API}/consignments/{{consignment}}/cancellation"): ASKING,
    ("POST", f"{API}/consignments/{{consignment}}/closing"): only("admin supervisor operator clerk staff"),
    ("POST", f"{API}/consignments/{{consignment}}/return"): ASKING,
    ("POST", f"{API}/consignments/{{consignment}}/reroute"): ASKING,
    ("POST", f"{API}/consignments/{{consignment}}/loss"): ASKING,
    ("POST", f"{API}/consignments/{{consignment}}/split"): ASKING,
    ("GET", f"{API}/parcels"): RECALLING,
    ("GET", f"{API}/parcels/{{parcel}}"): RECALLING,
    ("POST", f"{API}/parcels/{{parcel}}/reroute"): only("admin supervisor staff helpline"),
    ("POST", f"{API}/parcels/{{parcel}}/return"): only("admin supervisor clerk staff"),
    ("POST", f"{API}/parcels/{{parcel}}/loss"): ASKING,
    ("POST", f"{API}/parcels/{{parcel}}/code"): only("admin supervisor clerk staff helpline"),
    ("DELETE", f"{API}/parcels/{{parcel}}/claim"): only("admin supervisor clerk"),
    ("GET", f"{API}/parcels/{{parcel}}/proxies"): RECALLING,
    ("POST", f"{API}/parcels/{{parcel}}/proxies"): only("admin supervisor helpline"),
    ("DELETE", f"{API}/parcels/{{parcel}}/proxies/{{proxy}}"): only("admin supervisor helpline"),
    ("GET", f"{API}/stations/{{site}}"): RECALLING,
    ("POST", f"{API}/stations/{{site}}/search"): only("admin supervisor operator clerk staff helpline"),
    ("GET", f"{API}/stations/{{site}}/shelf-counts"): RECALLING,
    ("POST", f"{API}/stations/{{site}}/shelf-counts"): only("admin supervisor clerk"),
    ("GET", f"{API}/stations/{{site}}/shelf-counts/{{count}}"): RECALLING,
    ("POST", f"{API}/stations/{{site}}/shelf-counts/{{count}}/closing"): only("admin supervisor clerk"),
    ("GET", f"{API}/consents"): only("admin supervisor staff auditor"),
    ("POST", f"{API}/consents"): ASKING,
    ("POST", f"{API}/consents/{{consent}}/end"): ASKING,
    ("GET", f"{API}/lines"): NEEDING,
    ("POST", f"{API}/lines"): ASKING,
    ("PUT", f"{API}/lines/{{line}}"): ASKING,
    ("POST", f"{API}/lines/{{line}}/closing"): ASKING,
    ("PUT", f"{API}/lines/{{line}}/operators"): ASKING,
    ("POST", f"{API}/recipients/search"): ANSWERING,
    ("POST", f"{API}/recipients"): ANSWERING,
    ("GET", f"{API}/recipients/{{recipient}}"): ANSWERING,
    ("PUT", f"{API}/recipients/{{recipient}}"): ANSWERING,
    ("POST", f"{API}/recipients/{{recipient}}/erasure"): ANSWERING,
    ("GET", f"{API}/recipients/{{recipient}}/proxies"): ANSWERING,
    ("POST", f"{API}/recipients/{{recipient}}/proxies"): ANSWERING,
    ("DELETE", f"{API}/recipients/{{recipient}}/proxies/{{n}}"): ANSWERING,
    ("GET", f"{API}/personal-views"): only("admin auditor"),
    ("GET", f"{API}/calls"): NEEDING,
    ("POST", f"{API}/calls"): ANSWERING,
    ("GET", f"{API}/calls/{{call}}"): NEEDING,
    ("POST", f"{API}/calls/{{call}}/follow-up"): ANSWERING,
    ("POST", f"{API}/slips"): ANSWERING,
}

EXPORTED: Final[dict[str, str]] = {
    name: f"{API}/{path}"
    for name, path in {
        "stock": "stock",
        "requests": "requests",
        "consignments": "consignments",
        "parcels": "parcels",
        "deliveries": "deliveries",
        "transfers": "transfers",
        "incidents": "incidents",
        "settlements": "settlements",
        "alerts": "alerts",
        "discrepancies": "discrepancies",
        "unsettled": "unsettled",
        "counts": "counts",
        "needs": "needs",
        "consents": "consents",
        "reservations": "reservations",
        "picks": "picks",
        "bookings": "space/bookings",
        "rounds": "rounds",
        "trips": "trips",
        "direct-shipments": "direct-shipments",
        "notices": "notices",
        "calls": "calls",
        "personal-views": "personal-views",
        "users": "users",
        "holdings": "reports/holdings",
        "movements": "reports/movements",
        "fulfilment": "reports/fulfilment",
        "hand-overs": "reports/hand-overs",
        "audit-log": "audit-log",
        "devices": "devices",
        "flows": "flows",
    }.items()
}
"""Lists that can be had as files, `/exports/{name}.csv` and `.xlsx`, and the route of each: whoever may read a list
may have its file (hub/api/routes/exporting.py says what is in it)."""

RULES.update(
    {
        ("GET", f"{API}/exports/{name}.{suffix}"): RULES["GET", path]
        for name, path in EXPORTED.items()
        for suffix in ("csv", "xlsx")
    }
)


def ask(method: str, template: str, role: Role | Device | None) -> Answer:
    """Whether a role (None: not signed in) may use a route, named by its method and path template."""
    key = (method, template)
    if key in OPEN:
        return Answer.COME_IN
    if key in FOR_DEVICES:
        return Answer.COME_IN if role == DEVICE else Answer.SIGN_IN if role is None else Answer.NOT_YOU
    roles = RULES.get(key)
    if roles is None:
        return Answer.NO_RULE
    if role is None:
        return Answer.SIGN_IN
    return Answer.COME_IN if role in roles else Answer.NOT_YOU
