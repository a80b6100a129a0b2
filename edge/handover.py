"""What one shift hands over to the next: open tasks, what was warned of, what is not sent, who was here. Reads only.

Made from what is on the device alone, so it is the same with the hub gone. Every line is in English and in Chinese.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final, TypeVar

from edge import status as status_file
from edge.browse import browse, open_to_read
from edge.config import Settings
from edge.core.printouts import SHIFT_MS, HandoverSlip
from edge.core.running_list import labels_of
from edge.store.errors import explain
from edge.store.knowledge import NAME as KNOWN
from edge.store.known_site import KnownSite, zone
from edge.store.schema import SHIFT, base
from edge.store.shifts import Shift
from edge.store.shifts import read as read_shifts
from wire.codec import decode_item
from wire.display import shown
from wire.errors import DecodeError
from wire.messages import Count, Kit, Scan, Void
from wire.sitedata import CountNote, Delivery, PickList

TITLE: Final = "交接班 Shift hand-over"
HOUR_MS: Final = 3_600_000
MOST_FACTS: Final = 20_000
"""The newest facts that are looked through: more than two people scan in a shift."""
MOST_SHOWN: Final = 40
"""Lines of each kind; of more it is said how many."""
_WARNED: Final = {
    "expired": "已过期 expired",
    "expires-soon": "即将过期 expires soon",
    "recalled": "已召回 recalled",
    "quarantined": "已隔离 quarantined",
    "unknown-item": "未知货物 unknown goods",
    "unexpected": "不在单据内 not expected here",
    "over": "超出数量 more than announced",
    "short": "数量不足 less than asked for",
    "wrong-owner": "货主不符 another owner's",
    "wrong-place": "位置不符 wrong place",
    "wrong-station": "属于其他站点 for another station",
    "given": "已交付过 handed over before",
    "no-code": "未核对取件码 without a code",
    "code-locked": "取件码已锁定 code locked",
}

_NEWEST: Final = f"""
    SELECT stream, id, payload FROM facts JOIN streams ON streams.no = id >> {SHIFT} ORDER BY id DESC LIMIT ?
"""  # noqa: S608 - a number of ours

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was warned of and done all the same: when, of what, by whom."""

    at: int
    codes: tuple[str, ...]
    label: str
    task: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """Everything that a slip says. Times are Unix ms by the device's clock; `zone` is the site's."""

    device: str
    site: str
    zone: tzinfo
    asked: HandoverSlip
    facts: int
    pending: int
    hub: bool
    shifts: tuple[Shift, ...]
    deliveries: tuple[Delivery, ...]
    picks: tuple[PickList, ...]
    counts: tuple[CountNote, ...]
    done: Counter[str]
    """Pieces that were scanned here for a task in this time."""
    seen: tuple[Seen, ...]


def gather(settings: Settings, asked: HandoverSlip) -> Handover:
    """Read it off the device. Raises EdgeError."""
    with closing(KnownSite(settings.device.data / KNOWN)) as site:
        deliveries, picks, counts = site.deliveries(), site.picks(), site.counts()
        name = f"{site.site.name_zh} {site.site.name}".strip() if site.site else ""
        local = zone(site.site.zone) if site.site else UTC
    facts, seen, done = 0, [], Counter[str]()
    for item in _facts(settings, asked):
        facts += 1
        if isinstance(item, Scan) and item.task:
            done[item.task] += item.n
        if isinstance(item, Scan | Count | Kit) and item.warned:
            label, by = labels_of(item)[0], item.by or ""
            seen.append(Seen(at=item.at, codes=item.warned, label=label, task=item.task or "", by=by))
    status = status_file.read(settings.status)
    with browse(settings.outbox) as browser:
        pending = browser.counts().pending_facts
    return Handover(
        device=settings.device.name,
        site=name,
        zone=local,
        asked=asked,
        facts=facts,
        pending=pending,
        hub=status is not None and status_file.is_alive(status) and status.delivery == "flowing",
        shifts=tuple(each for each in _shifts(settings) if each.to is None or each.to >= asked.since),
        deliveries=deliveries,
        picks=picks,
        counts=counts,
        done=done,
        seen=tuple(seen),
    )


