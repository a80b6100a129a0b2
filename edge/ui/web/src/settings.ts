// What somebody set at this screen: colours, size of type, sound. Kept in the browser; where it keeps nothing, it lasts
// until the page is closed.

export type Setting = "scheme" | "type" | "sound" | "language" | "read";

const known = new Map<Setting, string>();

export function setting(name: Setting): string | null {
  try {
    return known.get(name) ?? localStorage.getItem(`relay-${name}`);
  } catch {
    return known.get(name) ?? null;
  }
}

export function set(name: Setting, value: string): void {
  known.set(name, value);
  try {
    localStorage.setItem(`relay-${name}`, value);
  } catch {
    // Storage is switched off or full.
  }
  if (name === "scheme" || name === "type") document.documentElement.dataset[name] = value;
}
