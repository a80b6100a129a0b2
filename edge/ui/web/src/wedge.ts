// A scanner that types: which keys are a scan, and which a person's.
//
// A scanner types a whole label faster than anybody can and ends it with Enter or Tab. Times are those of the key
// events themselves (ms), so a slow page tells the two apart as well as a fast one. What a scanner began and did not
// end is never taken for a whole label: it is `cut`, and the person is told.
//
// GS, the separator of GS1 labels, comes as Ctrl+], as Alt with 029 on the number pad, or as the character itself.
//
// Pure: `feed` and `idle` give the new state and what came of the key.

export interface Key {
  key: string;
  code: string;
  ctrl: boolean;
  alt: boolean;
  meta: boolean;
  shift: boolean;
  caps: boolean;
  at: number;
  /** Whether the key goes into a field in which a person writes. */
  field: boolean;
}

export type Taken =
  | { kind: "scan"; text: string }
  /** A person's keys, where no field takes them. */
  | { kind: "typed"; text: string }
  /** These were told as typed and are the beginning of a label: the page was too slow to see it at once. */
  | { kind: "untyped"; text: string }
  /** A scan without its end. */
  | { kind: "cut"; text: string }
  /** What was told as cut had its end after all: the page was too slow. */
  | { kind: "uncut"; text: string }
  /** A scan with Caps Lock on: its letters cannot be trusted. */
  | { kind: "caps"; text: string };

export interface Wedge {
  text: string;
  last: number;
  caps: boolean;
  field: boolean;
  /** What came just before was begun by a scanner too: this is the rest of a label, not one. */
  torn: boolean;
  /** How many of these keys were told as a person's, because none came for long. */
  told: number;
  /** The digits of Alt and the number pad. */
  alt: string;
}

export interface Fed {
  wedge: Wedge;
  taken: Taken[];
  /** The key is a scanner's, or would do something of its own in the browser: nobody else may have it. */
  swallow: boolean;
}

export const GS = "\u001d";
/** Most ms between two keys of a scanner: outside of a field, and in one, where people type fast. */
export const GAP_MS = 70;
export const GAP_IN_FIELD_MS = 45;
/** After so long without a key it is decided what the last ones were: a person's, or a label without its end. */
export const IDLE_MS = 120;
export const IDLE_IN_LABEL_MS = 500;
const LEAST = 3;
/** So many keys at a scanner's pace are no person's. */
const SURELY = 6;
const MOST = 4096;
/** What follows a label that was not ended within so many ms may be its rest. */
const TORN_MS = 1000;

export const QUIET: Wedge = { text: "", last: -1e9, caps: false, field: false, torn: false, told: 0, alt: "" };

/** What US keys give, for a scanner that types while an input method holds the characters back. */
const PLAIN: Record<string, string> = {
  Minus: "-_", Equal: "=+", BracketLeft: "[{", BracketRight: "]}", Backslash: "\\|", Semicolon: ";:", Quote: "'\"",
  Backquote: "`~", Comma: ",<", Period: ".>", Slash: "/?", Space: "  ",
  Digit1: "1!", Digit2: "2@", Digit3: "3#", Digit4: "4$", Digit5: "5%", Digit6: "6^", Digit7: "7&", Digit8: "8*",
  Digit9: "9(", Digit0: "0)",
};

export function feed(wedge: Wedge, key: Key): Fed {
  const pad = /^Numpad([0-9])$/.exec(key.code);
  if (key.alt && pad) return { wedge: { ...wedge, alt: wedge.alt + pad[1] }, taken: [], swallow: true };
  const char = charOf(key);
  const gap = key.at - wedge.last;
  const near = gap <= (key.field ? GAP_IN_FIELD_MS : GAP_MS);
  const ends = key.key === "Enter" || key.key === "Tab" || (key.ctrl && (key.code === "KeyM" || key.code === "KeyJ"));
  if (ends && wedge.text.length >= LEAST && near) {
    const kind = wedge.told >= SURELY ? "uncut" : "untyped";
    const back: Taken[] = wedge.told > 0 ? [{ kind, text: wedge.text.slice(0, wedge.told) }] : [];
    return { wedge: QUIET, taken: [...back, whole(wedge)], swallow: true };
  }
  if (char === null) {
    if (isModifier(key.key)) return { wedge, taken: [], swallow: false };
    return { wedge: QUIET, taken: rest(wedge), swallow: false };
  }
  const swallow = !key.field || char === GS;
  if (near && wedge.text !== "" && wedge.field === key.field) {
    const text = (wedge.text + char).slice(0, MOST + 1);
    return { wedge: { ...wedge, text, last: key.at, caps: wedge.caps || key.caps }, taken: [], swallow };
  }
  const torn = (wedge.torn || wedge.text.length >= LEAST) && gap < TORN_MS;
  const begun: Wedge = { text: char, last: key.at, caps: key.caps, field: key.field, torn, told: 0, alt: "" };
  return { wedge: begun, taken: rest(wedge), swallow };
}

/** When the Alt key is let go: what its digits mean, as a key. Null: nothing. */
export function altReleased(wedge: Wedge, at: number, field: boolean): Fed | null {
  if (wedge.alt === "") return null;
  const char = String.fromCharCode(Number(wedge.alt) & 0xff);
  const key = { key: char, code: "", ctrl: false, alt: false, meta: false, shift: false, caps: false, at, field };
  const fed = feed({ ...wedge, alt: "" }, key);
  return { ...fed, swallow: true };
}

export function patience(wedge: Wedge): number {
  return wedge.text.length < LEAST ? IDLE_MS : IDLE_IN_LABEL_MS;
}

/** What the keys so far seem to be, when none has come for `patience`. */
export function idle(wedge: Wedge): Fed {
  return { wedge: { ...wedge, told: wedge.text.length }, taken: rest(wedge), swallow: false };
}

/** What is put in as one piece, as some handhelds do; one without an end of its own is whole. */
export function inserted(text: string, caps = false): Taken[] {
  const bare = text.replace(/[\r\n\t]+$/, "").slice(0, MOST + 1);
  if (bare === "") return [];
  return [bare.length >= LEAST ? whole({ ...QUIET, text: bare, caps }) : { kind: "typed", text: bare }];
}

function whole(wedge: Wedge): Taken {
  if (wedge.torn || wedge.text.length > MOST) return { kind: "cut", text: wedge.text };
  return { kind: wedge.caps && /[A-Za-z]/.test(wedge.text) ? "caps" : "scan", text: wedge.text };
}

function rest(wedge: Wedge): Taken[] {
  const text = wedge.text.slice(wedge.told);
  if (text === "" || wedge.field) return [];
  return [{ kind: wedge.text.length >= SURELY ? "cut" : "typed", text }];
}

function charOf(key: Key): string | null {
  if (key.key === GS) return GS;
  if (key.ctrl && !key.alt && (key.key === "]" || key.code === "BracketRight")) return GS;
  if (key.meta || (key.ctrl && !key.alt)) return null;
  if ([...key.key].length === 1) return key.key;
  if (key.key !== "Process" && key.key !== "Unidentified") return null;
  const letter = /^Key([A-Z])$/.exec(key.code)?.[1];
  if (letter) return key.shift !== key.caps ? letter : letter.toLowerCase();
  const digit = /^Numpad([0-9])$/.exec(key.code)?.[1];
  return digit ?? PLAIN[key.code]?.[key.shift ? 1 : 0] ?? null;
}

function isModifier(key: string): boolean {
  return ["Shift", "Control", "Alt", "AltGraph", "CapsLock", "NumLock", "Meta", "Process", "Unidentified"].includes(key);
}
