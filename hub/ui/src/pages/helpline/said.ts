/** Where somebody's goods are, in one sentence that an operator can read aloud. */
import { useTranslation } from "react-i18next";

import type { Asked, AskedParcel } from "../../calls/helpline";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { useSites } from "../../parts/Account";
import { useGoods } from "../../parts/Pickers";

const PLACED = ["under-way", "arrived", "waiting"];

export function useSaid(): (asked: Asked, parcels: AskedParcel[]) => string[] {
  const { t } = useTranslation();
  const format = useFormat();
  const goods = useGoods();
  const sites = useSites().data?.sites ?? [];
  const listed = (lines: { item: string; n: number }[]) => lines.map(({ item, n }) => `${goods(item).name} × ${format.number(n)}`).join(", ");
  const one = (asked: Asked, parcel: AskedParcel): string => {
    const site = sites.find(({ id }) => id === parcel.station);
    const place = site ? (format.name(site) ?? site.id) : "";
    const kind = parcel.way === "station" || !PLACED.includes(parcel.state) ? parcel.state : `${parcel.state}-${parcel.way}`;
    const values = { goods: listed(asked.lines), place, given: parcel.given_at ? format.dateTime(parcel.given_at) : "" };
    const known = word(t, "saidParcel", kind, "saidParcel");
    const said = known === "saidParcel" ? word(t, "saidParcel", parcel.state) : known;
    const more = parcel.state !== "waiting" ? [] : [
      parcel.until ? t("desk.saidUntil", { day: format.date(parcel.until) }) : "",
      site?.hours ? t("desk.saidHours", { hours: site.hours }) : "",
    ];
    return fill(said, values) + more.filter(Boolean).join("") + t("desk.saidEnd");
  };
  return (asked, parcels) => {
    if (parcels.length > 0) return parcels.map((parcel) => one(asked, parcel));
    return [fill(word(t, "saidRequest", asked.state), { goods: listed(asked.lines), made: format.dateTime(asked.made_at) }) + t("desk.saidEnd")];
  };
}

/** Values come from people, so they are put in here and never read as names of others. */
const fill = (text: string, values: Record<string, string>) => text.replace(/{{(\w+)}}/g, (_, name: string) => values[name] ?? "");
