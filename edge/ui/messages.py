r"""What a terminal's page and the agent say to each other: JSON text, one message a WebSocket frame (or a socket line).

Every message has `k`, its kind. Both sides ignore kinds and fields that they do not know. Words for people come in
both languages, `{"en": ..., "zh": ...}`, as text: whoever shows them shows them as text.

    page -> agent                           what comes of it
    {"k":"scan","data":"...","via":"wedge","id":"x1"}
                                            one reading, as the scanner gave it (GS is \u001d); exactly one `verdict`
                                            with this `id`, or the same one again with more `repeats`. An `id` that
                                            came before is taken once: its verdict is told again
    {"k":"press","code":"RR:DO:receive","id":"x2"}
                                            a command code; exactly one `verdict`
    {"k":"undo","stream":"..","seq":7,"id":"x3"}
                                            voids a fact of the list; one `verdict`, then that row comes again with
                                            `undone` true, in a `list`
    {"k":"print","sscc":"..","id":"x4"}     prints the label of a unit once more; one `verdict`. The slip of the shift:
                                            press RR:HANDOVER; a new unit and its label: press RR:NEW
    {"k":"practice","on":true}              facts of this session stay in memory from now on; a new `hello`
    {"k":"language","to":"zh"}              remembered for the session; a new `hello`
    {"k":"ping"}                            answered by {"k":"pong"} by the agent itself

    agent -> page
    hello    first, and whenever something of it changes
    list     after hello (what this session did, newest first, at most 100), and after an undo
    tasks    after hello, and when the site data or the progress of a task changes
    news     after hello, and when somebody at the hub wrote to the people at this device
    state    on every change and at least every 2 s: nothing for 5 s means that the link to the agent is gone
    verdict  one a reading
    pong
    gone     the last one: why this page is not served (any more), with whether coming again can help

How a page comes back: connect again, to the same session (a cookie holds it; the terminal's own screen has one).
`hello.run` is another one if the agent was started anew: then the dialogue begins anew too (who is signed on, the
verb, goods in hand, `n`), and the list holds what the outbox still tells. A reading whose `id` is in no row of the
list that comes then was NOT stored: say so, have it scanned again. Never show one as stored before its verdict.

Digits: while `state.digits` is "pin" or "code", what is typed on a pad goes as scan {"data":"RR:D:<digits>",
"via":"button"} (one or more digits at a time, none of them is shown or kept anywhere) and then press RR:OK. A
quantity ("number") is the same; RR:N:<digits> sets it in one go. `state.typed` is how many digits stand.

via: wedge, serial, camera: as it was read. typed: what a person read from a torn label (the agent demands check digits
where there are any). button: the page's own controls.

A burst: the same reading by wedge or camera within half a second of the last counts once. The agent sends the verdict
of the first again, with the same `n` and `repeats` one higher: it takes the place of that row, and is no new event.

Pages of the process itself, plain HTTP on the same origin (JSON; a fault is {"detail": {"en","zh"}}):

    GET    /pairings          [{id, name, paired_at, seen_at, here}]; times are Unix ms. The terminal's own screen only
    POST   /pairings          {url, svg, until, fingerprint}: a link for a handheld as QR code (an SVG document's text),
                              good once, for 2 minutes. 409 where no [terminal] listen is set. Own screen only
    DELETE /pairings/{id}     that handheld is shut out within 5 s. Own screen only
    GET    /pair?t=..         what the link opens: a plain page of the process's own that ends at /

`hello.screen` says whether this page is the terminal's own screen. WebSocket close codes: 4401 not paired (open /: it
says how to pair), 4408 nothing heard of the page for 30 s (send ping every 10 s), 4409
`gone` was sent, 1012 or 1013 the agent does not answer (yet): come again in a second.
"""

from typing import Final, Literal

import msgspec
from msgspec import Struct

MOST_ROWS: Final = 100
"""Of a session's list."""
MOST_SESSIONS: Final = 8
MOST_LINE: Final = 16 * 1024
"""Longest message of a page, in bytes."""
BURST_MS: Final = 500
"""The same reading within so long of the last one counts once."""
STATE_EVERY_S: Final = 2.0

Via = Literal["wedge", "typed", "serial", "camera", "button"]
Language = Literal["en", "zh"]
Shown = Literal["stored", "warned", "held", "obeyed", "refused", "full"]
Digits = Literal["", "pin", "code", "number"]
Hub = Literal["flowing", "greeting", "offline"]
Room = Literal["free", "tight", "full"]
Power = Literal["practice", "print", "pair", "sign-on"]
TaskKind = Literal["delivery", "pick", "consignment", "count", "collect"]


class Words(Struct, frozen=True, kw_only=True):
    """A sentence in both languages."""

    en: str = ""
    zh: str = ""


class Choice(Struct, frozen=True, kw_only=True):
    """A verb that a tile offers. Its code is RR:DO:<verb>."""

    verb: str
    title: Words


