"""What a device warns of, by the site data that it holds. A warning never keeps a fact back: goods were moved already.

Each is a code that goes into the fact (`warned`) and a sentence for the display. Dates are judged by the local day of
the site. A device that was told nothing knows no goods, so it calls none unknown; what a label says itself, its
expiry, is judged all the same.
"""

from edge.core.dialogue_state import Goods, Moment, Said, State, done_of, said
from edge.core.facts import bin_owner, delivery_of
from edge.core.knowledge import Knowledge
from edge.core.labelling import goods_key, pieces
from edge.core.verbs import (
    EXPIRED,
    OVER,
    QUARANTINED,
    RECALLED,
    SOON,
    UNEXPECTED,
    UNKNOWN,
    VERBS,
    WRONG_OWNER,
    WRONG_PLACE,
)
from wire import codes
from wire.labels import Kind, Label
from wire.sitedata import Delivery, LotNote

Between = tuple[str | None, str | None]


def cautions(state: State, goods: Goods, between: Between, owner: str | None, now: Moment) -> tuple[Said, ...]:
    """All that is to be said against what was just scanned, most serious first; the codes are those of the facts."""
    wanted = VERBS[state.verb].warns
    found = [*_of_lot(goods, now), *_of_place(state, goods, between, owner, now)]
    if UNEXPECTED in wanted:
        found += _of_delivery(state, goods, now)
    return tuple(each for each in found if each.code in wanted)


def codes_of(warnings: tuple[Said, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.code for each in warnings))


def line_of(delivery: Delivery, goods: Goods, knows: Knowledge) -> int | None:
    """Which line of a delivery announced these goods: one that names their lot before one that names none."""
    key, lot = goods_key(goods.label, knows), goods.label.lot
    lines = [(line.lot is None, at) for at, line in enumerate(delivery.lines) if line.gtin == key]
    fitting = [(any_lot, at) for any_lot, at in lines if any_lot or lot is None or delivery.lines[at].lot == lot]
    return min(fitting)[1] if fitting else None


def progress_key(state: State, goods: Goods, knows: Knowledge) -> str:
    """What of the delivery's announcement a receipt counts towards; '' for nothing."""
    delivery = delivery_of(state, knows) if UNEXPECTED in VERBS[state.verb].warns else None
    if delivery is None:
        return ""
    if goods.label.sscc is not None:
        return f"unit:{goods.label.sscc}"
    at = line_of(delivery, goods, knows)
    return "" if at is None else f"line:{at}"


def _of_lot(goods: Goods, now: Moment) -> list[Said]:
    label, knows = goods.label, now.knows
    key = goods_key(label, knows)
    found: list[Said] = []
    if knows.version is not None and knows.article(key) is None and not _is_known(label, knows):
        found.append(said(UNKNOWN))
    note = knows.lot(key, label.lot or "")
    if note is not None and note.state == RECALLED:
        found.insert(0, said(RECALLED, lot=note.lot or label.lot or "-", why=note.reason))
    elif note is not None and note.state == QUARANTINED:
        found.insert(0, said(QUARANTINED, lot=note.lot or label.lot or "-", why=note.reason))
    found += _of_date(label, note, now)
    return found


def _of_date(label: Label, note: LotNote | None, now: Moment) -> list[Said]:
    days = (label.expiry or label.best_before, note.expiry if note is not None else None)
    expiry = min((day for day in days if day is not None), default=None)
    if expiry is None:
        return []
    today = now.knows.today(now.at)
    if expiry < today.day:
        return [said(EXPIRED, day=expiry)]
    return [said(SOON, day=expiry)] if expiry <= today.soon else []


def _is_known(label: Label, knows: Knowledge) -> bool:
    """Whether goods that are no article are known all the same: a unit, a parcel, or a code of ours."""
    if label.sscc is not None:
        return True
    code = codes.read(label.text) if label.kind is Kind.TEXT else None
    if code is None or code.value is None:
        return False
    return code.name == codes.PARCEL or (code.name == codes.GOODS and knows.goods(code.value) is not None)


def _of_place(state: State, goods: Goods, between: Between, owner: str | None, now: Moment) -> list[Said]:
    knows = now.knows
    found: list[Said] = []
    kept_for = [who for account in between if (who := bin_owner(account, knows)) is not None]
    named = [*kept_for, *([state.owner] if state.owner is not None else [])]
    if owner is not None and any(who != owner for who in named):
        found.append(said(WRONG_OWNER, owner=owner, other=next(who for who in named if who != owner)))
    to = between[1]
    if to is None or to != state.to or not to.startswith("place:") or "/" not in to or knows.version is None:
        return found  # only a place that a person named can be a wrong one
    known = knows.bin(to[6:])
    if known is None:
        return [*found, said(WRONG_PLACE, place=to[6:], why="unknown")]
    if state.verb not in {"put-away", "move"}:
        return found
    key = goods_key(goods.label, knows)
    article, note = knows.article(key), knows.lot(key, goods.label.lot or "")
    if note is not None and note.state != "ok" and known.kind != "quarantine":
        found.append(said(WRONG_PLACE, place=to[6:], why="quarantine"))
    elif article is not None and article.temperature != "ambient" and known.kind == "shelf":
        found.append(said(WRONG_PLACE, place=to[6:], why=article.temperature))
    return found


def _of_delivery(state: State, goods: Goods, now: Moment) -> list[Said]:
    delivery = delivery_of(state, now.knows)
    if delivery is None:
        missing = now.knows.version is not None and (state.task or "").startswith("delivery:")
        return [said(UNEXPECTED, task=state.task or "")] if missing else []
    key = progress_key(state, goods, now.knows)
    if goods.label.sscc is not None:
        if goods.label.sscc not in delivery.units:
            return [said(UNEXPECTED, task=delivery.id)]
        return [said(OVER, done=done_of(state, key) + 1, n=1)] if done_of(state, key) else []
    if not key:
        return [said(UNEXPECTED, task=delivery.id)]
    announced = delivery.lines[int(key.removeprefix("line:"))].n
    total = done_of(state, key) + pieces(goods)
    return [said(OVER, done=total, n=announced)] if total > announced else []
