/** Sends what waits, in order, whenever the hub can be reached: at once, when the link is back, and every few seconds. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";

import { ApiError } from "../api";
import { rounds, type Outcome, type Round } from "../calls/rounds";
import { useLink } from "../live";
import { useUser } from "../session";
import { drop, keep, picture, waiting, write, type Waiting } from "./waiting";

const AGAIN_MS = 2_000;
const AT_ONCE = 50;

/** Whether it is worth trying again with the same words. */
function away(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status === 0 || error.status === 401 || error.status === 408 || error.status === 429 || error.status >= 500;
}

/** The picture first: the outcome then names it. Throws ApiError where the hub cannot be reached. */
async function withPicture(row: Waiting): Promise<Waiting> {
  const blob = row.pictured && !row.outcome.photo ? await picture(row) : undefined;
  if (!blob) return row;
  try {
    const { photo } = await rounds.photo(blob);
    const named = { ...row, outcome: { ...row.outcome, photo } };
    write(named);
    return named;
  } catch (error) {
    if (away(error)) throw error;
    return row; // the hub cannot read this picture: what happened counts without it
  }
}

/** Sends some outcomes of one round; what the hub takes goes, what it refuses says why. */
async function send(round: string, rows: Waiting[]): Promise<Round | null> {
  try {
    const answer = await rounds.tell(round, rows.map((row) => row.outcome));
    for (const row of rows) {
      const said = answer.outcomes.find((each) => each.id === row.outcome.id);
      if (said?.result === "refused") write({ ...row, refused: said.sentence });
      else if (said) await drop(row);
    }
    return answer.round;
  } catch (error) {
    if (away(error)) throw error;
    const [only, ...others] = rows;
    if (only && others.length === 0) {
      write({ ...only, refused: error instanceof Error ? error.message : String(error) });
      return null;
    }
    let last: Round | null = null;
    for (const row of rows) last = (await send(round, [row])) ?? last; // one that is refused does not hold back the others
    return last;
  }
}

export interface Sending {
  rows: Waiting[];
  /** Keep what happened, and send it as soon as that can be. */
  say: (round: string, outcome: Omit<Outcome, "id" | "at">, photo?: Blob | null) => Promise<void>;
  /** A refusal was read. */
  dismiss: (row: Waiting) => void;
}

export function useSending(): Sending {
  const client = useQueryClient();
  const { name } = useUser();
  const { link } = useLink();
  const [rows, setRows] = useState(() => waiting(name));
  const busy = useRef(false);
  const look = useCallback(() => setRows(waiting(name)), [name]);

  const flush = useCallback(async () => {
    if (busy.current) return;
    busy.current = true;
    try {
      for (;;) {
        const due = waiting(name).filter((row) => row.refused === null);
        const id = due[0]?.round;
        if (id === undefined) break;
        const some = due.filter((row) => row.round === id).slice(0, AT_ONCE);
        const ready: Waiting[] = [];
        for (const row of some) ready.push(await withPicture(row));
        const round = await send(id, ready);
        look();
        if (round) client.setQueryData(["round", round.id], round);
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // away: they wait
    } finally {
      busy.current = false;
      look();
    }
  }, [client, look, name]);

  useEffect(() => {
    if (link !== "lost") void flush();
    const timer = setInterval(() => void flush(), AGAIN_MS);
    return () => clearInterval(timer);
  }, [flush, link]);

  const say: Sending["say"] = async (round, outcome, photo = null) => {
    await keep(name, round, outcome, photo);
    look();
    void flush();
  };
  return { rows, say, dismiss: (row) => void drop(row).then(look) };
}