def lines(found: Handover) -> list[str]:
    """The slip as text, for paper and for a terminal: nothing in it steers one."""
    at, since = (_when(ms, found.zone) for ms in (found.asked.at, found.asked.since))
    said = [f"设备 Device: {found.device}   {found.site}", f"时间 Time: {since} – {at}"]
    if found.asked.by:
        said.append(f"交班人 Handed over by: {found.asked.by}")
    said += [f"本班扫描 Facts in this shift: {found.facts}", _pending(found), "", "登录 Signed on:"]
    said += _most([_shift(each, found.zone) for each in found.shifts]) or ["  无 nobody"]
    said += ["", "未完成到货 Open deliveries:"]
    said += _most([_delivery(each, found.done) for each in found.deliveries]) or ["  无 none"]
    said += ["", "未完成拣货 Open picks:"]
    said += _most([_pick(each, found.done) for each in found.picks]) or ["  无 none"]
    said += ["", "未完成盘点 Open counts:"]
    said += _most([f"  {each.id}: {each.shelf or '所有货架 all shelves'}" for each in found.counts]) or ["  无 none"]
    said += ["", "本班警告 Warned of in this shift:"]
    said += _most([_seen(each, found.zone) for each in found.seen]) or ["  无 none"]
    said += ["", "签名 Signatures: ______________  ______________"]
    return [shown(line) for line in said]


def asked(settings: Settings, *, at: int, hours: int = 0) -> HandoverSlip:
    """The slip of whoever is signed on now, since they signed on first; with `hours`, or nobody there, of so many.

    Raises EdgeError.
    """
    since = at - (hours * HOUR_MS or SHIFT_MS)
    shifts = [each for each in _shifts(settings) if each.begun >= since]
    here = None if hours else next((each.name for each in shifts if each.to is None), None)
    begun = min((each.begun for each in shifts if each.name == here), default=since)
    return HandoverSlip(since=since if here is None else begun, at=at, by=here)


def _facts(settings: Settings, asked: HandoverSlip) -> list[Scan | Count | Kit]:
    """Those of the shift, newest first, without what was undone since or kept anew with a further label."""
    found: list[Scan | Count | Kit] = []
    voided = set()
    for stream, id_, payload in _read(settings, lambda db: db.execute(_NEWEST, (MOST_FACTS,)).fetchall()):
        try:
            item = decode_item(payload)
        except DecodeError:
            continue
        if isinstance(item, Void):
            voided.add((item.stream, item.seq))
        elif isinstance(item, Scan | Count | Kit) and (stream, id_ - base(id_ >> SHIFT)) not in voided:
            found += [item] if asked.since <= item.at <= asked.at else []
    return found


def _shifts(settings: Settings) -> list[Shift]:
    return _read(settings, lambda db: read_shifts(db, MOST_SHOWN))


def _read(settings: Settings, work: Callable[[sqlite3.Connection], T]) -> T:
    """By a connection that only reads, while the agent runs. Raises OutboxError."""
    try:
        with closing(open_to_read(settings.outbox)) as db:
            return work(db)
    except sqlite3.Error as error:
        raise explain(error, settings.outbox, "read") from error


def _pending(found: Handover) -> str:
    if not found.pending:
        return "全部已发送 Everything is at the hub"
    why = "" if found.hub else "（未连接中心 no hub answers）"
    return f"未发送 Not sent yet: {found.pending} {why}".rstrip()


def _shift(each: Shift, zone: tzinfo) -> str:
    end = _when(each.to, zone) if each.to is not None else "…"
    return f"  {each.name}: {_when(each.begun, zone)} – {end}"


def _delivery(each: Delivery, done: Counter[str]) -> str:
    announced = sum(line.n for line in each.lines)
    units = f" + {len(each.units)} 托 units" if each.units else ""
    here = done[f"delivery:{each.id}"]
    day = str(each.expected)
    return f"  {each.id} ({each.owner}) {day[:4]}-{day[4:6]}-{day[6:]}: {here} / {announced}{units}"


def _pick(each: PickList, done: Counter[str]) -> str:
    return f"  {each.id} → {each.to}: {done[f'pick:{each.id}']} / {sum(line.n for line in each.lines)}"


def _seen(each: Seen, zone: tzinfo) -> str:
    codes = ", ".join(_WARNED.get(code, code) for code in each.codes)
    about = " ".join(filter(None, (each.task, each.by)))
    return f"  {_when(each.at, zone)} {codes}: {each.label[:60]} {about}".rstrip()


def _most(said: list[str]) -> list[str]:
    more = len(said) - MOST_SHOWN
    return said if more <= 0 else [*said[:MOST_SHOWN], f"  … 还有 and {more} more"]


def _when(ms: int, local: tzinfo) -> str:
    try:
        return datetime.fromtimestamp(ms / 1000, local).strftime("%m-%d %H:%M")
    except (OverflowError, ValueError, OSError):
        return f"{ms} ms"
