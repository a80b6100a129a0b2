/** What came to sites and what left them, by hour or day and by cause, and the stock that followed. */
import { Button, SegmentedControl, TextInput } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { flows, flowsQuery, type Cause, type Flows as Flowed, type Span } from "../calls/flows";
import { useFormat } from "../format";
import { word } from "../i18n";
import { Chart } from "../parts/Chart";
import { Export } from "../parts/Export";
import type { Line } from "../parts/Plot";
import { Page, Tag } from "../parts/Page";
import { ItemSelect, OwnerSelect, SiteSelect, useFilters, useGoods } from "../parts/Pickers";
import { Sections } from "../parts/Sections";
import { Empty, Loaded } from "../parts/States";
import { Table, type Column } from "../parts/Table";
import { useStockSections } from "./stockSections";

const FILTERS = ["site", "item", "owner", "step", "from", "to"] as const;
const DAY_MS = 86_400_000;
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Noon of a day: in that day in whatever zone the site has, nearly; the hub takes the whole of it. */
const noon = (day: string | null) => day && `${day}T12:00:00Z`;

/** Hours of a day from its beginning to its end as this browser has it. */
const edge = (day: string | null, days: number) => day && new Date(new Date(`${day}T00:00:00`).getTime() + days * DAY_MS - days).toISOString();

function useWhen(step: "hour" | "day", zone: string): (at: string) => string {
  const { i18n } = useTranslation();
  return useMemo(() => {
    const shape: Intl.DateTimeFormatOptions = step === "day"
      ? { weekday: "short", day: "numeric", month: "short", year: "numeric" }
      : { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZoneName: "short" };
    const format = new Intl.DateTimeFormat(i18n.language === "zh" ? "zh-CN" : "en-GB", { ...shape, timeZone: zone });
    return (at) => format.format(new Date(at));
  }, [i18n.language, step, zone]);
}

