/** Rounds of couriers, and what they say of the doors. */
import { call, query, type Page } from "../api";
import type { Schema } from "../schemas";

export type RoundState = Schema<"RoundState">;
export type StopState = Schema<"StopState">;
export type Told = Schema<"Told">;
export type Way = NonNullable<Outcome["way"]>;
export type CodeSays = Schema<"CodeAnswer">["answer"];

export type RoundRow = Schema<"RoundModel">;
export type Door = Schema<"DoorModel">;
export type Stop = Schema<"StopModel">;
export type SaidOf = Schema<"OutcomeModel">;
export type Round = Schema<"WholeRound">;
export type Outcome = Schema<"OutcomeInput">;
export type Answer = Schema<"TakenOutcomes">;
export type NewRound = Schema<"RoundInput">;

export type Sendable = Schema<"SendingModel">;

const one = (id: string) => `/rounds/${encodeURIComponent(id)}`;

export const rounds = {
  list: (filter: { text?: string | null; state?: string | null; courier?: string | null; cursor?: string | null }) => call<Page<RoundRow>>("GET", "/rounds" + query({ ...filter, limit: 50 })),
  one: (id: string) => call<Round>("GET", one(id)),
  doors: (site: string) => call<Sendable>("GET", `/sites/${encodeURIComponent(site)}/doors`),
  plan: (round: NewRound) => call<Round>("POST", "/rounds", round),
  cancel: (id: string, reason: string) => call<Round>("POST", `${one(id)}/cancellation`, { reason }),
  tell: (id: string, outcomes: Outcome[]) => call<Answer>("POST", `${one(id)}/outcomes`, { sent: new Date().toISOString(), outcomes }),
  check: (id: string, parcels: string[], code: string) => call<Schema<"CodeAnswer">>("POST", `${one(id)}/code-checks`, { parcels, code }, 4_000),
  photo: (picture: Blob) => call<Schema<"PhotoModel">>("POST", "/photos", picture, 60_000),
  picture: (id: string) => `/api/v1/photos/${id}`,
};
