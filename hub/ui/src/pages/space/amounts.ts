/** Amounts of room in words: whole pallet places, or cubic metres of which the hub counts thousandths. */
import { useTranslation } from "react-i18next";

import type { Measure } from "../../calls/space";
import { useFormat } from "../../format";
import { word } from "../../i18n";

const PER_M3 = 1_000;

/** The number alone. */
export function useNumber(): (amount: number, measure: Measure) => string {
  const format = useFormat();
  const digits = (amount: number) => [1_000, 100, 10, 1].findIndex((part) => amount % part === 0);
  return (amount, measure) => (measure === "m3" ? format.decimal(amount / PER_M3, digits(amount)) : format.number(amount));
}

export function useAmount(): (amount: number, measure: Measure) => string {
  const { t } = useTranslation();
  const number = useNumber();
  return (amount, measure) => `${number(amount, measure)} ${word(t, "measure", measure)}`;
}

/** What a person typed, as the hub counts it. */
export function counted(typed: string | number, measure: Measure): number {
  return measure === "m3" ? Math.round(Number(typed) * PER_M3) : Number(typed);
}

export function shownAmount(amount: number, measure: Measure): number {
  return measure === "m3" ? amount / PER_M3 : amount;
}
