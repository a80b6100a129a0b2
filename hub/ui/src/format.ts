/** Numbers, times and names in the reader's language; every time says its zone. */
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

const LOCALES: Record<string, string> = { en: "en-GB", zh: "zh-CN" };
const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["second", 60],
  ["minute", 3_600],
  ["hour", 172_800],
  ["day", Infinity],
];
const SIZES: Record<string, number> = { second: 1, minute: 60, hour: 3_600, day: 86_400 };

export interface Format {
  number: (value: number) => string;
  decimal: (value: number, digits: number) => string;
  dateTime: (at: string) => string;
  time: (at: string | number) => string;
  date: (day: string) => string;
  /** "12 s", "3 min": how long. */
  span: (seconds: number) => string;
  /** "3 min ago". */
  ago: (seconds: number) => string;
  /** Whichever of the two names the reader can read. */
  name: (thing: { name: string | null; name_zh: string | null }) => string | null;
}

export function makeFormat(language: string): Format {
  const locale = LOCALES[language] ?? "en-GB";
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const clock = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;
  const day = { year: "numeric", month: "short", day: "numeric" } as const;
  const dateTime = new Intl.DateTimeFormat(locale, { ...day, ...clock, timeZoneName: "short" });
  const time = new Intl.DateTimeFormat(locale, { ...clock, timeZoneName: "short" });
  const calendar = new Intl.DateTimeFormat(locale, { ...day, timeZone: "UTC" });
  const relative = new Intl.RelativeTimeFormat(locale, { style: "short", numeric: "always" });
  const present = new Intl.RelativeTimeFormat(locale, { style: "short", numeric: "auto" }).format(0, "second");
  const spans = new Map<string, Intl.NumberFormat>();
  const split = (seconds: number): [number, Intl.RelativeTimeFormatUnit] => {
    const unit = (STEPS.find(([, limit]) => seconds < limit) ?? STEPS[3]!)[0];
    return [Math.floor(seconds / SIZES[unit]!), unit];
  };
  return {
    number: (value) => whole.format(value),
    decimal: (value, digits) =>
      value.toLocaleString(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
    dateTime: (at) => dateTime.format(new Date(at)),
    time: (at) => time.format(new Date(at)),
    date: (text) => calendar.format(new Date(text + "T00:00:00Z")),
    span: (seconds) => {
      const [amount, unit] = split(seconds);
      let format = spans.get(unit);
      if (!format) spans.set(unit, (format = new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short" })));
      return format.format(amount);
    },
    ago: (seconds) => {
      const [amount, unit] = split(seconds);
      return amount === 0 ? present : relative.format(-amount, unit);
    },
    name: (thing) => (language === "zh" ? thing.name_zh || thing.name : thing.name || thing.name_zh),
  };
}

export function useFormat(): Format {
  const { i18n } = useTranslation();
  const language = i18n.language;
  return useMemo(() => makeFormat(language), [language]);
}
