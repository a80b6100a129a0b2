"""What all lists of things that do not fit share: the row, how it is read, and whether it was accepted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from hub.core.discrepancies import Decision, Kind, Value, key_of, sentence
from hub.core.viewer import Viewer
from hub.store.queries.paging import Key
from hub.store.queries.searching import Word
from hub.store.queries.sight import sees_unit
from hub.store.queries.waiting import Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """One thing that does not fit, and what is known of it.

    `code` and `values` say it for programs, `detail` in English; `waiting` names devices that may clear it. `story` is
    what is said of it now: an acceptance holds while it stays the same. `asked` is what was decided of it last.
    """

    key: str
    kind: Kind
    site: str | None
    account: str | None
    item: str | None
    lot: str | None
    condition: str | None
    quantity: int | None
    code: str
    values: Mapping[str, Value]
    detail: str
    since: int | None
    waiting: Sequence[str] = ()
    owner: str | None = None
    story: str = ""
    asked: str | None = None


OTHER: Final = Discrepancy(
    key="", kind=Kind.NEGATIVE, site=None, account=None, item=None, lot=None, condition=None, quantity=None, code="",
    values={}, detail="", since=None,
)  # fmt: skip
"""A row that is not looked for: nothing was read of it, and nobody is shown it."""
Found = tuple[Key, Discrepancy]
_BEHIND = """
WITH goods AS (SELECT lot.id AS lot, account.id AS account FROM lot, account
               WHERE item = ? AND lot = ? AND owner = ? AND condition = ? AND account.code = ?)
SELECT count(*), max(at), total(seq) FROM (
  SELECT at, seq FROM goods JOIN move ON lot_id = lot
  WHERE voided = 0 AND source_id <> to_id AND account IN (source_id, to_id)
  UNION ALL SELECT at, seq FROM goods JOIN sighting ON lot_id = lot
  WHERE voided = 0 AND source_id <> to_id AND account IN (source_id, to_id)
  UNION ALL SELECT at, seq FROM goods JOIN tally ON account_id = account AND lot_id = lot WHERE voided = 0)
"""
_LOST = """
SELECT group_concat(stream) FROM (
  SELECT stream FROM lane JOIN device ON device.id = lane.device_id
  WHERE device.name = ? AND lane = 'facts' AND last > through ORDER BY stream)
"""
_LAST = "SELECT decision, story FROM settlement WHERE key = ? ORDER BY seq DESC LIMIT 1"
_OF_KIND = "SELECT EXISTS (SELECT 1 FROM settlement WHERE key > ? AND key < ?)"
_ACCEPTED = f"SELECT EXISTS (SELECT 1 FROM settlement WHERE key > ? AND key < ? AND decision = '{Decision.ACCEPT}')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a source says of one thing: the names that its key follows from, and what is said of it."""

    about: tuple[Value | None, ...]
    code: str
    values: Mapping[str, Value]
    story: tuple[Value | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Only:
    """What alone is looked for on the way of goods: consignments by their `seq`, units by their codes; JSON arrays."""

    consignments: str
    units: str


class Decided:
    """What was decided last about each thing; looked up one by one, as there are more of them than a page shows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._kinds: dict[Kind, bool] = {}

    def last(self, key: str) -> tuple[str | None, str]:
        """The decision and the story that it is about; None where nothing was decided."""
        kind = Kind(key.partition(".")[0])
        if kind not in self._kinds:
            self._kinds[kind] = self._has(_OF_KIND, kind)
        if not self._kinds[kind]:
            return None, ""
        row = self._connection.exec_driver_sql(_LAST, (key,)).first()
        return (None, "") if row is None else (row.decision, row.story)

    def accepted(self, kind: Kind) -> bool:
        """Whether a thing of a kind was ever accepted."""
        return self._has(_ACCEPTED, kind)

    def _has(self, query: str, kind: Kind) -> bool:
        return bool(self._connection.exec_driver_sql(query, (f"{kind}.", f"{kind}/")).scalar())


@dataclass(frozen=True, slots=True)
class Reading:
    """What the sources share: a connection, who reads, who is waited for, what was decided, and the time (Unix ms).

    `only` narrows the lists of hub.store.queries.differing_relief; None: everything. `wanted` is the key of the only
    row that is looked for: all others are OTHER. `words` have to be found in what is said of each.
    """

    connection: Connection
    viewer: Viewer
    now: int
    waiting: Waiting
    decided: "Decided"
    only: Only | None = None
    wanted: str | None = None
    words: Sequence[Word] = ()

    def row(
        self, kind: Kind, told: Told, *, site: str | None, account: str | None = None, item: str | None = None,
        lot: str | None = None, owner: str | None = None, condition: str | None = None, quantity: int | None = None,
        since: int | None = None,
    ) -> Discrepancy:  # fmt: skip
        key = key_of(kind, *told.about)
        if self.wanted not in (None, key):
            return OTHER
        expected = self.waiting.sentence(site)
        detail = sentence(told.code, told.values)
        return Discrepancy(
            key=key, kind=kind, site=site, account=account, item=item, lot=lot, owner=owner, condition=condition,
            quantity=quantity, since=since, code=told.code, values=told.values, waiting=self.waiting.devices(site),
            detail=detail if expected is None else f"{detail}; {expected}", story="|".join(map(str, told.story)),
            asked=self.decided.last(key)[0],
        )  # fmt: skip

    def may_see(self, site: str | None, owner: str) -> bool:
        """Whether the viewer sees what is of this site and owner: asked before a row is made of it."""
        return self.viewer.may_see_site(site) and self.viewer.may_see_owner(owner)

    def shows(self, row: Discrepancy) -> bool:
        """Whether it is open, and the viewer may see it: by its owner, else by its unit; facts belong to nobody."""
        if row is OTHER or not self._has_words(row) or self._accepted(row) or not self.viewer.may_see_site(row.site):
            return False
        if self.viewer.owner_filter is None or row.owner is not None:
            return row.owner is None or self.viewer.may_see_owner(row.owner)
        return row.item is not None and sees_unit(self.connection, self.viewer, row.item)

    def _has_words(self, row: Discrepancy) -> bool:
        texts = row.key, row.account, row.lot, row.detail
        return all(word(*texts, site=row.site, owner=row.owner, item=row.item) for word in self.words)

    def _accepted(self, row: Discrepancy) -> bool:
        decision, story = self.decided.last(row.key)
        if decision != Decision.ACCEPT or not story.startswith(row.story):
            return False
        return story == whole_story(self.connection, row)


def whole_story(connection: Connection, row: Discrepancy) -> str:
    """What an acceptance holds for: what is said of it, and which facts say it.

    A sum that comes back by other facts is another story, and so are other facts that a device lost. Read only for
    what is or was accepted: it takes a look at all facts of the goods.
    """
    if row.kind in (Kind.NEGATIVE, Kind.UNKNOWN_PLACE):
        names = (row.item, row.lot, row.owner, row.condition, row.account)
        behind = connection.exec_driver_sql(_BEHIND, names).one()
    elif row.kind is Kind.LOST_FACTS and "first" not in row.values:
        behind = connection.exec_driver_sql(_LOST, (row.values["device"],)).one()
    else:
        return row.story
    return "|".join(map(str, (row.story, *behind)))


Source = Callable[[Reading, Key | None, int], Sequence[Found]]
"""Gives rows after a key, in the order of their keys, so many at most."""


def reading(connection: Connection, viewer: Viewer, now: int) -> Reading:
    """Ready to read."""
    return Reading(connection, viewer, now, Waiting(connection), Decided(connection))
