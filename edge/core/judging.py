"""What the program that checks a collection code (edge/code_check.py) answers the agent (edge/collection.py). Pure."""

from typing import Literal

import msgspec

from wire.collecting import GivenElsewhere


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """`parcel` is the one whose code it is, `parcels` all that is open.

    `near` are those whose hint fits and whose code does not, `given` is what the hub says was given out; `token` is by
    what the hub let this check in, '' where it did not answer.
    """

    verdict: Literal["right", "wrong", "locked"]
    parcel: str = ""
    round: int = 1
    sealed: str = ""
    proxy: int | None = None
    parcels: tuple[str, ...] = ()
    near: tuple[tuple[str, int], ...] = ()
    given: tuple[GivenElsewhere, ...] = ()
    token: str = ""
