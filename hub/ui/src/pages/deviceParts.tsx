/** What pages show of a device: whether it is heard, of what kind it is, its battery and its clock. */
import { useTranslation } from "react-i18next";

import type { Device } from "../api";
import { useNow } from "../clock";
import { useFormat } from "../format";
import type { IconName } from "../parts/icons";
import { Tag } from "../parts/Page";

/** A device says hello every 10 minutes at least. */
const SILENT_S = 900;
/** Scans of two devices that are further apart than this may be told in the wrong order. */
const CLOCK_MS = 2_000;

export function Presence({ device }: { device: Device }) {
  const { t } = useTranslation();
  const now = useNow();
  if (!device.online) return <Tag tone="bad" dot="hollow">{t("devices.offline")}</Tag>;
  const silent = device.last_seen !== null && (now - Date.parse(device.last_seen)) / 1_000 > SILENT_S;
  if (silent) return <Tag tone="warn" dot="hollow" title={t("devices.silentHelp")}>{t("devices.silent")}</Tag>;
  return <Tag tone="ok" dot="full">{t("devices.online")}</Tag>;
}

export function useKind(): (kind: string) => [string, IconName] {
  const { t } = useTranslation();
  return (kind) => {
    if (kind === "vehicle") return [t("devices.vehicleKind"), "vehicle"];
    if (kind === "terminal") return [t("devices.terminalKind"), "terminal"];
    if (kind === "scanner") return [t("devices.scannerKind"), "scanner"];
    return [kind || t("common.unknown"), "devices"];
  };
}

export function ClockError({ ms }: { ms: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const said = ms < 1_000 ? `± ${format.number(ms)} ms` : `± ${format.span(ms / 1_000)}`;
  return ms > CLOCK_MS ? <Tag tone="warn" title={t("devices.clockHelp")}>{said}</Tag> : <span className="rr-nowrap">{said}</span>;
}

export function Battery({ pct }: { pct: number }) {
  if (pct <= 10) return <Tag tone="bad">{pct} %</Tag>;
  return pct <= 25 ? <Tag tone="warn">{pct} %</Tag> : <span className="rr-nowrap">{pct} %</span>;
}
