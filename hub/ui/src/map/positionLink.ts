/**
 * The socket of the live positions. It says which part of the world is looked at and hands over what comes. A connection
 * that ends is made anew, at once when the hub is heard again; what it cannot read ends the connection: the next begins
 * with a snapshot.
 */
import type { Fleet } from "./fleet";
import { readFrame, readNames, SUBPROTOCOL } from "./frames";

export type Bounds = [west: number, south: number, east: number, north: number];

const PATH = "/api/v1/positions/live";
const RETRY_MS = [500, 1_000, 2_000, 4_000, 8_000];
/** The hub counts the last of about five a second. */
const VIEW_EVERY_MS = 250;
/** Beyond each edge of what is seen, so that a small move needs no question. */
const MARGIN = 0.25;
/** The hub sends something every 2 s: after so long without, the connection is dead, whatever it says. */
const SILENT_MS = 4_500;
const NOT_A_FRAME = 4400;

export interface LinkState {
  open: boolean;
  /** Browser time in ms at which the last frame came. */
  heardAt: number;
}

function wrapped(lon: number): number {
  return ((((lon + 180) % 360) + 360) % 360) - 180;
}

/** What is seen with a margin, with longitudes between -180 and 180: west of the antimeridian may be more than east. */
export function asked([west, south, east, north]: Bounds): Bounds {
  const [dx, dy] = [(east - west) * MARGIN, (north - south) * MARGIN];
  const all = east - west + 2 * dx >= 360;
  return [all ? -180 : wrapped(west - dx), Math.max(-90, south - dy), all ? 180 : wrapped(east + dx), Math.min(90, north + dy)];
}

export class PositionLink {
  private socket: WebSocket | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private silent: ReturnType<typeof setTimeout> | undefined;
  private sending: ReturnType<typeof setTimeout> | undefined;
  private attempt = 0;
  private ended = false;
  private view: { bounds: Bounds; zoom: number } | undefined;
  private state: LinkState = { open: false, heardAt: 0 };

  constructor(private readonly fleet: Fleet, private readonly onState: (state: LinkState) => void) {}

  /** What the map shows; the first one opens the connection. */
  look(bounds: Bounds, zoom: number): void {
    this.view = { bounds, zoom };
    if (!this.socket && !this.retry) this.open();
    this.sending ??= setTimeout(() => {
      this.sending = undefined;
      this.say();
    }, VIEW_EVERY_MS);
  }

  /** Try at once: the hub was heard otherwise. */
  hurry(): void {
    if (this.retry === undefined) return;
    clearTimeout(this.retry);
    this.retry = undefined;
    this.open();
  }

  /** A connection over which nothing comes any more may take minutes to notice it. */
  restart(): void {
    this.socket?.close();
    this.lost();
  }

  close(): void {
    this.ended = true;
    clearTimeout(this.retry);
    clearTimeout(this.sending);
    clearTimeout(this.silent);
    this.socket?.close();
  }

  private await(): void {
    clearTimeout(this.silent);
    this.silent = setTimeout(() => this.restart(), SILENT_MS);
  }

  private open(): void {
    if (this.ended || !this.view) return;
    const socket = new WebSocket(window.location.origin.replace(/^http/, "ws") + PATH, SUBPROTOCOL);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    this.await();
    socket.onopen = () => {
      this.say();
      this.set({ open: true });
    };
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (socket !== this.socket) return;
      this.await();
      if (typeof data === "string") {
        const names = readNames(data);
        if (names) this.fleet.learn(names);
        return;
      }
      const frame = readFrame(data);
      if (!frame) return socket.close(NOT_A_FRAME, "not a frame");
      this.attempt = 0;
      this.fleet.apply(frame);
      this.set({ heardAt: Date.now() });
    };
    socket.onclose = () => {
      if (socket === this.socket) this.lost();
    };
  }

  private lost(): void {
    this.socket = undefined;
    clearTimeout(this.silent);
    this.fleet.unlink();
    this.set({ open: false });
    if (this.ended) return;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => {
      this.retry = undefined;
      this.open();
    }, RETRY_MS[Math.min(this.attempt++, RETRY_MS.length - 1)]);
  }

  private say(): void {
    if (this.socket?.readyState !== WebSocket.OPEN || !this.view) return;
    this.socket.send(JSON.stringify({ view: asked(this.view.bounds), zoom: Math.round(this.view.zoom * 100) / 100 }));
  }

  private set(change: Partial<LinkState>): void {
    this.state = { ...this.state, ...change };
    if (!this.ended) this.onState(this.state);
  }
}
