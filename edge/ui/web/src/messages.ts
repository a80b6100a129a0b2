// What the agent and this page say to each other: edge/ui/messages.py tells what each field means.

export type Language = "en" | "zh";
export type Via = "wedge" | "typed" | "serial" | "camera" | "button";
export type Shown = "stored" | "warned" | "held" | "obeyed" | "refused" | "full";

export interface Words {
  en: string;
  zh: string;
}

export interface Choice {
  verb: string;
  title: Words;
}

export interface Hello {
  k: "hello";
  run: string;
  device: string;
  kind: string;
  site: string;
  site_name: Words;
  zone: string;
  language: Language;
  version: string;
  terminal: string;
  screen: boolean;
  practice: boolean;
  printer: boolean;
  scanner: string;
  may: ("practice" | "print" | "pair" | "sign-on")[];
  verbs: Choice[];
  now: number;
}

export interface State {
  k: "state";
  person: string | null;
  do: string;
  task: string;
  expects: Words;
  wants: string;
  digits: "" | "pin" | "code" | "number";
  typed: number;
  hand: number;
  open: number;
  pending: number;
  oldest_s: number;
  hub: "flowing" | "greeting" | "offline";
  heard_s: number | null;
  room: "free" | "tight" | "full";
  problem: Words | null;
  printing: number;
  busy: boolean;
  now: number;
}

/** What was read, in a person's words. */
export interface Goods {
  name: Words;
  lot: string;
  pieces: number | null;
}

export interface Row {
  n: number;
  at: number;
  label: string;
  verdict: Shown;
  words: Words;
  next: Words;
  stored: { stream: string; seq: number } | null;
  via: Via;
  secret: boolean;
  do: string;
  repeats: number;
  id: string;
  undone: boolean;
  goods: Goods | null;
}

export interface Task {
  task: string;
  kind: "delivery" | "pick" | "consignment" | "count" | "collect";
  title: Words;
  code: string;
  due: number | null;
  left: number | null;
  of: number | null;
}

/** What somebody at the hub wrote to whoever is at this device. */
export interface Note {
  at: number;
  text: string;
}

export type ToPage =
  | Hello
  | State
  | (Row & { k: "verdict" })
  | { k: "list"; rows: Row[] }
  | { k: "tasks"; rows: Task[] }
  | { k: "news"; rows: Note[] }
  | { k: "pong" }
  | { k: "gone"; why: Words; again: boolean };

/** Messages of which each is answered by one verdict with the same `id`. */
export type Asked =
  | { k: "scan"; data: string; via: Via }
  | { k: "press"; code: string }
  | { k: "undo"; stream: string; seq: number }
  | { k: "print"; sscc: string };

export type FromPage =
  | (Asked & { id: string })
  | { k: "practice"; on: boolean }
  | { k: "language"; to: Language }
  | { k: "ping" };
