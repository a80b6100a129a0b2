"""Who may do what: one rule for each route. Pure; the door in hub.api.door asks it.

A route without a rule lets nobody in, and a test that walks all routes fails for it.
"""

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a user or an API token may do."""

    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"


class Answer(StrEnum):
    """What the door says."""

    COME_IN = "come-in"
    SIGN_IN = "sign-in"
    NOT_YOU = "not-you"
    NO_RULE = "no-rule"


API: Final = "/api/v1"
EVERYONE: Final = frozenset(Role)
ADMINS: Final = frozenset({Role.ADMIN})

OPEN: Final = frozenset(
    {
        ("GET", f"{API}/health"),
        ("GET", f"{API}/ready"),
        ("POST", f"{API}/session"),
        ("GET", f"{API}/authority"),
        ("POST", f"{API}/join"),
        ("POST", f"{API}/renew"),
        ("GET", "/{path:path}"),
        ("HEAD", "/{path:path}"),
    }
)
"""Routes for whoever has not signed in: the page itself, the sign-in, whether the hub is well, and how devices join.

Joining and renewing carry their own proof; both are limited."""

RULES: Final[dict[tuple[str, str], frozenset[Role]]] = {
    ("GET", f"{API}/session"): EVERYONE,
    ("DELETE", f"{API}/session"): EVERYONE,
    ("GET", f"{API}/openapi.json"): EVERYONE,
    ("GET", f"{API}/metrics"): frozenset({Role.ADMIN, Role.AUDITOR}),
    ("GET", f"{API}/summary"): EVERYONE,
    ("GET", f"{API}/events"): EVERYONE,
    ("GET", f"{API}/sites"): EVERYONE,
    ("PUT", f"{API}/sites"): ADMINS,
    ("GET", f"{API}/items"): EVERYONE,
    ("PUT", f"{API}/items"): ADMINS,
    ("GET", f"{API}/organisations"): EVERYONE,
    ("PUT", f"{API}/organisations"): ADMINS,
    ("GET", f"{API}/roads"): EVERYONE,
    ("PUT", f"{API}/roads"): ADMINS,
    ("GET", f"{API}/region"): EVERYONE,
    ("PUT", f"{API}/region"): ADMINS,
    ("GET", f"{API}/stock"): EVERYONE,
    ("GET", f"{API}/balances"): EVERYONE,
    ("GET", f"{API}/trace"): EVERYONE,
    ("GET", f"{API}/journal"): EVERYONE,
    ("GET", f"{API}/devices"): EVERYONE,
    ("POST", f"{API}/devices"): ADMINS,
    ("GET", f"{API}/devices/{{name}}/track"): EVERYONE,
    ("GET", f"{API}/devices/{{name}}/commands"): EVERYONE,
    ("POST", f"{API}/devices/{{name}}/commands"): ADMINS,
    ("GET", f"{API}/devices/{{name}}/configuration"): EVERYONE,
    ("PUT", f"{API}/devices/{{name}}/configuration"): ADMINS,
    ("GET", f"{API}/devices/{{name}}/invitation"): ADMINS,
    ("POST", f"{API}/devices/{{name}}/invitation"): ADMINS,
    ("POST", f"{API}/devices/{{name}}/revocation"): ADMINS,
    ("GET", f"{API}/positions"): EVERYONE,
    ("GET", f"{API}/quarantine"): EVERYONE,
    ("GET", f"{API}/discrepancies"): EVERYONE,
    ("GET", f"{API}/gaps"): EVERYONE,
}


def ask(method: str, template: str, role: Role | None) -> Answer:
    """Whether a role (None: not signed in) may use a route, named by its method and path template."""
    key = (method, template)
    if key in OPEN:
        return Answer.COME_IN
    roles = RULES.get(key)
    if roles is None:
        return Answer.NO_RULE
    if role is None:
        return Answer.SIGN_IN
    return Answer.COME_IN if role in roles else Answer.NOT_YOU
