/**
 * What a courier said and the hub has not heard yet. It outlives the page, the browser and the telephone's battery:
 * outcomes stand in local storage, one key each, photos in IndexedDB. Neither names a person: an outcome names parcels,
 * what happened and when. A row goes when the hub has answered for it, never before.
 */
import type { Outcome } from "../calls/rounds";

export interface Waiting {
  /** Sorts in the order in which things happened. */
  key: string;
  round: string;
  outcome: Outcome;
  /** There is a picture of this key. */
  pictured: boolean;
  /** Why the hub does not take it; it is shown, and kept until somebody has read it. */
  refused: string | null;
}

const PREFIX = "relay-door/";
const ours = (user: string) => `${PREFIX}${user}/`;

export function waiting(user: string): Waiting[] {
  const found: Waiting[] = [];
  for (let at = 0; at < localStorage.length; at += 1) {
    const key = localStorage.key(at);
    if (!key?.startsWith(ours(user))) continue;
    const row = parsed(localStorage.getItem(key));
    if (row) found.push({ ...row, key });
  }
  return found.sort((one, other) => (one.key < other.key ? -1 : 1));
}

function parsed(text: string | null): Waiting | null {
  try {
    const row = JSON.parse(text ?? "") as Waiting;
    return row.outcome ? row : null;
  } catch {
    return null; // not written by this page
  }
}

/** Keep an outcome; throws where the telephone has no room, and then nothing was kept. */
export async function keep(user: string, round: string, outcome: Omit<Outcome, "id" | "at">, picture: Blob | null): Promise<void> {
  const last = waiting(user).at(-1)?.key.slice(ours(user).length).split("-")[0];
  const number = String(Number(last ?? 0) + 1).padStart(9, "0");
  const random = Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const key = `${ours(user)}${number}-${random}`;
  if (picture) await pictures((store) => store.put(picture, key));
  const row: Waiting = { key, round, outcome: { ...outcome, id: random, at: new Date().toISOString() }, pictured: picture !== null, refused: null };
  write(row);
}

export function write(row: Waiting): void {
  localStorage.setItem(row.key, JSON.stringify(row));
}

export async function drop(row: Waiting): Promise<void> {
  localStorage.removeItem(row.key);
  if (row.pictured) await pictures((store) => store.delete(row.key));
}

export const picture = (row: Waiting) => pictures<Blob | undefined>((store) => store.get(row.key) as IDBRequest<Blob | undefined>);

function pictures<T>(ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("relay-doors", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("pictures");
    opening.onerror = () => reject(opening.error ?? new Error("no store for pictures"));
    opening.onsuccess = () => {
      const transaction = opening.result.transaction("pictures", "readwrite");
      const request = ask(transaction.objectStore("pictures"));
      transaction.oncomplete = () => {
        opening.result.close();
        resolve(request.result);
      };
      transaction.onerror = () => reject(transaction.error ?? new Error("the picture could not be kept"));
    };
  });
}