function Charts({ data, unit }: { data: Flowed; unit: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const times = useMemo(() => data.rows.map((row) => Date.parse(row.at) / 1000), [data]);
  const moved = useMemo<Line[]>(() => [
    { label: t("flows.came"), values: data.rows.map((row) => row.came), color: "--rr-ok", shape: "bars" },
    { label: t("flows.went"), values: data.rows.map((row) => row.went), color: "--rr-accent", shape: "bars" },
  ], [data, t]);
  const stood = useMemo<Line[]>(() => [{ label: t("flows.stock"), values: data.rows.map((row) => row.stock), color: "--mantine-color-text", shape: "steps" }], [data, t]);
  const last = data.rows.at(-1);
  return (
    <div className="rr-two">
      <section className="rr-card rr-pad" aria-labelledby="moved">
        <h2 className="rr-section" id="moved">{t("flows.moved")} <span className="rr-small rr-dim">{unit}</span></h2>
        <Chart label={t("flows.movedAlt", { came: format.number(sum(data, "came")), went: format.number(sum(data, "went")) })} times={times} lines={moved} group="flows" />
      </section>
      <section className="rr-card rr-pad" aria-labelledby="stood">
        <h2 className="rr-section" id="stood">{t("flows.stood")} <span className="rr-small rr-dim">{unit}</span></h2>
        <Chart label={t("flows.stoodAlt", { from: format.number(data.opening), to: format.number(last ? last.stock : data.opening) })} times={times} lines={stood} group="flows" />
      </section>
    </div>
  );
}

const sum = (data: Flowed, side: "came" | "went") => data.rows.reduce((all, row) => all + row[side], 0);

function useCause(): (cause: string) => string {
  const { t } = useTranslation();
  const own: Record<string, string> = { transit: t("flows.transit"), site: t("flows.otherSite"), other: t("flows.other") };
  return (cause) => own[cause] ?? word(t, "virtual", cause);
}

function Causes({ data }: { data: Flowed }) {
  const { t } = useTranslation();
  const format = useFormat();
  const named = useCause();
  const columns: Column<Cause>[] = [
    { key: "cause", title: t("flows.cause"), lead: true, cell: (row) => <span className="rr-strong">{named(row.cause)}</span> },
    { key: "came", title: t("flows.came"), num: true, empty: (row) => !row.came, cell: (row) => format.number(row.came) },
    { key: "went", title: t("flows.went"), num: true, empty: (row) => !row.went, cell: (row) => format.number(row.went) },
  ];
  return <Table label={t("flows.byCause")} columns={columns} rows={data.causes} rowKey={(row) => row.cause} />;
}

function Spans({ data }: { data: Flowed }) {
  const { t } = useTranslation();
  const format = useFormat();
  const named = useCause();
  const when = useWhen(data.step, data.zone);
  const columns: Column<Span>[] = [
    { key: "at", title: t(data.step === "day" ? "flows.day" : "flows.hour"), lead: true, cell: (row) => <time dateTime={row.at} className="rr-strong">{when(row.at)}</time> },
    { key: "came", title: t("flows.came"), num: true, cell: (row) => format.number(row.came) },
    { key: "went", title: t("flows.went"), num: true, cell: (row) => format.number(row.went) },
    { key: "stock", title: t("flows.stock"), num: true, cell: (row) => <span style={row.stock < 0 ? { color: "var(--rr-bad)" } : undefined}>{format.number(row.stock)}</span> },
    { key: "why", title: t("flows.cause"), empty: (row) => row.causes.length === 0, cell: (row) => (
      <span className="rr-small rr-dim">{row.causes.map((one) => `${named(one.cause)} ${[one.came && `+${format.number(one.came)}`, one.went && `−${format.number(one.went)}`].filter(Boolean).join(" ")}`).join(" · ")}</span>
    ) },
  ];
  const rows = data.rows.filter((row) => row.came || row.went).reverse();
  return <Table label={t("flows.bySpan")} columns={columns} rows={rows} rowKey={(row) => row.at} />;
}

export default function Flows() {
  const { t } = useTranslation();
  const sections = useStockSections();
  const goods = useGoods();
  const { values, any, set, clear } = useFilters(FILTERS);
  const step = values.step === "hour" ? "hour" : "day";
  const filter = {
    site: values.site, item: values.item, owner: values.owner, step, zone: ZONE,
    from: step === "day" ? noon(values.from) : edge(values.from, 0), to: step === "day" ? noon(values.to) : edge(values.to, 1),
  } as const;
  const list = useQuery({ queryKey: ["flows", filter], queryFn: () => flows(filter), placeholderData: keepPreviousData, refetchInterval: 30_000 });
  const unit = values.item ? goods(values.item).unit : t("flows.pieces");
  return (
    <Page title={t("flows.title")} lead={t("flows.lead")} asOf={list.dataUpdatedAt}
      actions={<>{any && <Button size="md" variant="default" onClick={clear}>{t("common.clear")}</Button>}<Export list="flows" filter={flowsQuery(filter)} /></>}>
      <Sections label={t("stock.title")} sections={sections} />
      <div className="rr-card rr-pad rr-filters rr-noprint" role="search" aria-label={t("stock.filters")}>
        <SiteSelect placeholder={t("stock.allSites")} clearable value={values.site} onChange={(value) => set("site", value)} />
        <ItemSelect clearable value={values.item} onChange={(value) => set("item", value)} />
        <OwnerSelect label={t("common.owner")} placeholder={t("stock.allOwners")} clearable value={values.owner} onChange={(value) => set("owner", value)} />
        <TextInput type="date" label={t("log.since")} value={values.from ?? ""} onChange={(event) => set("from", event.currentTarget.value || null)} />
        <TextInput type="date" label={t("log.until")} value={values.to ?? ""} onChange={(event) => set("to", event.currentTarget.value || null)} />
        <SegmentedControl aria-label={t("flows.step")} size="md" value={step} onChange={(value) => set("step", value === "day" ? null : value)}
          data={[{ value: "day", label: t("flows.days") }, { value: "hour", label: t("flows.hours") }]} />
      </div>
      <Loaded query={list} rows={10}>
        {(data) => (
          <>
            {data.due > 0 && <div role="status"><Tag tone="note">{t("flows.due")}</Tag></div>}
            <Charts data={data} unit={unit} />
            <div className="rr-card" aria-busy={list.isPlaceholderData}>
              {data.causes.length === 0 ? <Empty icon="stock" title={t("flows.empty")} help={t("flows.emptyHelp")} /> : <Causes data={data} />}
            </div>
            {data.causes.length > 0 && <div className="rr-card"><Spans data={data} /></div>}
            <p className="rr-small rr-dim">{t("flows.zone", { zone: data.zone })}</p>
          </>
        )}
      </Loaded>
    </Page>
  );
}
