/** Goods in words: their name, owner, condition, last day, quantity. What labels say is shown as text, whatever it is. */
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { query, type Item } from "../api";
import { useNow } from "../clock";
import { useFormat } from "../format";
import { word } from "../i18n";
import { toHarmless } from "../scan";
import { useItems, useOwnerName, useSites } from "./Account";
import { Tag } from "./Page";

const LONGEST = 60;
const DAY_MS = 86_400_000;
const WARN_DAYS = 30;

/** Text that somebody else wrote: nothing in it turns the line around or runs off; the whole of it on hover. */
export function Plain({ text, most = LONGEST, mono }: { text: string; most?: number; mono?: boolean }) {
  const harmless = toHarmless(text);
  const cut = harmless.length > most;
  return (
    <bdi className={mono ? "rr-mono rr-said" : "rr-said"} title={cut ? harmless.slice(0, 1_000) : undefined}>
      {cut ? harmless.slice(0, most) + "…" : harmless}
    </bdi>
  );
}

/** What an item key names: `gtin:GTIN`, `serial:GTIN:NUMBER` for one piece, or `text:` and what its label says. */
export function named(item: string): { gtin: string | null; serial: string | null; text: string } {
  const found = /^(?:gtin:(\d{14})|serial:(\d{14}):(.+))$/s.exec(item);
  if (!found) return { gtin: null, serial: null, text: item.replace(/^text:/, "") };
  return { gtin: found[1] ?? found[2]!, serial: found[3] ?? null, text: found[1] ?? found[2]! };
}

/** The code that traces goods: their lot where there is one, the piece by its number, else all goods of the GTIN. */
export function traceCode(item: string, lot?: string | null): string | null {
  const { gtin, serial } = named(item);
  if (!gtin) return null;
  return `01${gtin}` + (serial ? `21${serial}` : lot ? `10${lot}` : "");
}

export function useItemOf(): (item: string) => Item | undefined {
  const items = useItems().data?.items ?? [];
  return (item) => {
    const { gtin } = named(item);
    return gtin === null ? undefined : items.find((each) => each.gtin === gtin);
  };
}

/** The name of goods as text, for sentences and lists to choose from. */
export function useGoodsName(): (item: string) => string {
  const format = useFormat();
  const itemOf = useItemOf();
  return (item) => {
    const known = itemOf(item);
    const text = toHarmless((known && format.name(known)) || named(item).text);
    return text.length > LONGEST ? text.slice(0, LONGEST) + "…" : text;
  };
}

/** Name (leading to the trace), GTIN, lot and serial number of goods. */
export function Goods({ item, lot }: { item: string; lot?: string | null }) {
  const { t } = useTranslation();
  const nameOf = useGoodsName();
  const { gtin, serial } = named(item);
  const code = traceCode(item, lot);
  const name = <bdi className="rr-said">{nameOf(item)}</bdi>;
  return (
    <div>
      {code ? <Link href={"/trace" + query({ code })} className="rr-strong rr-quiet">{name}</Link> : <span className="rr-strong">{name}</span>}
      {gtin && nameOf(item) !== gtin && <div className="rr-mono rr-small rr-dim rr-nowrap">{gtin}</div>}
      {lot && <div className="rr-small rr-dim">{t("common.lot")} <Plain mono text={lot} /></div>}
      {serial && <div className="rr-small rr-dim">{t("common.serial")} <Plain mono text={serial} /></div>}
    </div>
  );
}

/** Whose goods: the organisation's name, or loudly that nobody knows yet. */
export function Owner({ id }: { id: string | null }) {
  const { t } = useTranslation();
  const ownerName = useOwnerName();
  if (!id) return <Tag tone="warn" title={t("goods.ownerUnknownHelp")}>{t("common.unassigned")}</Tag>;
  return <Plain text={ownerName(id)} />;
}

export function Condition({ value }: { value: string | null }) {
  const { t } = useTranslation();
  if (!value || value === "good") return <span className="rr-dim">{word(t, "condition", "good")}</span>;
  return <Tag tone={value === "damaged" ? "bad" : "warn"}>{word(t, "condition", value)}</Tag>;
}

/** Today at a site, as yyyy-mm-dd: goods are good until the end of the day where they stand. */
export function dayAt(zone: string | undefined, now: number): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone: zone ?? "UTC", year: "numeric", month: "2-digit", day: "2-digit" }).format(now);
}

export function Expiry({ day, site }: { day: string | null; site: string | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const sites = useSites().data?.sites ?? [];
  if (!day) return <span className="rr-dim">{t("common.none")}</span>;
  const there = sites.find((each) => each.id === site);
  const left = Math.round((Date.parse(day) - Date.parse(dayAt(there?.zone, now))) / DAY_MS);
  const span = format.span(Math.max(1, left) * 86_400);
  return (
    <span className="rr-expiry">
      <span className="rr-nowrap">{format.date(day)}</span>{" "}
      {left < 0 ? <Tag tone="bad">{t("stock.expired")}</Tag>
        : left === 0 ? <Tag tone="warn">{t("goods.lastDay")}</Tag>
        : left <= (there?.warn_days ?? WARN_DAYS) ? <Tag tone="warn">{t("stock.daysLeft", { span })}</Tag> : null}
    </span>
  );
}

/** So many, with the unit of the item. */
export function Quantity({ item, n, signed }: { item: string | null; n: number; signed?: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const itemOf = useItemOf();
  const unit = word(t, "unit", (item && itemOf(item)?.unit) || "unit");
  return (
    <span className="rr-nowrap" style={n < 0 ? { color: "var(--rr-bad)" } : undefined}>
      <span className="rr-strong">{signed && n > 0 ? "+" : ""}{format.number(n)}</span> <span className="rr-small rr-dim">{unit}</span>
    </span>
  );
}
