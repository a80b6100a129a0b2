"""Pages of long lists: cursors that name the last row seen, so that rows which come meanwhile shift nothing."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Generic, TypeVar

import msgspec

from hub.errors import HubError

Part = int | str
Key = tuple[Part, ...]
Shape = tuple[type[Part], ...]
T = TypeVar("T")

_GREATEST = 2**63 - 1
_decoder = msgspec.json.Decoder(tuple[str, str, tuple[Part, ...]])


class CursorError(HubError):
    """A cursor that was not made by this list: begin the list again without it."""


class StaleCursorError(CursorError):
    """A cursor from before the hub was restored from a backup: its rows may not exist any more."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows, and the cursor for those after them; None where these were the last."""

    rows: Sequence[T]
    next: str | None


class Pager:
    """Reads and writes the cursors of one list: a query with its filters, in one generation of the ledger."""

    def __init__(self, generation: str, *scope: Part | None) -> None:
        self._generation = generation
        self._scope = blake2b(repr(scope).encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()

    def key(self, cursor: str | None, *shapes: Shape) -> Key | None:
        """The key in a cursor, its parts of the types in one of `shapes`; None for no cursor. Raises CursorError."""
        if cursor is None:
            return None
        generation, scope, key = _unpack(cursor)
        if generation != self._generation:
            raise StaleCursorError("this list was begun before the hub was restored from a backup")
        if scope != self._scope or tuple(map(type, key)) not in shapes:
            raise CursorError("this cursor belongs to another list, or to other filters")
        if any(isinstance(part, int) and abs(part) > _GREATEST for part in key):
            raise CursorError("this cursor was not made by the hub")
        return key

    def page(self, rows: Sequence[tuple[Key, T]], limit: int) -> Page[T]:
        """A page out of up to `limit` + 1 rows with their keys."""
        more = len(rows) > limit
        return Page([row for _, row in rows[:limit]], self._cursor(rows[limit - 1][0]) if more else None)

    def _cursor(self, key: Key) -> str:
        packed = msgspec.json.encode((self._generation, self._scope, key))
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _unpack(cursor: str) -> tuple[str, str, Key]:
    try:
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return _decoder.decode(packed)
    except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
        raise CursorError("this cursor was not made by the hub") from error
