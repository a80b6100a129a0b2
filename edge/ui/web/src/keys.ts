// The keyboard: a scanner's keys become scans, a person's digits go to the pad, and function keys to the controls.
// No letter is a shortcut: a scanner types letters.

import type { Desk } from "./desk.ts";
import { altReleased, feed, GAP_MS, idle, inserted, patience, QUIET, type Fed, type Taken } from "./wedge.ts";

type Field = HTMLInputElement | HTMLTextAreaElement;

/** The field that takes what a handheld puts in as text, where nobody writes anywhere. */
const SINK = "sink";

export function listen(desk: Desk): void {
  let wedge = QUIET;
  let timer = 0;
  let before = "";

  function take(taken: Taken[], field: Field | null): void {
    for (const each of taken) {
      if (field && (each.kind === "scan" || each.kind === "cut" || each.kind === "caps")) put(field, before);
      if (each.kind === "scan") desk.scan(each.text);
      else if (each.kind === "typed") digit(desk, each.text);
      else if (each.kind === "uncut") desk.whole();
      else if (each.kind === "untyped") unkey(desk, each.text);
      else desk.spoilt(each.text, each.kind);
    }
  }

  function fed(result: Fed, field: Field | null, event: Event): void {
    if (field && result.wedge.text.length === 1) before = field.value;
    wedge = result.wedge;
    if (result.swallow) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
    take(result.taken, field);
    window.clearTimeout(timer);
    if (wedge.text !== "") {
      timer = window.setTimeout(decide, patience(wedge));
    }
  }

  function decide(): void {
    const decided = idle(wedge);
    wedge = decided.wedge;
    take(decided.taken, null);
  }

  window.addEventListener("keydown", (event) => {
    const field = fieldOf(event.target);
    if (event.repeat && event.key.length === 1) {
      if (!field) event.preventDefault();
      return;
    }
    const { code, ctrlKey: ctrl, altKey: alt, metaKey: meta, shiftKey: shift, timeStamp: at } = event;
    const key = event.key === "Process" && isSink(event.target) ? "Unidentified" : event.key;
    if (at - wedge.last > GAP_MS) {
      decide();
      if (presses(event) || control(desk, event, field)) return;
    }
    const caps = event.getModifierState("CapsLock");
    fed(feed(wedge, { key, code, ctrl, alt, meta, shift, caps, at, field: field !== null }), field, event);
    if (!event.defaultPrevented) control(desk, event, field);
  }, { capture: true });

  window.addEventListener("keyup", (event) => {
    const field = fieldOf(event.target);
    const result = event.key === "Alt" ? altReleased(wedge, event.timeStamp, field !== null) : null;
    if (result) fed(result, field, event);
  }, { capture: true });

  window.addEventListener("input", (event) => {
    const sink = event.target;
    if (!isSink(sink)) return;
    const text = sink.value;
    sink.value = "";
    if (text.length > 1) return take(inserted(text), null);
    const key = { key: text, code: "", ctrl: false, alt: false, meta: false, shift: false, caps: false };
    fed(feed(wedge, { ...key, at: event.timeStamp, field: false }), null, event);
  }, { capture: true });

  // A handheld whose scanner writes text instead of pressing keys needs a field to write into.
  if (window.matchMedia("(pointer: coarse)").matches) {
    const rest = () => {
      const free = document.activeElement === null || document.activeElement === document.body;
      if (free && document.querySelector("dialog[open]") === null) {
        document.getElementById(SINK)?.focus({ preventScroll: true });
      }
    };
    window.addEventListener("focusout", () => window.setTimeout(rest, 0));
    window.addEventListener("pointerup", () => window.setTimeout(rest, 300));
    window.setTimeout(rest, 500);
  }
}

/** Whether the key works the button that has the focus. */
function presses(event: KeyboardEvent): boolean {
  return event.key === " " && event.target instanceof HTMLButtonElement;
}

/** The controls that have a key; whether this was one. */
function control(desk: Desk, event: KeyboardEvent, field: Field | null): boolean {
  const open = document.querySelector("dialog[open]") !== null;
  const focused = document.activeElement;
  const free = !open && !field && !(focused instanceof HTMLButtonElement);
  const does: Record<string, (() => void) | false> = {
    F2: () => desk.show(desk.view === "board" ? "" : "board"),
    F4: () => desk.show(desk.view === "type" ? "" : "type"),
    F7: !open && (() => desk.askQuantity(desk.pad !== "quantity")),
    F9: !open && (() => desk.askUndo()),
    F10: !open && (() => desk.press("RR:DONE")),
    Backspace: free && desk.digits !== "" && (() => desk.back()),
    Enter: free && (() => enter(desk)),
    Escape: !open && (() => escape(desk)),
  };
  const action = event.ctrlKey || event.altKey || event.metaKey ? undefined : does[event.key];
  if (!action) return false;
  event.preventDefault();
  action();
  return true;
}

/** Who types digits wants them confirmed by Enter, not the button pressed that happens to have the focus. */
function digit(desk: Desk, text: string): void {
  const focused = document.activeElement;
  if (desk.pad !== "" && focused instanceof HTMLButtonElement && !focused.closest("dialog")) focused.blur();
  desk.key(text);
}

function unkey(desk: Desk, text: string): void {
  for (const digit of [...text].reverse()) if (/[0-9]/.test(digit)) desk.back(digit);
}

function enter(desk: Desk): void {
  if (desk.undoing !== null) desk.undo(desk.undoing);
  else if (desk.digits !== "") desk.confirm();
  else desk.acknowledge();
}

function escape(desk: Desk): void {
  if (desk.undoing !== null) desk.sayUndoing(null);
  else if (desk.pad === "quantity") desk.askQuantity(false);
  else desk.acknowledge();
}

/** Put a field back to what a person had written before a scanner typed into it. */
function put(field: Field, value: string): void {
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function isSink(target: EventTarget | null): target is HTMLInputElement {
  return target instanceof HTMLInputElement && target.id === SINK;
}

function fieldOf(target: EventTarget | null): Field | null {
  if (target instanceof HTMLInputElement) return isSink(target) ? null : target;
  return target instanceof HTMLTextAreaElement ? target : null;
}
