/** Room in warehouses: how much there is, who asks for it, who gets it. */
import { call, query, type Page } from "../api";
import type { Schema } from "../schemas";

export type Temperature = Schema<"Temperature">;
export type Measure = Schema<"Measure">;
export const TEMPERATURES: readonly Temperature[] = ["ambient", "cool", "cold", "frozen"];
export const MEASURES: readonly Measure[] = ["pallets", "m3"];

export type Room = Pick<Capacity, "site" | "temperature" | "measure">;
export type Capacity = Schema<"CapacityModel">;
export type Day = Schema<"DayModel">;
export type BookingState = Booking["state"];
export type Booking = Schema<"BookingModel">;
export type NewBooking = Schema<"BookingInput">;

const one = (id: string) => `/space/bookings/${encodeURIComponent(id)}`;

export const space = {
  capacities: () => call<Schema<"Capacities">>("GET", "/space/capacities"),
  setCapacity: (capacity: Room & { amount: number; anyway: boolean }) => call<Schema<"CapacitiesSet">>("PUT", "/space/capacities", { capacities: [capacity] }),
  calendar: (room: Room, first: string, last: string) => call<Schema<"Calendar">>("GET", "/space/calendar" + query({ ...room, first, last })),
  bookings: (filter: Record<string, string | null>) => call<Page<Booking>>("GET", "/space/bookings" + query({ ...filter, limit: 50 })),
  ask: (booking: NewBooking) => call<Booking>("POST", "/space/bookings", booking),
  approve: (id: string, wait: boolean) => call<Booking>("POST", `${one(id)}/approval`, { wait }),
  refuse: (id: string, reason: string) => call<Booking>("POST", `${one(id)}/refusal`, { reason }),
  release: (id: string) => call<Booking>("POST", `${one(id)}/release`),
};