class Hello(Struct, frozen=True, kw_only=True, tag_field="k", tag="hello"):
    """What terminal this is, and what may be done at it.

    `kind` is the device's (scanner, terminal, vehicle); `site` its site's id and `site_name` its name, "" and empty
    where the device was told nothing yet. `terminal` is the name of this session: "screen", or that of the handheld.
    `scanner`: the port of the serial scanner whose dialogue this is; its readings come here too (via serial).
    `may`: practice, print (there is a printer), pair (handhelds can be paired here), sign-on (somebody has to be).
    `zone`: the site's time zone (IANA). `now` is the device's clock, Unix ms: ages are counted by it, not the page's.
    """

    run: str
    device: str
    kind: str
    site: str
    site_name: Words
    zone: str
    language: Language
    version: str
    terminal: str
    screen: bool
    practice: bool
    printer: bool
    scanner: str
    may: tuple[Power, ...]
    verbs: tuple[Choice, ...]
    now: int


class State(Struct, frozen=True, kw_only=True, tag_field="k", tag="state"):
    """Where the dialogue and the device stand.

    `do` is the verb (docs/verbs.md), `task` KIND:ID or "". `expects` is what is to be done next, `wants` its code in
    edge.core.words, such as expect-goods, expect-place, expect-pin. `digits`: a digit pad is of use now, and for what;
    `typed` so many digits stand. `hand`: so many goods wait for what belongs to them. `open`: parcels that a code
    opened wait to be handed over; RR:DONE hands over all of them.
    `pending` facts are not at the hub yet, the oldest of them for `oldest_s`; `heard_s`: since the hub was heard last,
    None where never in this run. `room` of the outbox: full means that scans are refused. `problem`: what a person has
    to know, the worst first. `printing`: so much waits for the printer. `busy`: something is being checked (a PIN, a
    code), which takes seconds. `now`: as in hello.
    """

    person: str | None
    do: str
    task: str
    expects: Words
    wants: str
    digits: Digits
    typed: int
    hand: int
    open: int
    pending: int
    oldest_s: int
    hub: Hub
    heard_s: int | None
    room: Room
    problem: Words | None
    printing: int
    busy: bool
    now: int


class Stored(Struct, frozen=True, kw_only=True):
    """Where a fact stands in the outbox; in practice the stream is "practice"."""

    stream: str
    seq: int


class Goods(Struct, frozen=True, kw_only=True):
    """What was read, in a person's words: `lot` as the label says it, `pieces` where so many of it were counted."""

    name: Words
    lot: str
    pieces: int | None


class Row(Struct, frozen=True, kw_only=True):
    """One reading and what came of it. A row with an `n` that is shown already takes that one's place.

    `label` is what was read, made harmless; "" where `secret`: it is shown nowhere, and in no list. `goods` is what it
    is of, where the device has a name for it. `words` is what is said of it, `next` what to do next. `do` is the verb
    under which it was taken. `n` counts from 1 in a session;
    rows of before the agent's start (found in the outbox) count from -1 down. `at`: Unix ms by the device's clock.
    """

    n: int
    at: int
    label: str
    verdict: Shown
    words: Words
    next: Words
    stored: Stored | None
    via: Via
    secret: bool
    do: str = ""
    repeats: int = 0
    id: str = ""
    undone: bool = False
    goods: Goods | None = None


class Verdict(Row, frozen=True, kw_only=True, tag_field="k", tag="verdict"):
    """How a reading is answered.

    stored: it is kept. warned: it is kept, and `words` says what to look at. held: it waits for what belongs to it, and
    is not kept yet. obeyed: a command was. refused: nothing was done, `words` says why. full: not kept, and will not be
    before there is room.
    """


class List(Struct, frozen=True, kw_only=True, tag_field="k", tag="list"):
    """The running list, newest first. It takes the place of what is shown."""

    rows: tuple[Row, ...]


class Task(Struct, frozen=True, kw_only=True):
    """Something to be done at this site. `code` is what a tile presses: RR:T:<task>, or for `collect` RR:DO:collect.

    `due` is yyyymmdd or None; `left` and `of` count pieces (parcels for collect; None where it is not known).
    """

    task: str
    kind: TaskKind
    title: Words
    code: str
    due: int | None
    left: int | None
    of: int | None


class Tasks(Struct, frozen=True, kw_only=True, tag_field="k", tag="tasks"):
    """What is to be done, the most urgent first."""

    rows: tuple[Task, ...]


class Note(Struct, frozen=True, kw_only=True):
    """What somebody at the hub wrote to whoever is at this device. `at`: Unix ms."""

    at: int
    text: str


class News(Struct, frozen=True, kw_only=True, tag_field="k", tag="news"):
    """The latest five of them, newest first."""

    rows: tuple[Note, ...]


class Pong(Struct, frozen=True, kw_only=True, tag_field="k", tag="pong"):
    """The agent is there."""


class Gone(Struct, frozen=True, kw_only=True, tag_field="k", tag="gone"):
    """Why the page is not served (any more), and whether coming again can help."""

    why: Words
    again: bool


ToPage = Hello | State | Verdict | List | Tasks | News | Pong | Gone

_encoder = msgspec.json.Encoder()


def encode(message: Struct) -> bytes:
    """One line, without its end: JSON text holds no newline."""
    return _encoder.encode(message)
