/** Every device: whether it is heard, how old its data is, and what it still holds. */
import { Button, Select } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { api, query, type Device } from "../api";
import { useFormat } from "../format";
import { Export } from "../parts/Export";
import { Icon } from "../parts/icons";
import { Ago, Page, Tag } from "../parts/Page";
import { Pager } from "../parts/Pager";
import { SiteSelect, useFilters } from "../parts/Pickers";
import { SearchField } from "../parts/SearchField";
import { Empty, Loaded } from "../parts/States";
import { Table, type Column } from "../parts/Table";
import { useUser } from "../session";
import { AddDevice } from "./AddDevice";
import { Access, DeviceAccess } from "./DeviceAccess";
import { DeviceOrders } from "./DeviceOrders";
import { Battery, ClockError, Presence, useKind } from "./deviceParts";

const PAGE = 100;
const FILTERS = ["q", "state", "kind", "site"] as const;
const STATES = ["online", "offline", "silent", "trouble"] as const;
const KINDS = ["scanner", "terminal", "vehicle"] as const;

function Name({ device }: { device: Device }) {
  const { t } = useTranslation();
  const [kind, icon] = useKind()(device.kind);
  return (
    <div style={{ display: "flex", gap: 12, alignItems: "center" }}>
      <Icon name={icon} size={24} color="var(--rr-accent)" />
      <div>
        <Link href={`/devices/${device.name}`} className="rr-strong rr-device">{device.name}</Link>
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
    { key: "fact", title: t("devices.lastData"), empty: (row) => !row.last_fact_at && !row.last_position_at, cell: (row) => (
      <div className="rr-small">
        {!row.last_fact_at && !row.last_position_at && <span className="rr-dim">{t("common.none")}</span>}
        {row.last_fact_at && <div>{t("devices.lastFact")} <Ago at={row.last_fact_at} /></div>}
        {row.last_position_at && <div>{t("devices.lastPosition")} <Ago at={row.last_position_at} promise={60} /></div>}
      </div>
    ) },
    { key: "pending", title: t("devices.pending"), empty: (row) => !row.pending_facts && !row.pending_telemetry, cell: (row) => <Pending device={row} /> },
    { key: "health", title: t("devices.health"), empty: (row) => row.clock_error_ms === null && row.battery_pct === null, cell: (row) => (
      <div className="rr-small">
        {row.clock_error_ms === null && row.battery_pct === null && <span className="rr-dim">{t("common.unknown")}</span>}
        {row.clock_error_ms !== null && <div>{t("devices.clockError")} <ClockError ms={row.clock_error_ms} /></div>}
        {row.battery_pct !== null && <div>{t("devices.battery")} <Battery pct={row.battery_pct} /></div>}
      </div>
    ) },
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
  const [adding, { open, close }] = useDisclosure(false);
  const { values, cursor, any, set, clear } = useFilters(FILTERS);
  const filter = { text: values.q, state: values.state, kind: values.kind, site: values.site };
  const devices = useQuery({ queryKey: ["devices", filter, cursor], queryFn: () => api.devicesOf({ ...filter, cursor, limit: PAGE }), placeholderData: keepPreviousData });
  const admin = user.role === "admin";
  const columns = useColumns(setAsking, admin ? setAccess : null);
  const add = admin && <Button leftSection={<Icon name="plus" size={18} />} onClick={open}>{t("devices.add")}</Button>;
  return (
    <Page title={t("devices.title")} lead={t("devices.lead")} asOf={devices.dataUpdatedAt} actions={<>{any && <Button size="md" variant="default" onClick={clear}>{t("common.clear")}</Button>}<Export list="devices" filter={filter} />{add}</>}>
      <div className="rr-card rr-pad rr-filters rr-noprint" role="search" aria-label={t("stock.filters")}>
        <SearchField label={t("devices.search")} help={t("devices.searchHelp")} value={values.q} set={(value) => set("q", value)} />
        <Select label={t("devices.state")} placeholder={t("log.all")} clearable value={values.state} onChange={(value) => set("state", value)}
          data={STATES.map((each) => ({ value: each, label: t(`devices.${each}`) }))} />
        <Select label={t("devices.kind")} placeholder={t("log.all")} clearable value={values.kind} onChange={(value) => set("kind", value)}
          data={KINDS.map((each) => ({ value: each, label: t(`devices.${each}Kind`) }))} />
        <SiteSelect placeholder={t("stock.allSites")} clearable value={values.site} onChange={(value) => set("site", value)} />
      </div>
      <div className="rr-card" aria-busy={devices.isPlaceholderData}>
        <Loaded query={devices} rows={8}>
          {(data) => {
            if (data.devices.length === 0 && any) return <Empty icon="search" title={t("devices.noneFound")} help={t("devices.noneFoundHelp")} />;
            if (data.devices.length === 0) {
              return <Empty icon="devices" title={t("devices.empty")} help={admin ? t("devices.emptyHelp") : t("devices.emptyHelpOther")}>{add}</Empty>;
            }
            return <Table label={t("devices.tableLabel")} columns={columns} rows={data.devices} rowKey={(row) => row.name} />;
          }}
        </Loaded>
      </div>
      <Pager cursor={cursor} next={devices.data?.next ?? null} onCursor={(next) => set("cursor", next)} />
      <DeviceOrders device={asking} onClose={() => setAsking(null)} />
      {access && <DeviceAccess key={access.name} device={access} listening={!!devices.data?.listening} onClose={() => setAccess(null)} />}
      <AddDevice opened={adding} devices={devices.data} onClose={close} />
    </Page>
  );
}
