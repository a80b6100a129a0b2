// What each verdict sounds like. Told apart without looking, and by who hears no high tones: by rhythm first, then by
// pitch. A browser lets a page sound only after somebody touched it or pressed a key; a scanner that types counts.

import type { Look } from "./screen.ts";

/** Tones of [Hz, from ms, for ms, shape]. */
type Tone = [number, number, number, OscillatorType];

const TUNES: Record<Look | "again", Tone[]> = {
  stored: [[1320, 0, 110, "sine"]],
  obeyed: [[880, 0, 50, "sine"]],
  held: [[660, 0, 80, "sine"], [990, 110, 80, "sine"]],
  warned: [[740, 0, 150, "triangle"], [740, 210, 150, "triangle"], [740, 420, 150, "triangle"]],
  refused: [[200, 0, 260, "square"], [150, 300, 420, "square"]],
  full: [[200, 0, 260, "square"], [150, 300, 260, "square"], [110, 600, 500, "square"]],
  lost: [[200, 0, 260, "square"], [150, 300, 260, "square"], [110, 600, 500, "square"]],
  again: [[440, 0, 40, "sine"]],
};
const BUZZ: Partial<Record<Look, number[]>> = {
  stored: [40], warned: [80, 80, 80], refused: [300], full: [300, 100, 300], lost: [300, 100, 300],
};
const LOUD = 0.35;

let context: AudioContext | null = null;
let busyUntil = 0;
let busyWith = 0;
const URGENCY: (Look | "again")[] = ["again", "obeyed", "stored", "held", "warned", "refused", "full", "lost"];

/** Sound one. While a more urgent one still sounds, a lesser one is not heard. */
export function chime(what: Look | "again"): void {
  const urgency = URGENCY.indexOf(what);
  const now = performance.now();
  if (now < busyUntil && urgency < busyWith) return;
  busyWith = urgency;
  busyUntil = now + Math.max(...TUNES[what].map(([, from, length]) => from + length));
  play(TUNES[what]);
  const buzz = what === "again" ? undefined : BUZZ[what];
  if (buzz && navigator.userActivation?.hasBeenActive) navigator.vibrate?.(buzz);
}

function play(tones: Tone[]): void {
  if (typeof AudioContext === "undefined" || !navigator.userActivation?.hasBeenActive) return;
  context ??= new AudioContext();
  if (context.state === "suspended") void context.resume();
  for (const [pitch, from, length, shape] of tones) {
    const begin = context.currentTime + from / 1000;
    const end = begin + length / 1000;
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.type = shape;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0, begin);
    volume.gain.linearRampToValueAtTime(shape === "square" ? LOUD / 2 : LOUD, begin + 0.008);
    volume.gain.setValueAtTime(shape === "square" ? LOUD / 2 : LOUD, end - 0.02);
    volume.gain.linearRampToValueAtTime(0, end);
    tone.connect(volume).connect(context.destination);
    tone.start(begin);
    tone.stop(end + 0.01);
  }
}
