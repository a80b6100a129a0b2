/** Keys of a page: Alt and one letter or digit, also while somebody types, shown on what they press. */
import { useEffect, useRef } from "react";

/** The key by its place on an English keyboard, however the keyboard is laid out and whatever is being composed. */
const codeOf = (key: string) => (/\d/.test(key) ? `Digit${key}` : `Key${key}`);

/** Does what belongs to a key; not while a dialog is open, nor with AltGr, by which people type letters. */
export function useKeys(keys: Record<string, (() => void) | undefined>): void {
  const known = useRef(keys);
  useEffect(() => {
    known.current = keys;
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      if (!event.altKey || event.ctrlKey || event.metaKey || event.getModifierState("AltGraph")) return;
      const found = Object.entries(known.current).find(([key]) => codeOf(key) === event.code)?.[1];
      if (!found || document.querySelector("[role=dialog]")) return;
      event.preventDefault();
      found();
    };
    window.addEventListener("keydown", listener, true);
    return () => window.removeEventListener("keydown", listener, true);
  }, []);
}

/** What screen readers say of a key; goes onto what it presses. */
export const keyed = (key: string) => ({ "aria-keyshortcuts": `Alt+${key}` });

/** The key as it is shown. */
export function Key({ of, ctrl = false }: { of: string; ctrl?: boolean }) {
  return <kbd className="rr-key" aria-hidden>{ctrl ? "Ctrl" : "Alt"} {of}</kbd>;
}
