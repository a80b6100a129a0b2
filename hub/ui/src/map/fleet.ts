/**
 * The newest position of each vehicle, in columns: 10,000 of them change many times a second, and nothing is made
 * or thrown away for that. A vehicle has a slot; the columns hold its values there. Two sources feed it: frames of the
 * socket for what the map shows, and the list of all, which is asked for now and then. A position never goes back in time.
 */
import type { Position } from "../api";
import { headingColumn, headingOf, speedColumn, speedOf, type Frame } from "./frames";
import { mercatorX, mercatorY } from "./mercator";

/** A vehicle reports every second; after a minute its position is a memory. */
export const STALE_POSITION_S = 60;
/** Below walking pace a heading is noise. */
const MOVING_CMS = 70;
const FIRST_ROOM = 256;
/** Beyond it, either way, a Date has no time. */
const LAST_MS = 8.64e15;
const COLLATOR = new Intl.Collator("en", { numeric: true });

interface Columns {
  x: Int32Array;
  y: Int32Array;
  latE7: Int32Array;
  lonE7: Int32Array;
  at: Float64Array;
  heading: Int16Array;
  speed: Uint16Array;
  /** 1 where the socket tells of it. */
  live: Uint8Array;
}

function columns(room: number): Columns {
  return {
    x: new Int32Array(room), y: new Int32Array(room), latE7: new Int32Array(room), lonE7: new Int32Array(room),
    at: new Float64Array(room), heading: new Int16Array(room), speed: new Uint16Array(room), live: new Uint8Array(room),
  };
}

export class Fleet {
  columns = columns(FIRST_ROOM);
  readonly names: (string | null)[] = [];
  readonly lower: string[] = [];
  readonly qualities: (string | null)[] = [];
  /** Grows with every change. */
  version = 0;
  private readonly slots = new Map<string, number>();
  private readonly free: number[] = [];
  /** Whom the frames mean. A vehicle that is only named here has no slot: it has no position yet, nor a time of one. */
  private readonly byId = new Map<number, string>();
  private readonly listeners = new Set<() => void>();
  private sorted: Int32Array | null = null;

  get size(): number {
    return this.slots.size;
  }

  slot(name: string): number | undefined {
    return this.slots.get(name);
  }

  /** All slots, by name. */
  get order(): Int32Array {
    return (this.sorted ??= Int32Array.from([...this.slots].sort(([a], [b]) => COLLATOR.compare(a, b)).map(([, slot]) => slot)));
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Learn whom the frames mean by their ids. */
  learn(rows: [id: number, name: string][]): void {
    for (const [id, name] of rows) this.byId.set(id, name);
  }

  apply(frame: Frame): void {
    if (frame.snapshot) this.columns.live.fill(0);
    for (let row = 0; row < frame.count; row++) {
      const name = this.byId.get(frame.ids[row]!);
      if (name === undefined) continue;
      const slot = this.put(name, frame.hubMs - frame.ageMs[row]!, frame.latE7[row]!, frame.lonE7[row]!, frame.heading[row]!, frame.speed[row]!);
      if (slot !== undefined) this.columns.live[slot] = 1;
    }
    for (const id of frame.gone) {
      const slot = this.slots.get(this.byId.get(id) ?? "");
      if (slot !== undefined) this.columns.live[slot] = 0;
    }
    this.tell();
  }

  /** All vehicles that the hub knows; those that it knows no more, and the socket does not tell of, go. */
  baseline(positions: Position[]): void {
    const known = new Set<string>();
    for (const { device, at, lat, lon, heading_deg, speed_mps, quality } of positions) {
      known.add(device);
      const slot = this.put(device, Date.parse(at), Math.round(lat * 1e7), Math.round(lon * 1e7), headingColumn(heading_deg), speedColumn(speed_mps));
      if (slot !== undefined) this.qualities[slot] = quality;
    }
    for (const [name, slot] of this.slots) if (!known.has(name) && !this.columns.live[slot]) this.drop(name, slot);
    this.tell();
  }

  /** Another connection has other ids, and tells anew what its view shows. */
  unlink(): void {
    this.byId.clear();
    this.columns.live.fill(0);
    this.tell();
  }

  isMoving(slot: number): boolean {
    const speed = this.columns.speed[slot]!;
    return speed >= MOVING_CMS && speedOf(speed) !== null;
  }

  /** Metres per second, or null. */
  speed(slot: number): number | null {
    return speedOf(this.columns.speed[slot]!);
  }

  heading(slot: number): number | null {
    return headingOf(this.columns.heading[slot]!);
  }

  lonLat(slot: number): [number, number] {
    return [this.columns.lonE7[slot]! / 1e7, this.columns.latE7[slot]! / 1e7];
  }

  private take(name: string): number {
    let slot = this.slots.get(name);
    if (slot === undefined) {
      slot = this.free.pop() ?? this.names.length;
      if (slot >= this.columns.x.length) this.grow();
      this.slots.set(name, slot);
      this.names[slot] = name;
      this.lower[slot] = name.toLowerCase();
      this.qualities[slot] = null;
      this.columns.at[slot] = -Infinity;
      this.columns.live[slot] = 0;
      this.sorted = null;
    }
    return slot;
  }

  /** The vehicle's slot; none for a new vehicle whose time is none. */
  private put(name: string, at: number, latE7: number, lonE7: number, heading: number, speed: number): number | undefined {
    if (!(Math.abs(at) <= LAST_MS)) return this.slots.get(name);
    const slot = this.take(name);
    const c = this.columns;
    if (at < c.at[slot]!) return slot;
    c.at[slot] = at;
    c.heading[slot] = heading;
    c.speed[slot] = speed;
    if (c.latE7[slot] === latE7 && c.lonE7[slot] === lonE7) return slot;
    c.latE7[slot] = latE7;
    c.lonE7[slot] = lonE7;
    c.x[slot] = mercatorX(lonE7 / 1e7);
    c.y[slot] = mercatorY(latE7 / 1e7);
    return slot;
  }

  private drop(name: string, slot: number): void {
    this.slots.delete(name);
    this.names[slot] = null;
    this.free.push(slot);
    this.sorted = null;
  }

  private grow(): void {
    const wider = columns(this.columns.x.length * 2);
    for (const key of Object.keys(wider) as (keyof Columns)[]) wider[key].set(this.columns[key] as never);
    this.columns = wider;
  }

  private tell(): void {
    this.version += 1;
    for (const listener of this.listeners) listener();
  }
}
