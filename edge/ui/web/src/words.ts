// The page's own sentences in the language that is chosen; what the agent says comes in both and is picked here too.

import type { Language, Words } from "./messages.ts";
import en from "./locales/en.json";
import zh from "./locales/zh.json";

export type Key = keyof typeof en;
const TABLES: Record<Language, Record<Key, string>> = { en, zh };

export interface Speech {
  language: Language;
  t(key: Key, values?: Record<string, string | number>): string;
  /** What the agent said. */
  pick(words: Words): string;
  /** A length of time, in its greatest unit. */
  age(seconds: number): string;
}

export function speech(language: Language): Speech {
  const t = (key: Key, values: Record<string, string | number> = {}) =>
    TABLES[language][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  return {
    language,
    t,
    pick: (words) => words[language] || words.en,
    age: (seconds) => {
      const s = Math.max(0, Math.round(seconds));
      if (s < 60) return t("s", { n: s });
      if (s < 3600) return t("min", { n: Math.floor(s / 60) });
      return s < 48 * 3600 ? t("h", { n: Math.floor(s / 3600) }) : t("d", { n: Math.floor(s / 86_400) });
    },
  };
}

/** A time of day by the site's clock. */
export function clockOf(zone: string): (at: number) => string {
  const options = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone || undefined });
  } catch {
    format = new Intl.DateTimeFormat("en-GB", options);
  }
  return (at) => format.format(at);
}

/** 20261123 as 2026-11-23. */
export function dayOf(due: number): string {
  const digits = String(due);
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
}
