/** Time as the hub sees it: ages must not depend on whether this computer's clock is right. */
import { useSyncExternalStore } from "react";

let offsetMs = 0;
let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** Learn from a response's Date header, which counts whole seconds: smaller differences mean nothing. */
export function noteServerDate(header: string | null): void {
  const server = header === null ? Number.NaN : Date.parse(header);
  if (Number.isNaN(server)) return;
  const difference = server + 500 - Date.now();
  offsetMs = Math.abs(difference) > 2_000 ? difference : 0;
}

export function serverNow(): number {
  return Date.now() + offsetMs;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The hub's time in milliseconds, renewed every second while something shows it. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now) + offsetMs;
}

/** A time that this browser noted, as the hub's clock would have shown it. */
export function asServerTime(browserMs: number): number {
  return browserMs + offsetMs;
}

/** Seconds since an RFC 3339 time, never below zero; null stays null. */
export function ageSeconds(at: string | null | undefined, nowMs: number): number | null {
  if (!at) return null;
  const then = Date.parse(at);
  return Number.isNaN(then) ? null : Math.max(0, (nowMs - then) / 1_000);
}
