/**
 * The frames of the live positions (docs/decisions/042): little-endian columns, read in place. Nothing here keeps
 * state or reads a clock. All columns lie on their own boundaries, so that they are views and not copies; every
 * browser of today runs on little-endian machines.
 */

/** `protocol` of the WebSocket. */
export const SUBPROTOCOL = "relay-positions-v1";
const VERSION = 1;
const HEADER = 16;
const ROW = 20;
const NO_HEADING = -1;
const NO_SPEED = 0xffff;

export interface Frame {
  /** It holds all that the view shows, and not only what is new. */
  snapshot: boolean;
  /** The hub's Unix ms. */
  hubMs: number;
  count: number;
  ids: Int32Array;
  latE7: Int32Array;
  lonE7: Int32Array;
  ageMs: Int32Array;
  /** In 0.1 degree, clockwise from north; see `headingOf`. */
  heading: Int16Array;
  /** In cm/s; see `speedOf`. */
  speed: Uint16Array;
  gone: Int32Array;
}

/** Degrees, or null. */
export function headingOf(tenths: number): number | null {
  return tenths === NO_HEADING ? null : tenths / 10;
}

/** Metres per second, or null. */
export function speedOf(cms: number): number | null {
  return cms === NO_SPEED ? null : cms / 100;
}

export function headingColumn(degrees: number | null): number {
  return degrees === null ? NO_HEADING : Math.round(degrees * 10) % 3_600;
}

export function speedColumn(mps: number | null): number {
  return mps === null ? NO_SPEED : Math.min(NO_SPEED - 1, Math.max(0, Math.round(mps * 100)));
}

/** Null for what is no frame of this version, is too short or too long for what it counts. */
export function readFrame(data: ArrayBuffer): Frame | null {
  if (data.byteLength < HEADER + 4) return null;
  const view = new DataView(data);
  const kind = view.getUint8(1);
  if (view.getUint8(0) !== VERSION || kind > 1) return null;
  const count = view.getUint32(4, true);
  const goneAt = HEADER + ROW * count;
  if (goneAt + 4 > data.byteLength) return null;
  const gone = view.getUint32(goneAt, true);
  if (goneAt + 4 + 4 * gone !== data.byteLength) return null;
  const column = (index: number) => new Int32Array(data, HEADER + 4 * count * index, count);
  return {
    snapshot: kind === 0,
    hubMs: view.getFloat64(8, true),
    count,
    ids: column(0),
    latE7: column(1),
    lonE7: column(2),
    ageMs: column(3),
    heading: new Int16Array(data, HEADER + 16 * count, count),
    speed: new Uint16Array(data, HEADER + 18 * count, count),
    gone: new Int32Array(data, goneAt + 4, gone),
  };
}

/** The ids that the coming frames use, from a text message; null for a text that says something else. */
export function readNames(text: string): [id: number, name: string][] | null {
  try {
    const { names } = JSON.parse(text) as { names?: unknown };
    if (!Array.isArray(names)) return null;
    return names.filter((row): row is [number, string] => Array.isArray(row) && Number.isInteger(row[0]) && typeof row[1] === "string");
  } catch {
    return null;
  }
}
