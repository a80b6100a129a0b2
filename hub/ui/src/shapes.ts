/** The shapes that the hub's REST interface gives. Times are RFC 3339 UTC strings; quantities are plain numbers. */
import type { FeatureCollection, LineString } from "geojson";

export type Role = "admin" | "supervisor" | "operator" | "clerk" | "staff" | "courier" | "helpline" | "engineer" | "auditor";
export type SiteKind = "warehouse" | "station" | "hospital" | "camp";

export interface User {
  name: string;
  role: Role;
  /** Whose staff it is; null: of none. */
  organisation: string | null;
  /** Where an operator or clerk works; null: everywhere. */
  site: string | null;
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
  /** Its time zone, by its IANA name: goods expire at the end of its day. */
  zone: string;
  /** So many days before its last one a lot is said to expire soon. */
  warn_days: number;
  /** So many days a parcel waits here for its recipient, who is reminded after so many (0: never). */
  keep_days: number;
  remind_days: number;
  /** What its collection codes begin with. */
  mark: number | null;
  /** When it is open, in words. */
  hours: string;
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
  /** The region's own map, where somebody put one into the hub's data folder. */
  base_map?: BaseMap | null;
  /** Why the file that is there cannot be shown. */
  base_map_fault?: string | null;
}
/** `GET /region.pmtiles`. */
export interface BaseMap {
  name: string;
  /** Whose map it is: to be shown with it. */
  attribution: string;
  tiles: "mvt" | "png" | "jpeg" | "webp" | "avif";
  /** Another one when the file was replaced. */
  version: string;
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
/** Between what a time lies; `earliest` null where nobody can tell. `estimated`: not sure to 2 seconds. */
export interface Bounds {
  earliest: string | null;
  latest: string | null;
  estimated: boolean;
}
export interface TraceEvent extends Bounds {
  at: string;
  /** What the device's own wall clock said. */
  said_at: string | null;
  received_at: string | null;
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
  now: (Bounds & { account: string; site: string | null; since: string | null; uncertain: boolean }) | null;
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
  /** By what it is let in. */
  access: "certificate" | "password" | "none";
  /** When its newest certificate ends, or has ended. */
  certificate_until: string | null;
  site: string | null;
  /** How far its clock may be off. */
  clock_error_ms: number | null;
  outbox_bytes: number | null;
  disk_free_bytes: number | null;
  battery_pct: number | null;
  health_at: string | null;
  /** What it says is wrong with itself. */
  note: string | null;
}
export interface HealthPoint {
  at: string;
  pending_facts: number;
  pending_telemetry: number;
  outbox_bytes: number;
  disk_free_bytes: number;
  rss_bytes: number;
  battery_pct: number | null;
  clock_error_ms: number | null;
  version: string;
  note: string;
}
export interface Came {
  at: string;
  online: boolean;
  run: string;
  connection: string;
  version: string;
}
export interface Devices {
  devices: Device[];
  next?: string | null;
  /** Whether devices on other machines may join, by an invitation. */
  listening: boolean;
}
export type CommandState = "waiting" | "delivered" | "done" | "failed" | "refused" | "expired";
export type WishState = "waiting" | "applied" | "refused" | "rolled-back";

/** What somebody asks of a device. */
export interface Asked {
  name: string;
  args: Record<string, string>;
}
export interface Command extends Asked {
  id: string;
  issued_at: string;
  issued_by: string;
  expires_at: string;
  state: CommandState;
  /** Its time is over, and the device has not said what became of it. */
  overdue: boolean;
  detail: string;
  answered_at: string | null;
}
export interface Configuration {
  version: number | null;
  issued_at: string | null;
  issued_by: string | null;
  state: WishState | null;
  detail: string;
}
export interface NewDevice {
  name: string;
  password: string;
  config: string;
}
/** A code that lets one device in, once; shown this once. */
export interface Invitation {
  device: string;
  kind: string;
  code: string;
  command: string;
  qr_svg: string;
  expires_at: string;
  /** A device of this name is let in: it is shut out when the new one joins. */
  replaces: boolean;
}
/** What became of the newest invitation of a name. */
export interface InvitationState {
  expires_at: string;
  used_at: string | null;
}
export interface Revoked {
  device: string;
  /** What a person has to do yet; empty where nothing. */
  hint: string;
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
  times: number;
  bytes_b64: string;
  text: string | null;
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
