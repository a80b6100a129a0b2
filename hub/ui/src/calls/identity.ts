/** A random identity of 16 hexadecimal digits: who gives one may ask again after a lost answer without doing it twice. */
export function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
