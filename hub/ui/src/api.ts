/**
 * The hub's REST interface as this page uses it: every call, in one place; the shapes stand in shapes.ts.
 * Addresses are relative to this origin.
 */
import { noteServerDate } from "./clock";
import type {
  Asked,
  Came,
  Command,
  Configuration,
  Device,
  Devices,
  Gap,
  Health,
  Invitation,
  InvitationState,
  NewDevice,
  Page,
  Region,
  Revoked,
  Roads,
  StockRow,
  Summary,
  Trace,
  Track,
} from "./shapes";
import type { Schema } from "./schemas";

export type * from "./shapes";

export type Fault = Schema<"FaultModel">;

/** How the hub says what went wrong (RFC 9457). */
type Problem = { code?: string; detail?: string; hint?: string | null; errors?: Fault[] };

/** The hub said no, or could not be reached (status 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint: string | null = null,
    readonly faults: Fault[] = [],
  ) {
    super(message);
  }
}

const ROOT = "/api/v1";
const TIMEOUT_MS = 20_000;

interface Answer {
  response: Response;
  body: Blob;
}

/** One request; a Blob is sent as it is, anything else as JSON. Throws ApiError for whatever is no success. */
async function ask(method: string, path: string, body: unknown, timeoutMs: number): Promise<Answer> {
  let response: Response;
  let answer: Blob;
  const raw = body instanceof Blob;
  try {
    response = await fetch(ROOT + path, {
      method,
      credentials: "same-origin",
      cache: "no-store",
      headers: body === undefined ? { Accept: "application/json, application/problem+json" } : { "Content-Type": raw ? body.type : "application/json" },
      body: body === undefined ? undefined : raw ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    });
    answer = await response.blob();
  } catch (cause) {
    throw new ApiError(0, "unreachable", cause instanceof Error ? cause.message : String(cause));
  }
  noteServerDate(response.headers.get("date"));
  if (response.ok) return { response, body: answer };
  const said = parse(await answer.text()) as Problem | null;
  throw new ApiError(
    response.status,
    said?.code ?? String(response.status),
    said?.detail ?? response.statusText,
    said?.hint ?? null,
    said?.errors ?? [],
  );
}

export async function call<T>(method: string, path: string, body?: unknown, timeoutMs = TIMEOUT_MS): Promise<T> {
  return parse(await (await ask(method, path, body, timeoutMs)).body.text()) as T;
}

/** The same for an answer that is a file. */
export async function file(method: string, path: string, body?: unknown, timeoutMs = TIMEOUT_MS): Promise<Blob> {
  return (await ask(method, path, body, timeoutMs)).body;
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
  /** UNSETTLED: goods whose owner nobody knows yet. */
  owner?: string | null;
  account?: string | null;
  condition?: string | null;
  /** Words to find. */
  text?: string | null;
  /** What expires on that day or before. */
  until?: string | null;
  /** `expiry`: what expires first comes first. */
  first?: string | null;
  limit?: number;
  cursor?: string | null;
}

/** How the owner that has yet to be settled stands in an address; to the hub it is the empty owner. */
export const UNSETTLED = "unassigned";

export function stockQuery({ owner, ...filter }: StockFilter): string {
  const rest = query({ ...filter });
  if (owner !== UNSETTLED) return query({ ...filter, owner });
  return rest === "" ? "?owner=" : `${rest}&owner=`;
}

export const EVENTS = ROOT + "/events";

export const api = {
  health: (timeoutMs?: number) => call<Health>("GET", "/health", undefined, timeoutMs),
  session: () => call<Schema<"Session">>("GET", "/session"),
  signIn: (user: string, password: string) => call<Schema<"Session">>("POST", "/session", { user, password }),
  welcome: (code: string, password: string) => call<Schema<"Welcomed">>("POST", "/welcome", { code, password }),
  firstRun: () => call<Schema<"FirstRunModel">>("GET", "/first-run"),
  begin: (code: string, name: string, password: string) => call<Schema<"Welcomed">>("POST", "/first-run", { code, name, password }),
  signOut: () => call<unknown>("DELETE", "/session"),
  summary: () => call<Summary>("GET", "/summary"),
  sites: () => call<Schema<"Sites">>("GET", "/sites"),
  items: () => call<Schema<"Items">>("GET", "/items"),
  organisations: () => call<Schema<"Organisations">>("GET", "/organisations"),
  region: () => call<Region>("GET", "/region"),
  roads: () => call<Roads>("GET", "/roads"),
  stock: (filter: StockFilter) => call<Page<StockRow>>("GET", "/stock" + stockQuery(filter)),
  trace: (code: string, cursor?: string | null) => call<Trace>("GET", "/trace" + query({ code, cursor })),
  devices: () => call<Devices>("GET", "/devices"),
  devicesOf: (filter: Record<string, string | number | null>) => call<Devices>("GET", "/devices" + query(filter)),
  device: (name: string) => call<Device>("GET", `/devices/${encodeURIComponent(name)}`),
  deviceHealth: (name: string, from: string) => call<Schema<"HealthModel">>("GET", `/devices/${encodeURIComponent(name)}/health` + query({ from })),
  presence: (name: string, cursor: string | null) => call<Page<Came>>("GET", `/devices/${encodeURIComponent(name)}/presence` + query({ cursor, limit: 50 })),
  addDevice: (name: string, kind: string) => call<NewDevice>("POST", "/devices", { name, kind }),
  invite: (device: string, kind: string | null) =>
    call<Invitation>("POST", `/devices/${encodeURIComponent(device)}/invitation`, { kind }),
  invitation: (device: string) => call<InvitationState>("GET", `/devices/${encodeURIComponent(device)}/invitation`),
  revoke: (device: string) => call<Revoked>("POST", `/devices/${encodeURIComponent(device)}/revocation`),
  commands: (device: string) => call<Page<Command>>("GET", `/devices/${encodeURIComponent(device)}/commands` + query({ limit: 20 })),
  command: (device: string, asked: Asked) => call<Command>("POST", `/devices/${encodeURIComponent(device)}/commands`, asked),
  configuration: (device: string) => call<Configuration>("GET", `/devices/${encodeURIComponent(device)}/configuration`),
  wish: (device: string, settings: Configuration["settings"]) => call<Configuration>("PUT", `/devices/${encodeURIComponent(device)}/configuration`, { settings }),
  place: (device: string, site: string | null) => call<Schema<"PlacingModel">>("PUT", `/devices/${encodeURIComponent(device)}/site`, { site }),
  positions: () => call<Schema<"Positions">>("GET", "/positions"),
  track: (device: string, from: string) =>
    call<Track>("GET", `/devices/${encodeURIComponent(device)}/track` + query({ from, limit: 2000 })),
  quarantine: (cursor: string | null, filter: Record<string, string | null> = {}, limit = 50) =>
    call<Schema<"QuarantinePage">>("GET", "/quarantine" + query({ ...filter, cursor, limit })),
  quarantined: (id: string) => file("GET", `/quarantine/${id}/bytes`),
  gaps: () => call<Page<Gap>>("GET", "/gaps?lane=facts"),
};
