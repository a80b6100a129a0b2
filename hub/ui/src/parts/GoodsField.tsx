/** A field that names goods: chosen by name, typed as a GTIN, or scanned from the label, which may bring the lot along. */
import { Autocomplete } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Item } from "../api";
import { useFormat } from "../format";
import { GS, toRaw } from "../scan";
import { useItems } from "./Account";
import { useGoodsName } from "./Goods";

/** GS1 check digit (General Specifications 7.9): weights 3 and 1 from the right, the sum a multiple of ten. */
export function isChecked(digits: string): boolean {
  if (!/^\d{2,18}$/.test(digits)) return false;
  return [...digits].reverse().reduce((sum, digit, at) => sum + Number(digit) * (at % 2 ? 3 : 1), 0) % 10 === 0;
}

const FIXED: Record<string, number> = { "01": 14, "11": 6, "13": 6, "15": 6, "17": 6 };

/** GTIN and lot of an element string as people scan them; null where it is none. The hub reads labels in full. */
export function scanned(text: string): { gtin: string; lot: string | null } | null {
  let rest = toRaw(text).replace(/^\][A-Za-z]\d/, "").replace(/[()]/g, "");
  let gtin: string | null = null;
  let lot: string | null = null;
  while (rest !== "") {
    const ai = rest.slice(0, 2);
    if (ai in FIXED) {
      const value = rest.slice(2, 2 + FIXED[ai]!);
      if (ai === "01") gtin = value;
      rest = rest.slice(2 + FIXED[ai]!);
    } else {
      const [value = ""] = rest.slice(2).split(GS, 1);
      if (ai === "10") lot = value;
      rest = rest.slice(2 + value.length);
    }
    rest = rest.replace(/^\u001d/, "");
  }
  return gtin !== null && isChecked(gtin) ? { gtin, lot } : null;
}

/** The item key that a typed text means, and a lot where a label told one; null: none. */
export function meant(text: string, items: Item[], nameOf: (item: Item) => string): { item: string; lot: string | null } | null {
  const known = items.find((item) => nameOf(item) === text);
  if (known) return { item: `gtin:${known.gtin}`, lot: null };
  const typed = text.trim();
  if ([8, 12, 13, 14].includes(typed.length) && isChecked(typed)) return { item: `gtin:${typed.padStart(14, "0")}`, lot: null };
  const label = scanned(typed);
  return label && { item: `gtin:${label.gtin}`, lot: label.lot };
}

export function GoodsField({ item, onItem, label, autoFocus }: {
  item: string | null;
  onItem: (item: string | null, lot: string | null) => void;
  label: string;
  autoFocus?: boolean;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const goodsName = useGoodsName();
  const items = useItems().data?.items ?? [];
  const nameOf = (each: Item) => `${format.name(each) ?? each.gtin} · ${each.gtin}`;
  const known = items.find((each) => `gtin:${each.gtin}` === item);
  const settled = item === null ? "" : known ? nameOf(known) : goodsName(item);
  const [typed, setTyped] = useState<string | null>(null);
  const change = (text: string) => {
    const found = meant(text, items, nameOf);
    if (found) {
      setTyped(null);
      onItem(found.item, found.lot);
    } else {
      setTyped(text);
      onItem(null, null);
    }
  };
  return (
    <Autocomplete label={label} placeholder={t("stock.itemSearch")} size="md" limit={50} maxLength={200} autoFocus={autoFocus} autoComplete="off"
      data={items.map(nameOf)} value={typed ?? settled} onChange={change}
      error={typed !== null && typed.length > 7 && /^[\d(\]]/.test(typed) ? t("delivery.wrongCode") : null}
      onKeyDown={(event) => event.key === "Enter" && event.preventDefault()} />
  );
}
