/** One device: how it is, how it fared, when it came and left, what was asked of it, and what of it was set aside. */
import { Button, SegmentedControl } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useMay } from "../access";
import { api, query, type Came, type Device, type HealthPoint } from "../api";
import { useFormat } from "../format";
import { Chart } from "../parts/Chart";
import { useSiteName } from "../parts/Account";
import type { Line } from "../parts/Plot";
import { Ago, Page, Tag } from "../parts/Page";
import { Empty, Loaded } from "../parts/States";
import { Table, type Column } from "../parts/Table";
import { DeviceAccess } from "./DeviceAccess";
import { Orders } from "./DeviceOrders";
import { DeviceSettings } from "./DeviceSettings";
import { Battery, ClockError, Presence, useKind } from "./deviceParts";

const MIB = 1_048_576;
const HOUR_MS = 3_600_000;
const SPANS = { "6": 6, "24": 24, "168": 168 } as const;

function Facts({ device }: { device: Device }) {
  const { t } = useTranslation();
  const format = useFormat();
  const siteName = useSiteName();
  const [kind] = useKind()(device.kind);
  const mib = (bytes: number | null) => (bytes === null ? null : `${format.number(bytes / MIB)} MiB`);
  const facts: [string, ReactNode][] = [
    [t("devices.lastSeen"), <><Presence device={device} /> <Ago at={device.last_seen ?? device.presence_at} /></>],
    [t("devices.kind"), kind],
    [t("common.site"), device.site && siteName(device.site)],
    [t("devices.version"), device.version],
    [t("devices.lastFact"), device.last_fact_at && <Ago at={device.last_fact_at} />],
    [t("devices.lastPosition"), device.last_position_at && <><Ago at={device.last_position_at} promise={60} /> <Link href={"/map" + query({ device: device.name })}>{t("devices.showMap")}</Link></>],
    [t("devices.pending"), device.pending_facts === null ? null : `${t("devices.nScans", { n: format.number(device.pending_facts) })}, ${t("devices.nPositions", { n: format.number(device.pending_telemetry ?? 0) })}`],
    [t("devices.clockError"), device.clock_error_ms === null ? null : <ClockError ms={device.clock_error_ms} />],
    [t("devices.battery"), device.battery_pct === null ? null : <Battery pct={device.battery_pct} />],
    [t("devices.diskFree"), mib(device.disk_free_bytes)],
    [t("devices.outbox"), mib(device.outbox_bytes)],
    [t("devices.lost"), device.lost ? <Tag tone="bad">{format.number(device.lost)}</Tag> : "0"],
    [t("devices.quarantined"), device.quarantined ? <Link href={"/quarantine" + query({ device: device.name })}><Tag tone="warn">{format.number(device.quarantined)}</Tag></Link> : "0"],
    [t("devices.said"), device.note && <Tag tone="warn">{device.note}</Tag>],
  ];
  return (
    <section className="rr-card rr-pad" aria-label={device.name}>
      <dl className="rr-pairs">
        {facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd className="rr-any">{value || <span className="rr-dim">{t("common.unknown")}</span>}</dd></div>)}
      </dl>
      {device.health_at && <p className="rr-small rr-dim">{t("devices.healthAt")} <Ago at={device.health_at} promise={300} /></p>}
    </section>
  );
}

