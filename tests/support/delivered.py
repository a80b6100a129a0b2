"""A call that became a request, a consignment and a parcel, up to the hand-over; and what the caller was told of it."""

from typing import Any

from hub.store import help_lines, notices, recipients
from hub.store.calls import NewCall, Said, take
from hub.store.recipients import Personal
from tests.support.hubweb import ORGANISATION as OWN
from tests.support.relief_stock import SHELF
from tests.support.relief_world import STATION, TRUCK, Relief
from wire.actions import Action

NAME, PHONE = "王小芳", "13800138000"


def call_in(world: Relief, answering: str) -> tuple[str, str]:
    """Somebody calls; the ids of the call and the recipient."""
    services = world.web.services
    with services.database.write() as connection:
        said = help_lines.Wording(
            name="Line", number="400", hours="8-18", languages=("zh",), groups=(), questions=()
        )  # fmt: skip
        help_lines.open_line(connection, "1" * 16, OWN, said, by="t", now=services.clock())
        line = help_lines.one(connection, "1" * 16)
        help_lines.set_operators(connection, line, [answering], by="t", now=services.clock())
        who = recipients.make(
            connection, services.vault, Personal(name=NAME, phone=PHONE), line=line.seq, by="t", now=services.clock()
        )
        new = NewCall(
            id="2" * 16, recipient=who, kind="need", phone=PHONE, about=None, after=None, due=None, by="helpline-1",
            said=Said(note="diabetic", answers=()), now=services.clock(),
        )  # fmt: skip
        take(connection, services.vault, line, new)
    return "2" * 16, who


def delivered(world: Relief, answering: str = "token token-helpline") -> tuple[str, Any, Any, Any]:
    """A call that became a hand-over."""
    call, who = call_in(world, answering)
    world.receive(20)
    asked = world.allocated(5, call=call, recipient=who)
    sent = world.plan(asked["id"])
    (parcel,) = world.parcels(consignment=sent["id"])
    world.pack(parcel, 5, sent)
    world.seen(parcel, Action.LOAD, SHELF, TRUCK)
    world.seen(parcel, Action.UNLOAD, TRUCK, STATION)
    world.seen(parcel, Action.PUT_AWAY, STATION, "place:st-1/a02")
    with world.web.database.write() as connection:
        notices.enqueue(
            connection, world.web.services.vault, kind="new-code", recipient=who, about=f"request:{asked['id']}",
            values={"code": "412038927"}, now=world.web.clock(),
        )  # fmt: skip
    world.seen(parcel, Action.HAND_OVER, "place:st-1/a02", None)
    return call, asked, sent, parcel
