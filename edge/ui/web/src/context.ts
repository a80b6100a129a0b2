// What every part of the page reaches: the desk and the language.

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Desk } from "./desk.ts";
import type { Speech } from "./words.ts";

export interface Around {
  desk: Desk;
  say: Speech;
}

export const AroundContext = createContext<Around | null>(null);

export function useDesk(): Around {
  const around = useContext(AroundContext);
  if (!around) throw new Error("a part of the page stands outside of it");
  return around;
}
