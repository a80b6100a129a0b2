"""Who reads, in tests of queries."""

from hub.core.viewer import Role, Viewer

EVERYTHING = Viewer(name="sue", role=Role.SUPERVISOR)


def staff_of(organisation: str) -> Viewer:
    """One of an organisation's staff."""
    return Viewer(name="stan", role=Role.STAFF, organisation=organisation)


def operator_at(site: str) -> Viewer:
    """One who works in a warehouse."""
    return Viewer(name="olga", role=Role.OPERATOR, site=site)
