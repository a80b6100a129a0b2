// What the terminal's page shows, as a function of what it was told: `step(screen, event, now)`.
//
// Nothing is shown as stored before the agent said so. What was sent and never answered, because the link broke, is
// looked for in the list that comes with the next link: what is in no row of it was not stored (`lost`). What has to
// be looked at (warned, refused, full, lost) stays until somebody says so, whatever is scanned after it.

import type { Asked, Hello, Note, Row, Shown, State, Task, ToPage, Via, Words } from "./messages.ts";

export type Look = Shown | "lost";

/** A row of the list; those that the page itself made have no words but a reason. */
export interface Seen extends Omit<Row, "verdict"> {
  verdict: Look;
  reason?: Reason;
  /** It was told as lost before its answer came: somebody may have scanned it again. */
  late?: boolean;
}

export type Reason = "no-link" | "no-answer" | "unsure" | "cut" | "caps";

export interface Sent {
  id: string;
  label: string;
  via: Via;
  at: number;
  secret: boolean;
  /** Sent over a link that is gone. */
  before: boolean;
}

/** Verdicts that somebody has to look at: the same words for several things are one. */
export interface Standing {
  row: Seen;
  key: string;
  rows: string[];
}

export type Link = "joining" | "up" | "lost" | "shut";

export interface Screen {
  link: Link;
  /** When the link was last up, ms of the page's clock. */
  lostAt: number | null;
  /** The code with which the server closed. */
  code: number;
  hello: Hello | null;
  state: State | null;
  /** When the state came, ms of the page's clock. */
  stateAt: number;
  tasks: Task[];
  /** What was written to the people here, newest first. */
  notes: Note[];
  /** Up to when somebody read them, Unix ms of the device. */
  readAt: number;
  rows: Seen[];
  /** The agent's run of which the rows are. */
  listed: string;
  /** Made by the page: they are in no list of the agent's. */
  lost: Seen[];
  sent: Sent[];
  standing: Standing[];
  latest: Seen | null;
  /** The agent was started anew since this page was opened. */
  anew: boolean;
  gone: { why: Words; again: boolean } | null;
  /** The device's clock less the page's, ms. */
  ahead: number;
  /** Goes up with each thing to be heard, and what it is. */
  heard: number;
  sound: Look | "again";
}

export type Event =
  | { what: "down"; code: number }
  | { what: "told"; message: ToPage }
  | { what: "sent"; id: string; asked: Asked }
  | { what: "failed"; id: string; asked: Asked; reason: Reason }
  | { what: "whole" }
  | { what: "acknowledged" }
  | { what: "read-anew" }
  | { what: "read-notes"; until: number };

export const START: Screen = {
  link: "joining", lostAt: null, code: 0, hello: null, state: null, stateAt: 0, tasks: [], notes: [], readAt: 0, rows: [],
  listed: "", lost: [], sent: [], standing: [], latest: null, anew: false, gone: null, ahead: 0, heard: 0,
  sound: "obeyed",
};

const RANK: Record<Look, number> = { stored: 0, obeyed: 0, held: 0, warned: 1, refused: 2, full: 3, lost: 4 };
const MOST_ROWS = 100;
const MOST_STANDING = 50;
/** Close codes after which coming again by itself is of no use. */
const SHUT = new Set([4401]);

export function step(screen: Screen, event: Event, now: number): Screen {
  switch (event.what) {
    case "down":
      return down(screen, event.code, now);
    case "told":
      return told(screen, event.message, now);
    case "sent":
      return { ...screen, sent: [...screen.sent, sentOf(screen, event.id, event.asked, now)].slice(-MOST_ROWS) };
    case "failed":
      return fail(screen, [sentOf(screen, event.id, event.asked, now)], event.reason);
    case "whole":
      return found(screen, new Set(screen.lost.filter((row) => row.reason === "cut").slice(0, 1).map((row) => row.id)));
    case "acknowledged": {
      const shown = toLookAt(screen);
      if (!shown) return screen;
      const latest = screen.latest === shown.row ? null : screen.latest;
      return { ...screen, latest, standing: screen.standing.filter((each) => each !== shown) };
    }
    case "read-anew":
      return { ...screen, anew: false };
    case "read-notes":
      return { ...screen, readAt: Math.max(screen.readAt, event.until) };
  }
}

