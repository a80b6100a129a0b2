"""What a device warns of, by the site data that it holds. A warning never keeps a fact back: goods were moved already.

Each is a code that goes into the fact (`warned`) and a sentence for the display. Dates are judged by the local day of
the site. A device that was told nothing knows no goods, so it calls none unknown; what a label says itself, its
expiry, is judged all the same.
"""

from typing import Final

from edge.core.announcements import announced
from edge.core.dialogue_state import Goods, Moment, Said, State, done_of, said
from edge.core.facts import bin_owner
from edge.core.knowledge import Knowledge
from edge.core.labelling import goods_key, pieces
from edge.core.parcels import is_given, station_of
from edge.core.verbs import (
    EXPIRED,
    GIVEN,
    NO_CODE,
    OVER,
    QUARANTINED,
    RECALLED,
    SOON,
    UNEXPECTED,
    UNKNOWN,
    VERBS,
    WRONG_OWNER,
    WRONG_PLACE,
    WRONG_STATION,
)
from wire import codes
from wire.labels import Kind, Label
from wire.sitedata import Content, LotNote, Parcel

Between = tuple[str | None, str | None]
_ANNOUNCING: Final = frozenset({("delivery", "receive"), ("consignment", "receive"), ("consignment", "unload")})
"""Under these verbs goods of a task that the device does not know are not expected."""


def cautions(state: State, goods: Goods, between: Between, owner: str | None, now: Moment) -> tuple[Said, ...]:
    """All that is to be said against what was just scanned, most serious first; the codes are those of the facts."""
    wanted = VERBS[state.verb].warns
    found = [*_of_lot(goods, now), *_of_place(state, goods, between, owner, now)]
    if UNEXPECTED in wanted:
        found += _of_announcement(state, goods, now)
    found += _of_parcel(state, goods, between, now)
    return tuple(each for each in found if each.code in wanted)


def codes_of(warnings: tuple[Said, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.code for each in warnings))


def progress_key(state: State, goods: Goods, knows: Knowledge) -> str:
    """What of an announcement this counts towards; '' for nothing."""
    found = announced(state, knows)
    return found.key(goods, knows) if found is not None else ""


def _of_lot(goods: Goods, now: Moment) -> list[Said]:
    label, knows = goods.label, now.knows
    key = goods_key(label, knows)
    note = knows.lot(key, label.lot or "")
    found = _of_note(note, label.lot or "")
    if knows.version is not None and knows.article(key) is None and not _is_known(label, knows):
        found.append(said(UNKNOWN))
    return [*found, *_of_date(label.expiry or label.best_before, note, now), *_of_contents(goods, now)]


def _of_note(note: LotNote | None, lot: str) -> list[Said]:
    if note is None or note.state not in {RECALLED, QUARANTINED}:
        return []
    return [said(note.state, lot=note.lot or lot or "-", why=note.reason)]


def _of_contents(goods: Goods, now: Moment) -> list[Said]:
    """Of what is in a handling unit, or is to be in a parcel: each thing once, of the lot that expires first."""
    found: dict[str, Said] = {}
    for each in _contents(goods.label, now.knows):
        note = now.knows.lot(each.gtin, each.lot)
        for word in (*_of_note(note, each.lot), *_of_date(each.expiry, note, now)):
            found.setdefault(word.code, word)
    return list(found.values())


def _contents(label: Label, knows: Knowledge) -> tuple[Content, ...]:
    inside = knows.contents(label.handling_unit) if label.handling_unit is not None else ()
    planned = knows.parcel(label.parcel) if label.parcel is not None and not inside else None
    return inside if planned is None else tuple(Content(gtin=x.gtin, n=x.n, lot=x.lot or "") for x in planned.lines)


def _of_date(day: int | None, note: LotNote | None, now: Moment) -> list[Said]:
    days = (day, note.expiry if note is not None else None)
    expiry = min((day for day in days if day is not None), default=None)
    if expiry is None:
        return []
    today = now.knows.today(now.at)
    if expiry < today.day:
        return [said(EXPIRED, day=expiry)]
    return [said(SOON, day=expiry)] if expiry <= today.soon else []


def _is_known(label: Label, knows: Knowledge) -> bool:
    """Whether goods that are no article are known all the same: a unit, or a code of ours."""
    if label.handling_unit is not None:
        return True
    code = codes.read(label.text) if label.kind is Kind.TEXT else None
    return code is not None and code.name == codes.GOODS and knows.goods(code.value or "") is not None


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


def _of_announcement(state: State, goods: Goods, now: Moment) -> list[Said]:
    found = announced(state, now.knows)
    if found is None:
        known = now.knows.version is not None
        kind = (state.task or "").partition(":")[0]
        missing = known and (kind, state.verb) in _ANNOUNCING and not goods.label.parcel
        return [said(UNEXPECTED, task=state.task or "")] if missing else []
    key = found.key(goods, now.knows)
    if goods.label.handling_unit is not None:
        if not found.names(goods.label.handling_unit):
            return [said(UNEXPECTED, task=found.id)] if found.names_all_like(goods.label.handling_unit) else []
        return [said(OVER, done=done_of(state, key) + 1, n=1)] if done_of(state, key) else []
    if not key:
        return [said(UNEXPECTED, task=found.id)]
    wanted = found.wanted(key)
    total = done_of(state, key) + pieces(goods)
    return [said(OVER, done=total, n=wanted)] if total > wanted else []


def _of_parcel(state: State, goods: Goods, between: Between, now: Moment) -> list[Said]:
    """For another station, given already, without its code."""
    parcel, knows = goods.label.parcel, now.knows
    if parcel is None:
        return []
    found = _of_station(state, parcel, knows.parcel(parcel), between, knows)
    if is_given(parcel, knows):
        found.append(said(GIVEN, parcel=parcel))
    return [*found, said(NO_CODE)]


def _of_station(state: State, parcel: str, known: Parcel | None, between: Between, knows: Knowledge) -> list[Said]:
    """By what the hub told of it, else by its id, which says for which station it is."""
    to = between[1] or ""
    site = to[6:].partition("/")[0] if to.startswith("place:") else knows.site.id if knows.site else ""
    meant = station_of(parcel)
    if known is not None:
        meant = (known.where if knows.station(known.where) else meant) if known.state == "elsewhere" else None
    elif f"parcel:{parcel}" in _expected_here(state, knows):
        return []
    if meant is not None and site and meant != site:
        other = knows.station(meant)
        name = other.name if other else meant
        return [said(WRONG_STATION, station=name, station_zh=(other.name_zh if other else "") or name)]
    stands_alone = known is None and meant == site and knows.version is not None
    return [said(UNEXPECTED, task=parcel)] if stands_alone and UNEXPECTED in VERBS[state.verb].warns else []


def _expected_here(state: State, knows: Knowledge) -> tuple[str, ...]:
    kind, _, name = (state.task or "").partition(":")
    found = knows.consignment(name) if kind == "consignment" else None
    return found.units if found is not None else ()
