/** Fields that choose a site, an organisation or goods by their names, and those names where something is shown. */
import { Select, type SelectProps } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "wouter";

import { useFormat } from "../format";
import { word } from "../i18n";
import { useItems, useOwners, useSites } from "./Account";

export function SiteSelect(props: SelectProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const sites = useSites().data?.sites ?? [];
  return <Select label={t("common.site")} searchable openOnFocus={false} {...props} data={sites.map((site) => ({ value: site.id, label: format.name(site) ?? site.id }))} />;
}

export function OwnerSelect(props: SelectProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const owners = useOwners().data?.organisations ?? [];
  return (
    <Select label={t("people.organisation")} searchable limit={200} openOnFocus={false} {...props}
      data={owners.map((owner) => ({ value: owner.id, label: format.name(owner) ?? owner.id }))} />
  );
}

/** Gives an item's key, `gtin:...`. */
export function ItemSelect(props: SelectProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const items = useItems().data?.items ?? [];
  return (
    <Select label={t("common.item")} placeholder={t("stock.itemSearch")} searchable limit={200} openOnFocus={false} {...props}
      data={items.map((item) => ({ value: `gtin:${item.gtin}`, label: `${format.name(item) ?? item.gtin} · ${item.gtin}` }))} />
  );
}

/** The name and the unit of what an item key stands for. */
export function useGoods(): (key: string) => { name: string; unit: string } {
  const { t } = useTranslation();
  const format = useFormat();
  const items = useItems().data?.items ?? [];
  return (key) => {
    const gtin = /^(?:gtin|serial):(\d{14})/.exec(key)?.[1];
    const item = items.find((each) => each.gtin === gtin);
    return { name: (item && format.name(item)) || gtin || key.replace(/^text:/, ""), unit: word(t, "unit", item?.unit ?? "unit") };
  };
}

/** Filters that stand in the address; each change begins the list anew. */
export function useFilters<Name extends string>(names: readonly Name[]) {
  const [params, setParams] = useSearchParams();
  const values = Object.fromEntries(names.map((name) => [name, params.get(name)])) as Record<Name, string | null>;
  const set = (name: Name | "cursor", value: string | null) =>
    setParams((old) => {
      const next = new URLSearchParams(old);
      next.delete("cursor");
      if (value) next.set(name, value);
      else next.delete(name);
      return next;
    });
  return { values, cursor: params.get("cursor"), any: names.some((name) => values[name]), set, clear: () => setParams({}) };
}

/** A text that is sent a moment after the last key, and follows the address when that changes. */
export function useTyped(value: string | null, send: (value: string | null) => void): [string, (text: string) => void] {
  const [text, setText] = useState(value ?? "");
  const [seen, setSeen] = useState(value);
  const later = useDebouncedCallback((typed: string) => send(typed.trim() || null), 350);
  if (seen !== value) {
    setSeen(value);
    if ((value ?? "") !== text.trim()) setText(value ?? "");
  }
  return [text, (typed) => {
    setText(typed);
    later(typed);
  }];
}
