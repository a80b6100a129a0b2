/** Room in warehouses: how much there is, who asks for it, who gets it. */
import { call, query, type Page } from "../api";

export type Temperature = "ambient" | "cool" | "cold" | "frozen";
export type Measure = "pallets" | "m3";
export const TEMPERATURES: readonly Temperature[] = ["ambient", "cool", "cold", "frozen"];
export const MEASURES: readonly Measure[] = ["pallets", "m3"];

/** One site, one temperature, one measure. Amounts are whole pallet places, or thousandths of a cubic metre. */
export interface Room {
  site: string;
  temperature: Temperature;
  measure: Measure;
}
export interface Capacity extends Room {
  amount: number;
  overbooked: boolean;
}
export interface Day {
  day: string;
  capacity: number;
  free: number;
  own: number;
  /** Approved beyond the capacity; null for staff of organisations. */
  over: number | null;
}
export type BookingState = "requested" | "waiting" | "approved" | "refused" | "withdrawn" | "released" | "ended" | "lapsed";
export interface Booking extends Room {
  id: string;
  organisation: string;
  amount: number;
  first_day: string;
  last_day: string;
  note: string;
  state: BookingState;
  asked_at: string;
  asked_by: string;
  decided_at: string | null;
  decided_by: string | null;
  reason: string;
}
export interface NewBooking extends Room {
  id: string;
  organisation: string | null;
  amount: number;
  first_day: string;
  last_day: string;
  note: string;
}

const one = (id: string) => `/space/bookings/${encodeURIComponent(id)}`;

export const space = {
  capacities: () => call<{ capacities: Capacity[] }>("GET", "/space/capacities"),
  setCapacity: (capacity: Room & { amount: number; anyway: boolean }) => call<{ count: number; approved: string[] }>("PUT", "/space/capacities", { capacities: [capacity] }),
  calendar: (room: Room, first: string, last: string) => call<{ days: Day[] }>("GET", "/space/calendar" + query({ ...room, first, last })),
  bookings: (filter: Record<string, string | null>) => call<Page<Booking>>("GET", "/space/bookings" + query({ ...filter, limit: 50 })),
  ask: (booking: NewBooking) => call<Booking>("POST", "/space/bookings", booking),
  approve: (id: string, wait: boolean) => call<Booking>("POST", `${one(id)}/approval`, { wait }),
  refuse: (id: string, reason: string) => call<Booking>("POST", `${one(id)}/refusal`, { reason }),
  release: (id: string) => call<Booking>("POST", `${one(id)}/release`),
};
