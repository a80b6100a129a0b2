/** The two languages, bundled: a page must speak without fetching anything. */
import i18next, { type TFunction } from "i18next";
import { initReactI18next } from "react-i18next";

import en from "./locales/en.json";
import zh from "./locales/zh.json";

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

export function startLanguages(): void {
  void i18next.use(initReactI18next).init({
    resources: { en: { translation: en }, zh: { translation: zh } },
    lng: preferred(),
    fallbackLng: "en",
    initAsync: false,
    interpolation: { escapeValue: false }, // React escapes
  });
  document.documentElement.lang = i18next.language;
}

export function setLanguage(language: Language): void {
  localStorage.setItem(STORED, language);
  document.documentElement.lang = language;
  void i18next.changeLanguage(language);
}

type Group = "action" | "virtual" | "siteKind" | "unit" | "reason" | "discrepancyKind" | "discrepancyHelp" | "lane"
  | "gapReason" | "condition" | "quality" | "role" | "nav" | "navGroup" | "recallWhere" | "lotState" | "sideRole" | "settleAs" | "deliveryState" | "transferState" | "deliveryFilter"
  | "noticeKind" | "noticeState" | "noticeWhy" | "viewWhy" | "lifeEvent" | "consignmentState" | "thing" | "channel"
  | "deed" | "deedSure" | "deedFact"
  | "parcelState" | "stationShow" | "stationEmpty"
  | "problem" | "roleHelp" | "decision" | "needState" | "reservationState" | "pickState" | "unfit" | "bookingState" | "temperature" | "measure"
  | "binKind" | "callKind" | "priority" | "requestState" | "way" | "incidentState" | "severity" | "alertKind" | "per" | "step" | "stepSure" | "importKind" | "labelKind" | "roundState" | "stopState" | "told" | "givenWay" | "why" | "codeSays" | "group" | "tripState" | "tripEvent" | "watchKind" | "urgency" | "watchState" | "hubFault" | "watchDeed" | "watchDeedSure" | "watchDeedFact" | "watchEvent" | "watchHelp" | "watchRule" | "watchUnit" | "saidParcel" | "saidRequest";

/** The word for a value that comes from the hub; a value that this page does not know stands for itself. */
export function word(t: TFunction, group: Group, value: string, fallback = value): string {
  const key = `${group}.${value}`;
  return i18next.exists(key) ? (t as unknown as (key: string) => string)(key) : fallback;
}
