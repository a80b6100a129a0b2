/** Sounds of alerts, made here and not fetched: three rising tones for what is urgent, one low tone for the rest. Off until somebody wants them. */
const STORED = "relay-sound";
const TONES: Record<"urgent" | "plain", [hz: number, at: number, seconds: number][]> = {
  urgent: [[660, 0, 0.16], [880, 0.2, 0.16], [1_100, 0.4, 0.3], [660, 0.9, 0.16], [880, 1.1, 0.16], [1_100, 1.3, 0.3]],
  plain: [[520, 0, 0.25], [520, 0.35, 0.25]],
};
const LOUD = 0.25;
const FADE_S = 0.02;

let context: AudioContext | undefined;

export const soundWanted = (): boolean => localStorage.getItem(STORED) === "on";

export function wantSound(on: boolean): void {
  localStorage.setItem(STORED, on ? "on" : "off");
}

/** A browser lets a page make sounds only after somebody touched it: then this opens the way. */
export function readySound(): void {
  if (!soundWanted()) return;
  context ??= new AudioContext();
  if (context.state === "suspended") void context.resume();
}

/** Whether a sound would be heard now. */
export const soundReady = (): boolean => context?.state === "running";

export function play(kind: "urgent" | "plain"): void {
  context ??= new AudioContext();
  const to = context;
  const start = () => {
    for (const [hz, at, seconds] of TONES[kind]) {
      const tone = to.createOscillator();
      const volume = to.createGain();
      const begin = to.currentTime + at;
      tone.frequency.value = hz;
      volume.gain.setValueAtTime(0, begin);
      volume.gain.linearRampToValueAtTime(LOUD, begin + FADE_S);
      volume.gain.setValueAtTime(LOUD, begin + seconds - FADE_S);
      volume.gain.linearRampToValueAtTime(0, begin + seconds);
      tone.connect(volume).connect(to.destination);
      tone.start(begin);
      tone.stop(begin + seconds);
    }
  };
  if (to.state === "suspended") void to.resume().then(start, () => undefined);
  else start();
}
