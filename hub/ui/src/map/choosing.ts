/** Which vehicles the reader asked for: what the map draws is what the list beside it tells. */
import { STALE_POSITION_S, type Fleet } from "./fleet";
import type { Near } from "./nearness";

export const STATES = ["moving", "standing", "old"] as const;
export type VehicleState = (typeof STATES)[number];

/** Without contact to the hub a position cannot be vouched for as long. */
const STALE_ALONE_S = 10;

export interface Wish {
  /** A part of the name, in lower case. */
  text: string;
  state: VehicleState | null;
  near: Near | null;
  /** How old a position may be before it is said to be old. */
  promiseMs: number;
}

export function promiseMs(linked: boolean): number {
  return (linked ? STALE_POSITION_S : STALE_ALONE_S) * 1_000;
}

export function stateOf(fleet: Fleet, slot: number, now: number, promise: number): VehicleState {
  if (now - fleet.columns.at[slot]! > promise) return "old";
  return fleet.isMoving(slot) ? "moving" : "standing";
}

/** The slots of whom the wish is for, by name. */
export function choose(fleet: Fleet, wish: Wish, now: number): Int32Array {
  const { order } = fleet;
  if (!wish.text && !wish.state && !wish.near) return order;
  return order.filter((slot) => {
    if (wish.text && !fleet.lower[slot]!.includes(wish.text)) return false;
    if (wish.state && stateOf(fleet, slot, now, wish.promiseMs) !== wish.state) return false;
    return !wish.near || wish.near(...fleet.lonLat(slot));
  });
}
