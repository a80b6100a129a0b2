/** A round as its courier works through it: doors instead of parcels, and what waits to be sent counted in. */
import type { Round, Stop, StopState, Told } from "../calls/rounds";
import type { Waiting } from "./waiting";

/** As hub/core/rounds.py has it: what is given stays given. */
const AFTER: Record<Told, StopState> = { taken: "open", given: "given", attempt: "again", refused: "refused", back: "back" };

export interface DoorStop {
  place: number;
  /** For whom the door is. */
  first: Stop;
  stops: Stop[];
}

/** The stops with what was said here and is on its way. */
export function counted(round: Round, rows: Waiting[]): Stop[] {
  const said = rows.filter((row) => row.round === round.id && row.refused === null);
  return round.stops.map((stop) => {
    let { state, attempts } = stop;
    for (const { outcome } of said) {
      if (!outcome.parcels.includes(stop.parcel) || state === "given" || known(round, outcome.id)) continue;
      state = AFTER[outcome.told];
      if (outcome.told === "attempt") attempts += 1;
    }
    return { ...stop, state, attempts };
  });
}

const known = (round: Round, id: string) => round.outcomes.some((each) => each.id === id);

/** Parcels of one door together, in the order in which to go. */
export function doors(stops: Stop[]): DoorStop[] {
  const found = new Map<number, DoorStop>();
  for (const stop of stops) {
    const door = found.get(stop.place);
    if (door) door.stops.push(stop);
    else found.set(stop.place, { place: stop.place, first: stop, stops: [stop] });
  }
  return [...found.values()].sort((one, other) => one.place - other.place);
}

export const toDo = (stop: Stop) => stop.state === "open";
export const inHand = (stop: Stop) => stop.state === "open" || stop.state === "again" || stop.state === "refused";
export const over = (stop: Stop) => stop.state === "given" || stop.state === "back";
