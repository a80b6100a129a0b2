"""People of a table: added with an invitation each, or changed. Nobody is deactivated by a table."""

from sqlalchemy import Connection, select

from hub.core.viewer import Role
from hub.store import links, people, schema
from hub.store.people import Person, Post
from hub.store.users import UserError
from hub.tables.checking import Checked, Fault
from hub.tables.judging import Record
from hub.tables.taking import MOST_CHANGES, Change, Invited, Outcome


def take(connection: Connection, checked: Checked, *, by: str, now: int) -> Outcome:
    """Add and change the people of a table without faults, in the caller's transaction; their links, shown once."""
    there = {row.name: people.person(row) for row in connection.execute(select(schema.user))}
    counts = {"added": 0, "changed": 0, "same": 0}
    faults: list[Fault] = []
    changes: list[Change] = []
    invited: list[Invited] = []
    for number, record in checked.records:
        old = there.get(record["name"])
        fields = _fields(old, record)
        counts["added" if old is None else "changed" if fields else "same"] += 1
        if not fields:
            continue
        changes.append(Change(row=number, key=record["name"], added=old is None, fields=fields))
        try:
            _store(connection, old, record, by=by, now=now)
            if old is None:
                link = links.make(connection, record["name"], by=by, now=now)
                invited.append(Invited(name=link.name, path=link.path, expires_at=link.expires_at))
        except UserError as error:
            faults.append(Fault(row=number, column="name", value="", message=str(error), remedy="correct the row"))
    return Outcome(
        **counts, changes=tuple(changes[:MOST_CHANGES]), faults=tuple(faults[:MOST_CHANGES]), invited=tuple(invited)
    )


def _fields(old: Person | None, record: Record) -> dict[str, str]:
    """What becomes other."""
    if old is None:
        return {name: str(value) for name, value in record.items() if value not in (None, "")}
    now = {
        "shown": old.shown, "role": old.post.role.value,
        "organisation": old.post.organisation, "site": old.post.site,
    }  # fmt: skip
    return {name: str(record[name] or "") for name in now if name in record and record[name] != now[name]}


def _store(connection: Connection, old: Person | None, record: Record, *, by: str, now: int) -> None:
    if old is None:
        post = Post(role=Role(record["role"]), organisation=record.get("organisation"), site=record.get("site"))
        people.add(connection, record["name"], post, shown=record.get("shown") or "", by=by, now=now)
        return
    changes: Record = {name: record[name] for name in ("role", "organisation", "site", "shown") if name in record}
    people.change(connection, record["name"], changes, by=by, now=now)