/** What has to be looked at first: the worst, of several the newest. */
export function toLookAt(screen: Screen): Standing | null {
  let worst: Standing | null = null;
  for (const each of screen.standing) {
    if (!worst || RANK[each.row.verdict] >= RANK[worst.row.verdict]) worst = each;
  }
  return worst;
}

/** The list with what the page made itself, newest first. */
export function allRows(screen: Screen): Seen[] {
  if (screen.lost.length === 0) return screen.rows;
  return [...screen.lost, ...screen.rows].sort((a, b) => b.at - a.at).slice(0, MOST_ROWS);
}

/** What waits for its verdict, newest last. */
export function waiting(screen: Screen): Sent | null {
  return screen.sent.filter((each) => !each.before).at(-1) ?? null;
}

/** The newest fact that an undo can reach. */
export function undoable(rows: Seen[]): Seen | null {
  return rows.find((row) => row.stored !== null && !row.undone) ?? null;
}

/** A name for a row that no other has. */
export function keyOf(row: Seen): string {
  return row.verdict === "lost" ? row.id : `${row.n}`;
}

/** Text of a label for people: what does not show itself is written out, as the agent does. */
export function plain(text: string): string {
  const hidden = /[\u3164\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;
  const written = (mark: string) => `\\x${mark.codePointAt(0)!.toString(16).padStart(2, "0")}`;
  return text.slice(0, 80).replace(hidden, written);
}

function down(screen: Screen, code: number, now: number): Screen {
  const shut = SHUT.has(code) || (screen.gone !== null && !screen.gone.again);
  const sent = screen.sent.map((each) => ({ ...each, before: true }));
  return { ...screen, link: shut ? "shut" : "lost", lostAt: screen.lostAt ?? now, code, sent };
}

function told(screen: Screen, message: ToPage, now: number): Screen {
  switch (message.k) {
    case "hello": {
      const anew = screen.hello !== null && screen.hello.run !== message.run;
      const link = { link: "up" as const, lostAt: null, code: 0, gone: null, hello: message, ahead: message.now - now };
      return { ...screen, ...link, anew: screen.anew || anew, latest: anew ? null : screen.latest };
    }
    case "state":
      return { ...screen, state: message, stateAt: now, ahead: message.now - now };
    case "tasks":
      return { ...screen, tasks: message.rows };
    case "news": {
      const known = screen.notes[0]?.at ?? screen.readAt;
      const fresh = message.rows.some((note) => note.at > Math.max(known, screen.readAt));
      const noted = { ...screen, notes: message.rows };
      return fresh ? { ...noted, heard: screen.heard + 1, sound: "warned" } : noted;
    }
    case "verdict":
      return verdict(screen, message);
    case "list":
      return list(screen, message.rows);
    case "gone":
      return { ...screen, gone: { why: message.why, again: message.again } };
    default:
      return screen;
  }
}

function verdict(before: Screen, given: Seen): Screen {
  const row = lateOf(before, given);
  const screen = found(before, new Set([row.id]));
  const at = screen.rows.findIndex((each) => each.n === row.n);
  const sent = screen.sent.filter((each) => each.id !== row.id || row.id === "");
  if (at >= 0) {
    const rows = screen.rows.map((each, index) => (index === at ? row : each));
    const latest = screen.latest?.n === row.n ? row : screen.latest;
    return { ...screen, rows, sent, latest, heard: screen.heard + 1, sound: "again" };
  }
  const rows = row.secret ? screen.rows : [row, ...screen.rows].slice(0, MOST_ROWS);
  return news({ ...screen, rows, sent }, row);
}

/** A list takes the place of the one before; it also tells what became of what was sent before the link broke. */
function list(before: Screen, given: Row[]): Screen {
  const ids = new Set(given.map((row) => row.id).filter((id) => id !== ""));
  const screen = found(before, ids);
  const missing = screen.sent.filter((each) => each.before && !ids.has(each.id));
  const sent = screen.sent.filter((each) => !each.before);
  const asked = new Set(screen.sent.filter((each) => each.before).map((each) => each.id));
  const run = screen.hello?.run ?? "";
  const top = screen.listed === run ? Math.max(0, ...screen.rows.map((row) => row.n)) : Infinity;
  const fresh = (row: Seen) => row.n > top || row.late === true || (row.id !== "" && asked.has(row.id));
  const answered = given.map((row) => lateOf(before, row)).filter(fresh).reverse();
  const known = { ...screen, rows: given, listed: run, sent };
  // The list of an agent that was started anew is made of what it kept: it knows no ids of before.
  const reason = screen.listed === "" || screen.listed === run ? "no-answer" : "unsure";
  return fail(answered.reduce(news, known), missing.filter((each) => !each.secret), reason);
}

/** A row, marked where it was told as lost, though not as cut. */
function lateOf(screen: Screen, row: Seen): Seen {
  const lost = row.stored !== null && row.id !== "" && screen.lost.some((each) => each.id === row.id);
  return lost ? { ...row, late: true } : row;
}

/** What was taken for lost and was not: its answer was only late. */
function found(screen: Screen, ids: Set<string>): Screen {
  if (!screen.lost.some((row) => ids.has(row.id))) return screen;
  const lost = screen.lost.filter((row) => !ids.has(row.id));
  const standing = screen.standing
    .map((each) => ({ ...each, rows: each.rows.filter((key) => !ids.has(key)) }))
    .filter((each) => each.rows.length > 0);
  const latest = screen.latest && ids.has(screen.latest.id) ? null : screen.latest;
  return { ...screen, lost, standing, latest };
}

/** Something became of a reading: it is shown, heard, and stands if it has to be looked at. */
function news(screen: Screen, row: Seen): Screen {
  const after: Screen = { ...screen, latest: row, heard: screen.heard + 1, sound: row.late ? "warned" : row.verdict };
  if (RANK[row.verdict] === 0 && !row.late) return after;
  const key = `${row.verdict}|${row.reason ?? ""}|${row.late ?? ""}|${row.words.en}`;
  const same = screen.standing.find((each) => each.key === key);
  const others = screen.standing.filter((each) => each !== same);
  const rows = [...(same?.rows ?? []), keyOf(row)];
  return { ...after, standing: [...others, { row, key, rows }].slice(-MOST_STANDING) };
}

function fail(screen: Screen, sent: Sent[], reason: Reason): Screen {
  let after = screen;
  for (const each of sent) {
    const row: Seen = {
      n: 0, at: each.at, label: each.label, verdict: "lost", reason, words: { en: "", zh: "" },
      next: { en: "", zh: "" }, stored: null, via: each.via, secret: each.secret, do: screen.state?.do ?? "", repeats: 0,
      id: each.id, undone: false, goods: null,
    };
    after = news({ ...after, lost: [row, ...after.lost].slice(0, MOST_ROWS) }, row);
  }
  return after;
}

function sentOf(screen: Screen, id: string, asked: Asked, now: number): Sent {
  const text = asked.k === "scan" ? asked.data : asked.k === "press" ? asked.code : asked.k === "print" ? asked.sscc : "";
  const digits = screen.state?.digits;
  const secret = /^RR:(D|KEY):/.test(text) || digits === "pin" || digits === "code" || /^[0-9 -]{4,14}$/.test(text);
  const via = asked.k === "scan" ? asked.via : "button";
  return { id, label: secret ? "" : plain(text), via, at: now + screen.ahead, secret, before: false };
}
