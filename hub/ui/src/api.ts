/**
 * The hub's REST interface as this page uses it: every shape and every call, in one place.
 * Times are RFC 3339 UTC strings; quantities are plain numbers; addresses are relative to this origin.
 */
import type { FeatureCollection, LineString } from "geojson";

import { noteServerDate } from "./clock";

export type Role = "admin" | "supervisor" | "auditor";
export type SiteKind = "warehouse" | "station" | "hospital" | "camp";

export interface User {
  name: string;
  role: Role;
}
export interface Health {
  status: string;
  ledger: string;
  run: string;
  version: string;
}
export interface Summary {
  facts: number;
  scans: number;
  positions: number;
  devices_online: number;
  devices: number;
  quarantined: number;
  discrepancies: number;
  gaps_open: number;
  stock_units: number;
  generated_at: string;
}
export interface Site {
  id: string;
  name: string;
  name_zh: string | null;
  kind: SiteKind;
  lat: number;
  lon: number;
  stock: number;
}
export interface Item {
  gtin: string;
  name: string;
  name_zh: string | null;
  unit: string;
  category: string;
}
export interface Organisation {
  id: string;
  name: string;
  name_zh: string | null;
}
export interface Region {
  name: string;
  name_zh: string | null;
  center: [number, number];
  zoom: number;
  bbox: [number, number, number, number] | null;
}
export interface StockRow {
  account: string;
  site: string | null;
  item: string;
  gtin: string | null;
  name: string | null;
  name_zh: string | null;
  lot: string | null;
  expiry: string | null;
  owner: string | null;
  condition: string | null;
  quantity: number;
}
export interface TraceEvent {
  at: string;
  received_at: string | null;
  estimated: boolean;
  device: string;
  stream: string;
  seq: number;
  action: string;
  from: string | null;
  to: string | null;
  quantity: number;
  voided: boolean;
  uncertain: boolean;
  labels: string[];
}
export interface Traced {
  kind: "unit" | "lot" | "item" | "unknown";
  gtin: string | null;
  lot: string | null;
  serial: string | null;
  sscc: string | null;
  expiry: string | null;
  name: string | null;
  name_zh: string | null;
}
export interface Trace {
  code: string;
  what: Traced;
  now: { account: string; site: string | null; since: string | null; uncertain: boolean } | null;
  events: TraceEvent[];
  holders: { account: string; quantity: number }[];
  next: string | null;
}
export interface Device {
  name: string;
  kind: string;
  online: boolean;
  presence_at: string | null;
  connection: string | null;
  run: string | null;
  version: string | null;
  last_seen: string | null;
  last_fact_at: string | null;
  last_position_at: string | null;
  pending_facts: number | null;
  pending_telemetry: number | null;
  lost: number;
  quarantined: number;
  streams: number;
  /** Connections that spoke under this name while another was alive. */
  others?: number;
}
export interface NewDevice {
  name: string;
  password: string;
  config: string;
}
export interface Position {
  device: string;
  at: string;
  lat: number;
  lon: number;
  speed_mps: number | null;
  heading_deg: number | null;
  quality: string | null;
  age_s: number;
}
export interface Track {
  points: { at: string; lat: number; lon: number; verdict: string; speed_mps: number | null }[];
  distance_m: number;
}
export interface Quarantined {
  id: string;
  device: string;
  stream: string | null;
  lane: string | null;
  seq: number | null;
  received_at: string;
  reason: string;
  sentence: string;
  detail: string | null;
  bytes_b64: string;
  text: string | null;
}
export interface Discrepancy {
  kind: string;
  site: string | null;
  account: string | null;
  item: string | null;
  lot: string | null;
  quantity: number | null;
  detail: string | null;
  since: string | null;
}
export interface Gap {
  device: string;
  stream: string;
  lane: string;
  first: number;
  last: number;
  reason: string | null;
}
export type Roads = FeatureCollection<LineString, { name?: string; name_zh?: string; class?: string } | null>;
export interface Page<Row> {
  rows: Row[];
  next: string | null;
}

/** The hub said no, or could not be reached (status 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint: string | null = null,
  ) {
    super(message);
  }
}

const ROOT = "/api/v1";
const TIMEOUT_MS = 20_000;

async function call<T>(method: string, path: string, body?: unknown, timeoutMs = TIMEOUT_MS): Promise<T> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(ROOT + path, {
      method,
      credentials: "same-origin",
      cache: "no-store",
      headers: body === undefined ? { Accept: "application/json" } : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    });
    text = await response.text();
  } catch (cause) {
    throw new ApiError(0, "unreachable", cause instanceof Error ? cause.message : String(cause));
  }
  noteServerDate(response.headers.get("date"));
  const value = parse(text);
  if (response.ok) return value as T;
  const said = (value as { error?: { code?: string; message?: string; hint?: string | null } } | null)?.error;
  throw new ApiError(
    response.status,
    said?.code ?? String(response.status),
    said?.message ?? response.statusText,
    said?.hint ?? null,
  );
}

function parse(text: string): unknown {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/** A query string from the values that are set; the group separator of a scanned code survives as %1D. */
export function query(values: Record<string, string | number | null | undefined>): string {
  const pairs = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== "");
  if (pairs.length === 0) return "";
  return "?" + pairs.map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`).join("&");
}

export interface StockFilter {
  site?: string | null;
  item?: string | null;
  lot?: string | null;
  owner?: string | null;
  account?: string | null;
  limit?: number;
  cursor?: string | null;
}

export const EVENTS = ROOT + "/events";

export const api = {
  health: (timeoutMs?: number) => call<Health>("GET", "/health", undefined, timeoutMs),
  session: () => call<{ user: User }>("GET", "/session"),
  signIn: (user: string, password: string) => call<{ user: User }>("POST", "/session", { user, password }),
  signOut: () => call<unknown>("DELETE", "/session"),
  summary: () => call<Summary>("GET", "/summary"),
  sites: () => call<{ sites: Site[] }>("GET", "/sites"),
  items: () => call<{ items: Item[] }>("GET", "/items"),
  organisations: () => call<{ organisations: Organisation[] }>("GET", "/organisations"),
  region: () => call<Region>("GET", "/region"),
  roads: () => call<Roads>("GET", "/roads"),
  stock: (filter: StockFilter) => call<Page<StockRow>>("GET", "/stock" + query({ ...filter })),
  trace: (code: string, cursor?: string | null) => call<Trace>("GET", "/trace" + query({ code, cursor })),
  devices: () => call<{ devices: Device[] }>("GET", "/devices"),
  addDevice: (name: string, kind: string) => call<NewDevice>("POST", "/devices", { name, kind }),
  positions: () => call<{ positions: Position[] }>("GET", "/positions"),
  track: (device: string, from: string) =>
    call<Track>("GET", `/devices/${encodeURIComponent(device)}/track` + query({ from, limit: 2000 })),
  quarantine: (cursor: string | null, limit = 50) =>
    call<Page<Quarantined>>("GET", "/quarantine" + query({ cursor, limit })),
  discrepancies: (cursor: string | null) => call<Page<Discrepancy>>("GET", "/discrepancies" + query({ cursor })),
  gaps: () => call<Page<Gap>>("GET", "/gaps?lane=facts"),
};
