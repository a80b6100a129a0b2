/** The two languages. Only the one that is spoken is loaded: as a file of this page, kept by the browser for ever. */
import i18next, { type ResourceKey, type TFunction } from "i18next";
import { initReactI18next } from "react-i18next";

import type en from "./locales/en.json";

export type Language = "en" | "zh";
const STORED = "relay-language";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: { translation: typeof en };
  }
}

function preferred(): Language {
  const stored = localStorage.getItem(STORED);
  if (stored === "en" || stored === "zh") return stored;
  return navigator.language.startsWith("zh") ? "zh" : "en";
}

/** boot.js has them on their way by then. */
const WORDS: Record<Language, () => Promise<{ default: ResourceKey }>> = {
  en: () => import("./locales/en.json"),
  zh: () => import("./locales/zh.json"),
};

export async function startLanguages(): Promise<void> {
  const language = preferred();
  const words = await WORDS[language]();
  await i18next.use(initReactI18next).init({
    resources: { [language]: { translation: words.default } },
    lng: language,
    fallbackLng: false, // a test holds the keys of both equal
    initAsync: false,
    interpolation: { escapeValue: false }, // React escapes
  });
  document.documentElement.lang = language;
}

/** Without a link to the hub the page goes on in the language that it has. */
export async function setLanguage(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, "translation")) {
    i18next.addResourceBundle(language, "translation", (await WORDS[language]()).default);
  }
  localStorage.setItem(STORED, language);
  document.documentElement.lang = language;
  await i18next.changeLanguage(language);
}

type Group = "action" | "virtual" | "siteKind" | "unit" | "reason" | "discrepancyKind" | "discrepancyHelp" | "lane"
  | "gapReason" | "condition" | "quality" | "role" | "nav" | "navGroup" | "recallWhere" | "lotState" | "sideRole" | "settleAs" | "deliveryState" | "transferState" | "deliveryFilter"
  | "noticeKind" | "noticeState" | "noticeWhy" | "viewWhy" | "lifeEvent" | "consignmentState" | "thing" | "channel"
  | "deed" | "deedSure" | "deedFact"
  | "parcelState" | "stationShow" | "stationEmpty"
  | "problem" | "roleHelp" | "decision" | "needState" | "reservationState" | "pickState" | "unfit" | "bookingState" | "temperature" | "measure"
  | "binKind" | "callKind" | "priority" | "requestState" | "way" | "incidentState" | "severity" | "alertKind" | "per" | "step" | "stepSure" | "importKind" | "labelKind" | "roundState" | "stopState" | "told" | "givenWay" | "why" | "codeSays" | "caution" | "group" | "tripState" | "tripEvent" | "watchKind" | "urgency" | "watchState" | "hubFault" | "watchDeed" | "watchDeedSure" | "watchDeedFact" | "watchEvent" | "watchHelp" | "watchRule" | "watchUnit" | "saidParcel" | "saidRequest";

/** The word for a value that comes from the hub; a value that this page does not know stands for itself. */
export function word(t: TFunction, group: Group, value: string, fallback = value): string {
  const key = `${group}.${value}`;
  return i18next.exists(key) ? (t as unknown as (key: string) => string)(key) : fallback;
}

/** All values of a group that this page has a word for. */
export function known(group: Group): string[] {
  return Object.keys(i18next.getResource(i18next.language, "translation", group) as object);
}
