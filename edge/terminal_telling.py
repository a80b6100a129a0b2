"""What a terminal's page is told, made of a dialogue and of how the device stands: see edge/ui/messages.py."""

from dataclasses import dataclass

import msgspec

from edge.config import Settings
from edge.core.dialogue import Said, said
from edge.core.knowledge import Knowledge
from edge.core.naming import TYPED, named
from edge.core.running_list import LONGEST_LABEL, goods_of, is_digits, shown_as, spoken, spoken_of
from edge.core.verbs import VERBS
from edge.drivers.answered import Answered, Missing, Unwanted
from edge.drivers.conversation import Conversation
from edge.frames.scanner import Garbage, Reading
from edge.ui import messages
from edge.ui.messages import Digits, Goods, Hello, Language, Row, Stored, Verdict, Via, Words
from edge.version import VERSION
from wire import called
from wire.display import shown
from wire.messages import Void


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the device stands, for every page: see edge.ui.messages.State."""

    pending: int = 0
    oldest_s: int = 0
    hub: messages.Hub = "offline"
    heard_s: int | None = None
    room: messages.Room = "free"
    problem: Words | None = None
    printing: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A reading that a page brought."""

    frame: Reading | Unwanted
    id: str
    text: str
    via: Via


def hello(
    settings: Settings, talk: Conversation, *, run: str, terminal: str, screen: bool, language: Language, now: int
) -> Hello:
    """What terminal this is."""
    site, terms = talk.knows.site, settings.terminal
    may: list[messages.Power] = ["practice"]
    may += ["print"] if settings.printer is not None else []
    may += ["pair"] if screen and terms is not None and terms.listen else []
    may += ["sign-on"] if talk.state.work.sign_on else []
    return Hello(
        run=run,
        device=settings.device.name,
        kind=settings.device.kind,
        site=site.id if site is not None else "",
        site_name=Words(en=site.name, zh=site.name_zh or site.name) if site is not None else Words(),
        zone=site.zone if site is not None else "UTC",
        language=language,
        version=VERSION,
        terminal=terminal,
        screen=screen,
        practice=talk.practises,
        printer=settings.printer is not None,
        scanner=terms.scanner if screen and terms is not None else "",
        may=tuple(may),
        verbs=tuple(messages.Choice(verb=verb, title=_title(verb)) for verb in VERBS),
        now=now,
    )


def state_of(talk: Conversation, standing: Standing, *, busy: bool, now: int) -> messages.State:
    """Where a dialogue and its device stand."""
    state, then = talk.state, talk.expects()
    digits, typed = _digits(then, state.verb, is_open=state.opening is not None), len(state.digits)
    if state.signing is not None:
        digits, typed = "pin", len(state.signing.pin)
    return messages.State(
        person=state.person.name if state.person is not None else None,
        do=state.verb,
        task=state.task or "",
        expects=spoken(then),
        wants=then.code,
        digits=digits,
        typed=typed,
        hand=len(state.hand) + len(state.parts),
        open=len(state.opening.parcels) if state.opening is not None else 0,
        pending=standing.pending,
        oldest_s=standing.oldest_s,
        hub=standing.hub,
        heard_s=standing.heard_s,
        room=standing.room,
        problem=standing.problem,
        printing=standing.printing,
        busy=busy,
        now=now,
    )


def row_of(each: Answered, mine: Asked | None, n: int, knows: Knowledge, undone: Row | None) -> Row:
    """One reading and what came of it; `mine` where a page brought it, `undone` is the row whose fact it took back."""
    outcome, missing = each.outcome, each.missing
    text = mine.text if mine is not None else text_of(each)
    verdict = shown_as(outcome, full=None if missing is None else missing is Missing.FULL)
    words = spoken_of(outcome)
    if missing is not None:
        words = spoken(said("trouble-full" if missing is Missing.FULL else "not-stored"))
    elif each.voided and not each.places and not words.en:
        verdict, words = "obeyed", spoken(said("undone-fact"))
    return Row(
        n=n,
        at=each.at,
        label="" if outcome.secret or is_digits(text) else shown(text.removeprefix(TYPED), LONGEST_LABEL),
        verdict=verdict,
        words=words,
        next=spoken(each.then),
        stored=Stored(stream=each.places[-1][0], seq=each.places[-1][1]) if each.places else None,
        via=mine.via if mine is not None else "serial",
        secret=outcome.secret,
        do=each.do,
        id=mine.id if mine is not None else "",
        goods=_goods(each, text, knows, undone),
    )


def _goods(each: Answered, text: str, knows: Knowledge, undone: Row | None) -> Goods | None:
    if each.outcome.secret or is_digits(text):
        return None
    kept = [item for item in each.outcome.items if not isinstance(item, Void)]
    if kept:
        return goods_of(kept[-1], knows)
    return undone.goods if undone is not None else named((text,), knows)


def verdict_of(row: Row) -> Verdict:
    """A row as it is said to pages."""
    return Verdict(**msgspec.structs.asdict(row))


def text_of(each: Answered) -> str:
    """What was read."""
    if isinstance(each.frame, Reading):
        return each.frame.text
    return each.frame.fault.value if isinstance(each.frame, Garbage) else ""


def same(one: messages.State, other: messages.State) -> bool:
    """Whether nothing happened between them but time."""
    return msgspec.structs.replace(one, now=other.now, heard_s=other.heard_s, oldest_s=other.oldest_s) == other


def _digits(then: Said, verb: str, *, is_open: bool) -> Digits:
    if verb == "collect":
        return "" if is_open and then.code != "pin-more" else "code"
    return "number" if then.code in {"expect-number", "expect-confirm"} else ""


def _title(verb: str) -> Words:
    english, chinese = called.VERBS[verb]
    return Words(en=english, zh=chinese)
