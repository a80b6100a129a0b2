/** Every device: whether it is heard, how old its data is, and what it still holds. */
import { Button, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "wouter";

import { api, query, type Device } from "../api";
import { useNow } from "../clock";
import { useFormat } from "../format";
import { Icon, type IconName } from "../parts/icons";
import { Ago, Page, Tag } from "../parts/Page";
import { Empty, Loaded } from "../parts/States";
import { Table, type Column } from "../parts/Table";
import { useUser } from "../session";
import { AddDevice } from "./AddDevice";
import { Access, DeviceAccess } from "./DeviceAccess";
import { DeviceOrders } from "./DeviceOrders";

/** A device says hello every 10 minutes at least. */
const SILENT_S = 900;

export function Presence({ device }: { device: Device }) {
  const { t } = useTranslation();
  const now = useNow();
  if (!device.online) return <Tag tone="bad" dot="hollow">{t("devices.offline")}</Tag>;
  const silent = device.last_seen !== null && (now - Date.parse(device.last_seen)) / 1_000 > SILENT_S;
  if (silent) return <Tag tone="warn" dot="hollow" title={t("devices.silentHelp")}>{t("devices.silent")}</Tag>;
  return <Tag tone="ok" dot="full">{t("devices.online")}</Tag>;
}

function useKind(): (kind: string) => [string, IconName] {
  const { t } = useTranslation();
  return (kind) => {
    if (kind === "vehicle") return [t("devices.vehicleKind"), "vehicle"];
    if (kind === "terminal") return [t("devices.terminalKind"), "terminal"];
    if (kind === "scanner") return [t("devices.scannerKind"), "scanner"];
    return [kind || t("common.unknown"), "devices"];
  };
}

function Name({ device }: { device: Device }) {
  const { t } = useTranslation();
  const [kind, icon] = useKind()(device.kind);
  return (
    <div style={{ display: "flex", gap: 12, alignItems: "center" }}>
      <Icon name={icon} size={24} color="var(--rr-accent)" />
      <div>
        <div className="rr-strong rr-device">{device.name}</div>
        {!!device.others && <Tag tone="warn" title={t("devices.othersHelp")}>{t("devices.others")}</Tag>}
        <div className="rr-small rr-dim rr-nowrap">
          {kind}{device.version && ` · ${device.version}`}
          {device.last_position_at && <> · <Link href={"/map" + query({ device: device.name })}>{t("devices.showMap")}</Link></>}
        </div>
        <Access device={device} />
      </div>
    </div>
  );
}

function Pending({ device }: { device: Device }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { pending_facts: facts, pending_telemetry: telemetry } = device;
  if (!facts && !telemetry) return <span className="rr-dim">{facts === null ? t("common.unknown") : t("devices.nothing")}</span>;
  return (
    <div className="rr-presence">
      {!!facts && <Tag tone="note">{t("devices.nScans", { n: format.number(facts) })}</Tag>}
      {!!telemetry && <Tag>{t("devices.nPositions", { n: format.number(telemetry) })}</Tag>}
    </div>
  );
}

function useColumns(onOrders: (device: string) => void, onAccess: ((device: Device) => void) | null): Column<Device>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const count = (value: number, tone: "bad" | "warn") =>
    value ? <Tag tone={tone}>{format.number(value)}</Tag> : <span className="rr-dim">0</span>;
  return [
    { key: "name", title: t("common.device"), lead: true, cell: (row) => <Name device={row} /> },
    { key: "presence", title: t("devices.lastSeen"), cell: (row) => (
      <div className="rr-presence"><Presence device={row} /> <span className="rr-small"><Ago at={row.last_seen ?? row.presence_at} /></span></div>
    ) },
    { key: "fact", title: t("devices.lastFact"), empty: (row) => !row.last_fact_at, cell: (row) => row.last_fact_at ? <Ago at={row.last_fact_at} /> : <span className="rr-dim">{t("common.none")}</span> },
    { key: "position", title: t("devices.lastPosition"), empty: (row) => !row.last_position_at,
      cell: (row) => row.last_position_at ? <Ago at={row.last_position_at} promise={60} /> : <span className="rr-dim">{t("common.none")}</span> },
    { key: "pending", title: t("devices.pending"), empty: (row) => !row.pending_facts && !row.pending_telemetry, cell: (row) => <Pending device={row} /> },
    { key: "quarantined", title: t("devices.quarantined"), num: true, empty: (row) => !row.quarantined, cell: (row) => count(row.quarantined, "warn") },
    { key: "lost", title: t("devices.lost"), num: true, empty: (row) => !row.lost, cell: (row) => count(row.lost, "bad") },
    { key: "more", title: t("devices.more"), cell: (row) => (
      <div className="rr-actions">
        <Button size="compact-sm" variant="subtle" aria-label={t("orders.open", { device: row.name })} onClick={() => onOrders(row.name)}>{t("orders.show")}</Button>
        {onAccess && <Button size="compact-sm" variant="subtle" aria-label={t("access.title", { device: row.name })} onClick={() => onAccess(row)}>{t("access.show")}</Button>}
      </div>
    ) },
  ];
}

export default function Devices() {
  const { t } = useTranslation();
  const user = useUser();
  const [asking, setAsking] = useState<string | null>(null);
  const [access, setAccess] = useState<Device | null>(null);
  const [params, setParams] = useSearchParams();
  const [adding, { open, close }] = useDisclosure(false);
  const devices = useQuery({ queryKey: ["devices"], queryFn: api.devices });
  const search = (params.get("q") ?? "").toLowerCase();
  const admin = user.role === "admin";
  const columns = useColumns(setAsking, admin ? setAccess : null);
  const add = admin && <Button leftSection={<Icon name="plus" size={18} />} onClick={open}>{t("devices.add")}</Button>;
  return (
    <Page title={t("devices.title")} lead={t("devices.lead")} asOf={devices.dataUpdatedAt} actions={add}>
      <TextInput aria-label={t("devices.search")} placeholder={t("devices.search")} leftSection={<Icon name="search" size={18} />} maw={360} w="100%"
        value={params.get("q") ?? ""} onChange={(event) => setParams(event.currentTarget.value ? { q: event.currentTarget.value } : {}, { replace: true })} />
      <div className="rr-card">
        <Loaded query={devices}>
          {(data) => {
            const rows = data.devices.filter((each) => `${each.name} ${each.kind}`.toLowerCase().includes(search))
              .sort((a, b) => Number(a.online) - Number(b.online) || a.name.localeCompare(b.name));
            if (rows.length === 0) {
              return <Empty icon="devices" title={t("devices.empty")} help={admin ? t("devices.emptyHelp") : t("devices.emptyHelpOther")}>{add}</Empty>;
            }
            return <Table label={t("devices.tableLabel")} columns={columns} rows={rows} rowKey={(row) => row.name} />;
          }}
        </Loaded>
      </div>
      <DeviceOrders device={asking} onClose={() => setAsking(null)} />
      {access && <DeviceAccess key={access.name} device={access} listening={!!devices.data?.listening} onClose={() => setAccess(null)} />}
      <AddDevice opened={adding} devices={devices.data} onClose={close} />
    </Page>
  );
}
