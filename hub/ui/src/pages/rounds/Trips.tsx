/** Unmanned vehicles on their way: what is in which compartment, and what happened, all by facts. */
import { Button } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { trips, type Trip, type TripState, type WholeTrip } from "../../calls/lastMile";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { useOwnerName, useSiteName } from "../../parts/Account";
import { Export } from "../../parts/Export";
import { Meter } from "../../parts/Meter";
import { Ago, Page, Tag, type Tone } from "../../parts/Page";
import { Pager } from "../../parts/Pager";
import { useFilters } from "../../parts/Pickers";
import { SearchField } from "../../parts/SearchField";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";

const TONES: Record<TripState, Tone> = { planned: "plain", loaded: "note", "under-way": "warn", arrived: "note", opened: "note", done: "ok" };

export default function Trips() {
  const { t } = useTranslation();
  const format = useFormat();
  const siteName = useSiteName();
  const ownerName = useOwnerName();
  const { values, cursor, any, set, clear } = useFilters(["text", "vehicle"] as const);
  const list = useQuery({ queryKey: ["trips", values, cursor], queryFn: () => trips.list({ ...values, cursor }), placeholderData: keepPreviousData });
  const columns: Column<Trip>[] = [
    { key: "id", title: t("trips.consignment"), lead: true, cell: (row) => <Link href={`/trips/${row.consignment}`} className="rr-mono rr-strong">{row.consignment}</Link> },
    { key: "vehicle", title: t("trips.vehicle"), cell: (row) => <span className="rr-mono">{row.vehicle}</span> },
    { key: "from", title: t("rounds.from"), empty: (row) => !row.from_site, cell: (row) => row.from_site && siteName(row.from_site) },
    { key: "owner", title: t("trips.organisation"), cell: (row) => ownerName(row.organisation) },
    { key: "state", title: t("rounds.state"), cell: (row) => <Tag tone={TONES[row.state]}>{word(t, "tripState", row.state)}</Tag> },
    { key: "handed", title: t("trips.handed"), cell: (row) => <Meter done={row.handed} all={row.parcels} tone={row.handed === row.parcels ? "ok" : "note"}>{t("rounds.of", { n: format.number(row.handed), all: format.number(row.parcels) })}</Meter> },
    { key: "arrived", title: t("trips.arrived"), empty: (row) => !row.arrived_at, cell: (row) => row.arrived_at && <Ago at={row.arrived_at} /> },
  ];
  return (
    <Page title={t("trips.title")} lead={t("trips.lead")} asOf={list.dataUpdatedAt} actions={<>{any && <Button variant="default" onClick={clear}>{t("common.clear")}</Button>}<Export list="trips" filter={values} /></>}>
      <div className="rr-card rr-pad rr-filters" role="search" aria-label={t("stock.filters")}>
        <SearchField value={values.text} set={(value) => set("text", value)} />
      </div>
      <div className="rr-card" aria-busy={list.isPlaceholderData}>
        <Loaded query={list}>
          {(page) => page.rows.length === 0 ? <Empty icon="vehicle" title={t("trips.empty")} help={any ? t("needs.emptyFilter") : t("trips.emptyHelp")} />
            : <Table label={t("trips.title")} columns={columns} rows={page.rows} rowKey={(row) => row.consignment} />}
        </Loaded>
      </div>
      <Pager cursor={cursor} next={list.data?.next ?? null} onCursor={(next) => set("cursor", next)} />
    </Page>
  );
}

export function TripOne({ id }: { id: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const found = useQuery({ queryKey: ["trip", id], queryFn: () => trips.one(id) });
  const inside: Column<WholeTrip["compartments"][number]>[] = [
    { key: "where", title: t("trips.compartment"), lead: true, cell: (row) => <span className="rr-tag">{row.compartment.toUpperCase() || t("trips.whole")}</span> },
    { key: "parcel", title: t("rounds.parcel"), cell: (row) => <span className="rr-mono">{row.parcel}</span> },
    { key: "who", title: t("rounds.who"), cell: (row) => <>{row.shown} <span className="rr-small rr-dim">{row.last4}</span></> },
  ];
  const steps: Column<WholeTrip["steps"][number]>[] = [
    { key: "at", title: t("rounds.when"), cell: (row) => <span className="rr-nowrap">{format.dateTime(row.at)}</span> },
    { key: "what", title: t("rounds.what"), lead: true, cell: (row) => word(t, "tripEvent", row.event) },
    { key: "parcel", title: t("rounds.parcel"), empty: (row) => !row.parcel, cell: (row) => row.parcel && <><span className="rr-mono">{row.parcel}</span>{row.compartment && <> · {row.compartment.toUpperCase()}</>}</> },
  ];
  return (
    <Loaded query={found}>
      {(trip) => (
        <Page title={t("trips.one", { vehicle: trip.vehicle, id })} asOf={found.dataUpdatedAt} actions={<Tag tone={TONES[trip.state]}>{word(t, "tripState", trip.state)}</Tag>}>
          <section className="rr-card">
            {trip.compartments.length === 0 ? <Empty icon="vehicle" title={t("trips.nothing")} help={t("trips.nothingHelp", { handed: format.number(trip.handed), back: format.number(trip.back) })} />
              : <Table label={t("trips.inside")} columns={inside} rows={trip.compartments} rowKey={(row) => row.parcel} />}
          </section>
          {trip.steps.length > 0 && <section className="rr-card"><Table label={t("trips.steps")} columns={steps} rows={[...trip.steps].reverse()} rowKey={(_, index) => String(index)} /></section>}
        </Page>
      )}
    </Loaded>
  );
}
