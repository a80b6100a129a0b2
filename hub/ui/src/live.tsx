/**
 * The live link to the hub. Server-sent events say what changed, and the queries that show it are asked again, about
 * once a second while much goes on. A stream alone does not notice a pulled cable, so a small health request every 2 seconds,
 * given up after 2, does: a lost link shows within 5 seconds. After any loss everything on screen is asked again.
 */
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useState, type ReactNode } from "react";

import { api, ApiError, EVENTS, type Health } from "./api";

export type Link = "connecting" | "live" | "lost";
interface LinkState {
  link: Link;
  /** Browser time in ms of the last proof of contact. */
  heardAt: number;
  hub: Health | null;
}

const LinkContext = createContext<LinkState>({ link: "connecting", heardAt: 0, hub: null });
export const useLink = () => useContext(LinkContext);

const PULSE_MS = 2_000;
const RECONNECT_MS = [1_000, 2_000, 4_000, 8_000];
/** The least pause between two times of asking again: after a quiet moment, and while much goes on. */
const FLUSH_MS = [250, 1_000] as const;
/** What a page asked before its stream began could have changed meanwhile: it asks once more, when it has been painted. */
const FIRST_LOOK_MS = 1_500;

const TOUCHES: Record<string, string[]> = {
  stock: ["consignment", "candidates", "picks", "reservations", "need", "stock", "sites", "summary", "trace", "recall", "deliveries", "delivery"],
  device: ["devices", "summary", "commands", "configuration"],
  quarantine: ["quarantine", "summary", "devices"],
  discrepancy: ["discrepancies", "discrepancy", "unsettled", "gaps", "summary"],
  delivery: ["deliveries", "delivery"],
  transfer: ["transfers", "stock"],
  space: ["calendar", "bookings", "capacities"],
  allocation: ["needs", "need", "candidates", "reservations", "picks", "consents"],
  notice: ["notices", "story"],
  request: ["requests", "request", "story"],
  consignment: ["board", "consignments", "consignment", "parcels", "parcel", "request", "trips", "trip", "shipments", "shipment", "rounds", "round", "doors", "story", "recall", "station", "shelfCounts", "parcelProxies"],
  collecting: ["station", "shelfCounts"],
  round: ["rounds", "round", "doors"],
  incident: ["incidents", "incident", "readiness"],
  alert: ["alerts", "alert", "alertRules"],
  reference: ["sites", "items", "organisations", "roads", "region", "lotNotes", "settlements", "rates"],
};

/** Ask everything on screen again. */
function renew(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "session" });
}

/** Collects what changed and asks again: the first time at once, then ever more seldom while more keeps coming. */
function makeInvalidator(client: QueryClient) {
  const waiting = new Set<string>();
  let pause: number = FLUSH_MS[0];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    if (waiting.size === 0) {
      pause = FLUSH_MS[0];
      return;
    }
    const keys = new Set(waiting);
    waiting.clear();
    void client.invalidateQueries({ predicate: (query) => keys.has(String(query.queryKey[0])) });
    timer = setTimeout(flush, pause);
    pause = Math.min(pause * 2, FLUSH_MS[1]);
  };
  return {
    touch: (keys: string[]) => {
      for (const key of keys) waiting.add(key);
      timer ??= setTimeout(flush, 20);
    },
    stop: () => clearTimeout(timer),
  };
}

function listen(client: QueryClient, onOpen: () => void, onLost: () => void): () => void {
  const invalidator = makeInvalidator(client);
  let source: EventSource | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let attempt = 0;
  const open = () => {
    source = new EventSource(EVENTS);
    source.onopen = () => {
      attempt = 0;
      onOpen();
    };
    source.onerror = () => {
      onLost();
      if (source?.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
      retry = setTimeout(open, RECONNECT_MS[Math.min(attempt++, RECONNECT_MS.length - 1)]);
    };
    for (const [name, keys] of Object.entries(TOUCHES)) source.addEventListener(name, () => invalidator.touch(keys));
    source.addEventListener("reset", onOpen); // what was missed is not known any more
  };
  open();
  return () => {
    clearTimeout(retry);
    invalidator.stop();
    source?.close();
  };
}

export function LiveLink({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [state, setState] = useState<LinkState>({ link: "connecting", heardAt: Date.now(), hub: null });

  useEffect(() => {
    let streaming = false;
    let first = true;
    let again: ReturnType<typeof setTimeout> | undefined;
    let beating = true;
    let stopped = false;
    let run: string | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = (hub?: Health) =>
      setState((old) => ({
        link: !beating ? "lost" : streaming ? "live" : old.link === "lost" && !hub ? "lost" : "connecting",
        heardAt: hub ? Date.now() : old.heardAt,
        hub: hub ?? old.hub,
      }));
    const close = listen(
      client,
      () => {
        streaming = true;
        clearTimeout(again);
        again = setTimeout(() => void renew(client), first ? FIRST_LOOK_MS : 0);
        first = false;
        show();
      },
      () => {
        streaming = false;
        show();
      },
    );
    const pulse = async () => {
      try {
        const hub = await api.health(PULSE_MS);
        const back = !beating || (run !== undefined && run !== hub.run);
        beating = true;
        run = hub.run;
        if (back) void renew(client);
        if (!stopped) show(hub);
      } catch (error) {
        beating = error instanceof ApiError && error.status > 0 && error.status < 500;
        if (!stopped) show();
      }
      if (!stopped) timer = setTimeout(() => void pulse(), PULSE_MS);
    };
    const offline = () => {
      beating = false;
      show();
    };
    window.addEventListener("offline", offline);
    void pulse();
    return () => {
      stopped = true;
      clearTimeout(timer);
      clearTimeout(again);
      window.removeEventListener("offline", offline);
      close();
    };
  }, [client]);

  return <LinkContext value={state}>{children}</LinkContext>;
}
