// The WebSocket to the agent's page process: comes back by itself, and says within five seconds that it is gone.

import type { FromPage, ToPage } from "./messages.ts";

/** The agent says something every two seconds; after so long without a word the link is gone, in ms. */
const SILENCE_MS = 4200;
const AGAIN_MS = 1000;
const PING_MS = 5000;
const LOOK_MS = 300;

export interface Ends {
  down(code: number): void;
  told(message: ToPage): void;
}

export class AgentLink {
  private socket: WebSocket | null = null;
  private heardAt = 0;
  private pingedAt = 0;
  private lookedAt = 0;
  private againAt = 0;
  private stays = true;
  private readonly ends: Ends;
  private readonly url: string;

  constructor(url: string, ends: Ends) {
    this.url = url;
    this.ends = ends;
    this.join();
    setInterval(() => this.look(), LOOK_MS);
    window.addEventListener("online", () => (this.againAt = 0));
  }

  /** Whether it went out. What does not go out is not kept for later: nobody was told that it would be. */
  send(message: FromPage): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  /** No more coming back by itself; `rejoin` begins again. */
  leave(): void {
    this.stays = false;
  }

  rejoin(): void {
    this.stays = true;
    this.againAt = 0;
    this.look();
  }

  private join(): void {
    const socket = new WebSocket(this.url);
    this.socket = socket;
    this.heardAt = performance.now();
    socket.onopen = () => {
      if (this.socket !== socket) return;
      this.heardAt = this.pingedAt = performance.now();
    };
    socket.onmessage = (event) => {
      if (this.socket !== socket) return;
      this.heardAt = performance.now();
      const message = read(event.data);
      if (message) this.ends.told(message);
    };
    socket.onclose = (event) => this.lose(socket, event.code);
  }

  private lose(socket: WebSocket, code: number): void {
    if (this.socket !== socket) return;
    this.socket = null;
    this.againAt = performance.now() + AGAIN_MS;
    this.ends.down(code);
  }

  private look(): void {
    const now = performance.now();
    const late = now - this.lookedAt > 10 * LOOK_MS; // the page itself stood still: first hear what waits
    this.lookedAt = now;
    if (this.socket === null) {
      if (this.stays && now >= this.againAt) this.join();
      return;
    }
    if (!late && now - this.heardAt > SILENCE_MS) {
      const socket = this.socket;
      this.lose(socket, 4000);
      socket.close();
      return;
    }
    if (now - this.pingedAt > PING_MS && this.send({ k: "ping" })) this.pingedAt = now;
  }
}

function read(data: unknown): ToPage | null {
  try {
    const message: unknown = typeof data === "string" ? JSON.parse(data) : null;
    return typeof message === "object" && message !== null && "k" in message ? (message as ToPage) : null;
  } catch {
    return null;
  }
}