function HealthCharts({ points }: { points: HealthPoint[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const times = useMemo(() => points.map((each) => Date.parse(each.at) / 1000), [points]);
  const charts = useMemo(() => {
    const one = (name: string, value: (each: HealthPoint) => number | null, unit = ""): [string, string, Line[]] =>
      [name, unit, [{ label: unit ? `${name} (${unit})` : name, values: points.map(value), color: "--rr-accent", shape: "line" }]];
    const found = [
      one(t("devices.pendingScans"), (each) => each.pending_facts),
      one(t("devices.clockError"), (each) => each.clock_error_ms, "ms"),
      one(t("devices.diskFree"), (each) => each.disk_free_bytes / MIB, "MiB"),
      one(t("devices.memory"), (each) => each.rss_bytes / MIB, "MiB"),
    ];
    if (points.some((each) => each.battery_pct !== null)) found.unshift(one(t("devices.battery"), (each) => each.battery_pct, "%"));
    return found;
  }, [points, t]);
  const columns: Column<HealthPoint>[] = [
    { key: "at", title: t("log.when"), lead: true, cell: (row) => <time dateTime={row.at}>{format.dateTime(row.at)}</time> },
    { key: "facts", title: t("devices.pendingScans"), num: true, cell: (row) => format.number(row.pending_facts) },
    { key: "battery", title: `${t("devices.battery")} (%)`, num: true, empty: (row) => row.battery_pct === null, cell: (row) => row.battery_pct },
    { key: "clock", title: `${t("devices.clockError")} (ms)`, num: true, empty: (row) => row.clock_error_ms === null, cell: (row) => row.clock_error_ms === null ? "" : format.number(row.clock_error_ms) },
    { key: "disk", title: `${t("devices.diskFree")} (MiB)`, num: true, cell: (row) => format.number(row.disk_free_bytes / MIB) },
    { key: "note", title: t("devices.said"), empty: (row) => !row.note, cell: (row) => <span className="rr-any">{row.note}</span> },
  ];
  const newest = points.slice(-100).reverse();
  return (
    <>
      <div className="rr-plots">
        {charts.map(([name, unit, lines]) => (
          <div key={name}>
            <h3 className="rr-small rr-strong">{name}{unit && ` (${unit})`}</h3>
            <Chart label={t("devices.chartOf", { what: name })} times={times} lines={lines} height={150} group="health" />
          </div>
        ))}
      </div>
      <details>
        <summary className="rr-strong">{t("devices.asTable")}</summary>
        <Table label={t("devices.health")} columns={columns} rows={newest} rowKey={(row, at) => `${row.at}-${at}`} />
      </details>
    </>
  );
}

function Health({ name }: { name: string }) {
  const { t } = useTranslation();
  const [hours, setHours] = useState<keyof typeof SPANS>("24");
  const health = useQuery({
    queryKey: ["deviceHealth", name, hours],
    queryFn: () => api.deviceHealth(name, new Date(Date.now() - SPANS[hours] * HOUR_MS).toISOString()),
    refetchInterval: 60_000,
  });
  return (
    <section className="rr-card rr-pad" aria-labelledby="health">
      <div className="rr-head">
        <h2 className="rr-section" id="health">{t("devices.health")}</h2>
        <SegmentedControl size="md" aria-label={t("devices.howLong")} value={hours} onChange={(value) => setHours(value as keyof typeof SPANS)}
          data={[{ value: "6", label: t("devices.hours6") }, { value: "24", label: t("devices.hours24") }, { value: "168", label: t("devices.week") }]} />
      </div>
      <Loaded query={health} rows={4}>
        {(data) => data.points.length === 0 ? <Empty icon="clock" title={t("devices.noHealth")} help={t("devices.noHealthHelp")} /> : <HealthCharts points={data.points} />}
      </Loaded>
    </section>
  );
}

function Visits({ name }: { name: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const list = useInfiniteQuery({
    queryKey: ["presence", name],
    queryFn: ({ pageParam }) => api.presence(name, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
  const rows = list.data?.pages.flatMap((page) => page.rows) ?? [];
  const columns: Column<Came>[] = [
    { key: "what", title: t("devices.lastSeen"), lead: true, cell: (row) => <Tag tone={row.online ? "ok" : "bad"} dot={row.online ? "full" : "hollow"}>{row.online ? t("devices.came") : t("devices.left")}</Tag> },
    { key: "at", title: t("log.when"), cell: (row) => <time dateTime={row.at}>{format.dateTime(row.at)}</time> },
    { key: "version", title: t("devices.version"), empty: (row) => !row.version, cell: (row) => row.version },
    { key: "run", title: t("devices.run"), cell: (row) => <span className="rr-mono rr-small">{row.run.slice(0, 8)}</span> },
  ];
  return (
    <section className="rr-card rr-pad" aria-labelledby="visits">
      <h2 className="rr-section" id="visits">{t("devices.visits")}</h2>
      {rows.length === 0 ? <p className="rr-dim">{t("devices.noVisits")}</p> : <Table label={t("devices.visits")} columns={columns} rows={rows} rowKey={(row, at) => `${row.at}-${at}`} />}
      {list.hasNextPage && <Button size="md" variant="default" mt="md" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t("trace.more")}</Button>}
    </section>
  );
}

export default function DeviceOne({ name }: { name: string }) {
  const { t } = useTranslation();
  const may = useMay();
  const [access, setAccess] = useState(false);
  const [settings, setSettings] = useState(false);
  const device = useQuery({ queryKey: ["devices", name], queryFn: () => api.device(name) });
  const admits = may("POST /devices/{name}/revocation");
  return (
    <Page title={name} lead={t("devices.oneLead")} asOf={device.dataUpdatedAt} actions={
      <>
        <Button size="md" component={Link} href="/devices" variant="default">{t("devices.title")}</Button>
        {may("PUT /devices/{name}/site") && <Button size="md" variant="default" onClick={() => setSettings(true)}>{t("configure.open")}</Button>}
        {admits && <Button size="md" variant="default" onClick={() => setAccess(true)}>{t("access.show")}</Button>}
      </>
    }>
      <Loaded query={device} rows={8}>
        {(data) => (
          <>
            <Facts device={data} />
            <Health name={name} />
            <Visits name={name} />
            {may("GET /devices/{name}/commands") && <section className="rr-card rr-pad" aria-label={t("orders.title", { device: name })}><Orders name={name} /></section>}
            {settings && <DeviceSettings device={data} onClose={() => setSettings(false)} />}
            {access && <DeviceAccess device={data} listening onClose={() => setAccess(false)} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}
