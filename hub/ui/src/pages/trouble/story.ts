/** What does not fit, as a sentence of the reader's language: the hub gives a code and its values. */
import i18next from "i18next";
import { useTranslation } from "react-i18next";

import type { Discrepancy } from "../../calls/discrepancies";
import { useFormat } from "../../format";
import { useAccountText } from "../../parts/accountText";
import { toHarmless } from "../../scan";

const ACCOUNT = /^(place|virtual|transit|unit):/;

export function useStory(): (row: Discrepancy) => string {
  const { t } = useTranslation();
  const format = useFormat();
  const accountText = useAccountText();
  return (row) => {
    const key = `story.${row.code}`;
    if (!i18next.exists(key)) return row.detail;
    const said = (value: string | number) =>
      typeof value === "number" ? format.number(value) : ACCOUNT.test(value) ? accountText(value) : toHarmless(value).slice(0, 100);
    const values = Object.fromEntries(Object.entries(row.values).map(([name, value]) => [name, said(value)]));
    return (t as unknown as (key: string, values: Record<string, string>) => string)(key, values);
  };
}
