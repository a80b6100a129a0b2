/** How an alert is said and shown wherever it stands: its urgency, its sentence, where it leads, and that somebody has seen it. */
import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import i18next, { type TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useMay } from "../access";
import { query } from "../api";
import { alerts, type Alert } from "../calls/alerts";
import { useFormat } from "../format";
import { word } from "../i18n";
import { toHarmless } from "../scan";
import { useSiteName } from "./Account";
import { useAccountText } from "./accountText";
import { useGoodsName } from "./Goods";
import type { IconName } from "./icons";
import { Tag, type Tone } from "./Page";

export const TONES: Record<Alert["severity"], Tone> = { 1: "bad", 2: "warn", 3: "note" };
export const ICONS: Record<Alert["kind"], IconName> = {
  hub: "alert", "lost-facts": "alert", "silent-device": "unlink", "queue-growth": "pending", "stuck-vehicle": "vehicle", "late-consignment": "transit",
  "low-stock": "stock", "expiring-lot": "recall", temperature: "stock", discrepancy: "discrepancies",
};

const LONGEST = 100;
const day = (packed: number) => `${Math.floor(packed / 10_000)}-${String(Math.floor(packed / 100) % 100).padStart(2, "0")}-${String(packed % 100).padStart(2, "0")}`;
const say = (t: TFunction, key: string, values: Record<string, string>) => (t as unknown as (key: string, values: Record<string, string>) => string)(key, values);

/** An alert as a sentence of the reader's language: the hub gives a code and its values. */
export function useAlertText(): (alert: Alert) => string {
  const { t } = useTranslation();
  const format = useFormat();
  const siteName = useSiteName();
  const goodsName = useGoodsName();
  const accountText = useAccountText();
  const said = (name: string, value: string | number): string => {
    if (typeof value === "number") return name === "since" ? format.dateTime(new Date(value).toISOString()) : name === "due" || name === "expiry" ? format.date(day(value)) : format.number(value);
    if (name === "item") return goodsName(value);
    if (name === "site") return siteName(value);
    if (name === "account") return accountText(value);
    if (name === "what") return word(t, "discrepancyKind", value);
    if (name === "kind") return word(t, "watchKind", value);
    if (name === "class") return word(t, "temperature", value);
    if (name === "state") return word(t, "consignmentState", value);
    if (name === "why") return word(t, "hubFault", value);
    return toHarmless(value).slice(0, LONGEST);
  };
  return (alert) => {
    const key = `watchSays.${alert.code}`;
    if (!i18next.exists(key)) return toHarmless(alert.detail);
    const values = Object.fromEntries(Object.entries(alert.values).map(([name, value]) => [name, said(name, value)]));
    return say(t, key, values);
  };
}

/** Where the thing is that an alert is about; null: nowhere but here. */
export function placeOf({ kind, code, values, site }: Alert): string | null {
  const text = (name: string) => (values[name] === undefined ? null : String(values[name]));
  switch (kind) {
    case "silent-device": case "queue-growth": return "/devices" + query({ q: text("device") });
    case "lost-facts": return "/discrepancies" + query({ kind: "lost-facts" });
    case "stuck-vehicle": return "/map" + query({ device: text("vehicle") });
    case "late-consignment": return `/consignments/${text("consignment")}`;
    case "low-stock": case "expiring-lot": return "/stock" + query({ site, item: text("item"), lot: text("lot") });
    case "temperature": return "/stock" + query({ account: text("account") });
    case "discrepancy": return "/discrepancies" + query({ kind: text("what") });
    case "hub": return code.startsWith("notices") ? "/notices" + query({ state: code === "notices-failing" ? "failed" : "queued" }) : code === "too-many" ? "/alerts" + query({ kind: text("kind") }) : null;
  }
}

export function Urgency({ alert }: { alert: Alert }) {
  const { t } = useTranslation();
  return <Tag tone={TONES[alert.severity]} dot={alert.severity === 1 ? "full" : "hollow"}>{word(t, "urgency", String(alert.severity))}</Tag>;
}

export function AlertState({ alert }: { alert: Alert }) {
  const { t } = useTranslation();
  const tone: Tone = alert.state === "open" ? TONES[alert.severity] : alert.state === "acknowledged" ? "note" : "plain";
  const over = alert.cleared_at !== null;
  return <Tag tone={tone}>{over ? t("watch.over") : alert.state === "closed" ? t("watch.closedLasting") : word(t, "watchState", alert.state)}</Tag>;
}

/** The sentence of an alert, leading to its page; `data-alert` is what the key `a` looks for. */
export function AlertLink({ alert }: { alert: Alert }) {
  const text = useAlertText()(alert);
  return <Link href={`/alerts/${alert.id}`} className="rr-strong rr-quiet rr-any" data-alert={alert.id} data-open={alert.state === "open" || undefined}>{text}</Link>;
}

export function useAcknowledge<Which extends string | string[] = string>() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (which: Which): Promise<unknown> => (typeof which === "string" ? alerts.acknowledge(which) : alerts.acknowledgeAll(which)),
    onSettled: () => void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === "alerts" || queryKey[0] === "alert" }),
  });
}

/** One press says that somebody has seen it. */
export function Seen({ alert, size = "md" }: { alert: Alert; size?: string }) {
  const { t } = useTranslation();
  const may = useMay();
  const seen = useAcknowledge();
  if (alert.state !== "open" || !may("POST /alerts/{alert}/acknowledgement")) return null;
  return <Button size={size} variant="default" loading={seen.isPending} aria-keyshortcuts="a" onClick={() => seen.mutate(alert.id)}>{t("watch.acknowledge")}</Button>;
}
