// What the page holds and does: the screen, the link to the agent, and the digits on the pad. Everything that somebody
// does at the page goes through here.

import { AgentLink } from "./link.ts";
import type { Asked, FromPage, Language, ToPage } from "./messages.ts";
import { START, step, toLookAt, undoable, allRows, keyOf, type Event, type Reason, type Screen } from "./screen.ts";
import { set, setting } from "./settings.ts";
import { chime } from "./sound.ts";

export type View = "" | "board" | "type" | "menu" | "print" | "handhelds";
export type Pad = "" | "pin" | "code" | "number" | "quantity";

const MOST_DIGITS = 12;

export class Desk {
  screen: Screen = START;
  view: View = "";
  digits = "";
  language: Language;
  /** The row whose undo is to be confirmed, by `keyOf`. */
  undoing: string | null = null;
  private quantity = false;
  private counter = 0;
  private readonly mark: string;
  private readonly link: AgentLink;
  private readonly turns = new Set<() => void>();

  constructor(url: string) {
    this.language = document.documentElement.lang === "zh" ? "zh" : "en";
    this.screen = { ...START, readAt: Number(setting("read") ?? 0) || 0 };
    this.mark = [...crypto.getRandomValues(new Uint8Array(9))].map((byte) => byte.toString(36)).join("");
    this.link = new AgentLink(url, {
      down: (code) => this.down(code),
      told: (message) => this.told(message),
    });
  }

  /** Call `turn` after each change; the answer ends that. */
  watch(turn: () => void): () => void {
    this.turns.add(turn);
    return () => void this.turns.delete(turn);
  }

  get pad(): Pad {
    return this.quantity ? "quantity" : (this.screen.state?.digits ?? "");
  }

  /** A scanner's reading. */
  scan(data: string, via: "wedge" | "camera" = "wedge"): void {
    if (data === "RR:OK" && this.isSeen()) return this.acknowledge();
    this.ask({ k: "scan", data, via });
  }

  /** A reading that is not to be trusted, and why. */
  spoilt(data: string, reason: Reason): void {
    this.take({ what: "failed", id: this.fresh(), asked: { k: "scan", data, via: "wedge" }, reason });
  }

  /** The label that was told as cut had its end after all. */
  whole(): void {
    this.take({ what: "whole" });
  }

  /** Whoever works the page's own controls has seen what it shows. */
  press(code: string): void {
    this.acknowledge();
    this.ask({ k: "press", code });
  }

  typed(data: string): void {
    this.acknowledge();
    this.ask({ k: "scan", data, via: "typed" });
  }

  print(sscc: string): void {
    this.acknowledge();
    this.ask({ k: "print", sscc });
  }

  undo(key: string): void {
    const row = allRows(this.screen).find((each) => keyOf(each) === key);
    this.undoing = null;
    this.acknowledge();
    if (row?.stored) this.ask({ k: "undo", ...row.stored });
  }

  /** Ask whether the latest fact is to be undone. */
  askUndo(): void {
    const row = undoable(allRows(this.screen));
    this.undoing = row && keyOf(row);
    this.turn();
  }

  sayUndoing(key: string | null): void {
    this.undoing = key;
    this.turn();
  }

  acknowledge(): void {
    this.take({ what: "acknowledged" });
  }

  readAnew(): void {
    this.take({ what: "read-anew" });
  }

  readNotes(): void {
    const until = this.screen.notes[0]?.at ?? 0;
    set("read", String(until));
    this.take({ what: "read-notes", until });
  }

  show(view: View): void {
    this.view = view;
    this.turn();
  }

  askQuantity(on: boolean): void {
    this.quantity = on;
    this.digits = "";
    this.turn();
  }

  key(digits: string): void {
    if (this.pad !== "") this.digits = (this.digits + digits.replace(/[^0-9]/g, "")).slice(0, MOST_DIGITS);
    this.turn();
  }

  /** Takes the last digit off; where one is given, only that one. */
  back(digit = ""): void {
    if (!this.digits.endsWith(digit)) return;
    this.digits = this.digits.slice(0, -1);
    this.turn();
  }

  wipe(): void {
    if (this.digits === "" && (this.screen.state?.typed ?? 0) > 0) this.press("RR:CLEAR");
    this.digits = "";
    this.turn();
  }

  /** The pad's OK. */
  confirm(): void {
    const { digits, quantity } = this;
    this.digits = "";
    this.quantity = false;
    if (quantity) {
      if (digits !== "") this.press(`RR:N:${digits}`);
    } else if (digits !== "" || (this.screen.state?.typed ?? 0) > 0) {
      this.acknowledge();
      if (digits === "" || this.ask({ k: "scan", data: `RR:D:${digits}`, via: "button" })) this.press("RR:OK");
    }
    this.turn();
  }

  practise(on: boolean): void {
    this.tell({ k: "practice", on });
  }

  speak(to: Language): void {
    set("language", to);
    this.language = to;
    document.documentElement.lang = to;
    this.tell({ k: "language", to });
    this.turn();
  }

  rejoin(): void {
    this.link.rejoin();
  }

  private tell(message: FromPage): boolean {
    return this.screen.link === "up" && this.link.send(message);
  }

  private ask(asked: Asked): boolean {
    const id = this.fresh();
    const went = this.tell({ ...asked, id });
    this.take(went ? { what: "sent", id, asked } : { what: "failed", id, asked, reason: "no-link" });
    return went;
  }

  private fresh(): string {
    return `${this.mark}-${(this.counter += 1)}`;
  }

  /** Whether the card RR:OK can only mean that somebody saw what is to be looked at: no digits wait for it. */
  private isSeen(): boolean {
    const { state, sent, latest } = this.screen;
    const digits = (state?.digits ?? "") !== "" || (state?.typed ?? 0) > 0 || latest?.secret === true;
    return toLookAt(this.screen) !== null && !digits && sent.length === 0;
  }

  private told(message: ToPage): void {
    const wanted = this.screen.state?.digits ?? "";
    this.take({ what: "told", message });
    if (message.k === "hello") this.greeted(message.language);
    if (message.k === "state" && message.digits !== wanted && !this.quantity) this.digits = "";
  }

  /** The language is the person's at this screen; who chose none here has the device's. */
  private greeted(language: Language): void {
    const chosen = setting("language");
    this.language = chosen === "en" || chosen === "zh" ? chosen : language;
    document.documentElement.lang = this.language;
    this.turn();
  }

  private down(code: number): void {
    this.take({ what: "down", code });
    if (this.screen.link === "shut") this.link.leave();
  }

  private take(event: Event): void {
    const heard = this.screen.heard;
    this.screen = step(this.screen, event, Date.now());
    if (this.screen.heard !== heard && setting("sound") !== "off") chime(this.screen.sound);
    this.turn();
  }

  private turn(): void {
    for (const each of this.turns) each();
  }
}
