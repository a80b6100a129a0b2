/** An organisation's own books, to look at, to save and to print. */
import { Button, TextInput } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { midnight, reports, SHOWN, type Fulfilled, type HandOver, type Held, type Movement } from "../../calls/reports";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { Account, useOwnerName, useSiteName } from "../../parts/Account";
import { Export, type List } from "../../parts/Export";
import { Condition, Expiry, Goods, Owner, Plain, Quantity } from "../../parts/Goods";
import { Page, Tag } from "../../parts/Page";
import { Pager } from "../../parts/Pager";
import { ItemSelect, OwnerSelect, SiteSelect, useFilters } from "../../parts/Pickers";
import { Sections } from "../../parts/Sections";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { useUser } from "../../session";

export type Report = "holdings" | "movements" | "hand-overs" | "fulfilment";
const REPORTS: readonly Report[] = ["holdings", "movements", "hand-overs", "fulfilment"];
const FILTERS = ["site", "item", "owner", "since", "until"] as const;
type Row = Held | Movement | HandOver | Fulfilled;
type Filter = Record<string, string | null>;
const ASKED: Record<Report, (filter: Filter) => Promise<{ rows: Row[]; next?: string | null }>> = {
  holdings: reports.holdings, movements: reports.movements, "hand-overs": reports.handOvers, fulfilment: reports.fulfilment,
};

function useHeld(): Column<Held>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const siteName = useSiteName();
  return [
    { key: "site", title: t("common.site"), cell: (row) => row.site ? siteName(row.site) : <Tag>{t("reports.onTheWay")}</Tag> },
    { key: "item", title: t("common.item"), lead: true, cell: (row) => <Goods item={row.item} /> },
    { key: "owner", title: t("common.owner"), cell: (row) => <Owner id={row.owner} /> },
    { key: "condition", title: t("common.condition"), cell: (row) => <Condition value={row.condition as "good"} /> },
    { key: "lots", title: t("reports.lots"), num: true, cell: (row) => format.number(row.lots) },
    { key: "expiry", title: t("reports.firstExpiry"), empty: (row) => !row.expiry, cell: (row) => row.expiry && <Expiry day={row.expiry} site={row.site} /> },
    { key: "quantity", title: t("common.quantity"), num: true, cell: (row) => <Quantity item={row.item} n={row.quantity} /> },
  ];
}

function useMoved(): Column<Movement>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return [
    { key: "item", title: t("common.item"), lead: true, cell: (row) => <Goods item={row.item} lot={row.lot} /> },
    { key: "at", title: t("reports.when"), cell: (row) => <time dateTime={row.at}>{format.dateTime(row.at)}</time> },
    { key: "from", title: t("reports.from"), cell: (row) => row.counted ? <Tag tone="note">{t("reports.counted")}</Tag> : <Account account={row.source} /> },
    { key: "to", title: t("reports.to"), cell: (row) => <Account account={row.to} /> },
    { key: "owner", title: t("common.owner"), cell: (row) => <Owner id={row.owner} /> },
    { key: "device", title: t("common.device"), cell: (row) => <span className="rr-mono">{row.device}</span> },
    { key: "quantity", title: t("common.quantity"), num: true, cell: (row) => <Quantity item={row.item} n={row.quantity} signed={row.counted} /> },
  ];
}

function useHandedOver(): Column<HandOver>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const siteName = useSiteName();
  return [
    { key: "parcel", title: t("rounds.parcel"), lead: true, cell: (row) => <Link href={`/parcels/${row.parcel}`} className="rr-mono rr-strong">{row.parcel}</Link> },
    { key: "consignment", title: t("trips.consignment"), cell: (row) => <Link href={`/consignments/${row.consignment}`} className="rr-mono">{row.consignment}</Link> },
    { key: "at", title: t("reports.givenAt"), cell: (row) => <time dateTime={row.given_at}>{format.dateTime(row.given_at)}</time> },
    { key: "to", title: t("needs.to"), cell: (row) => row.station ? siteName(row.station) : word(t, "way", row.way) },
    { key: "proof", title: t("reports.proof"), cell: (row) => (
      <>
        {row.proof ? <Tag tone={row.checked ? "ok" : "note"}>{word(t, "givenWay", row.proof)}</Tag> : <Tag tone="warn">{t("reports.noProof")}</Tag>}
        {row.checked && <div className="rr-small rr-dim">{t("journey.checked")}</div>}
        {row.photo && <div className="rr-small rr-dim">{t("reports.photo")}</div>}
      </>
    ) },
    { key: "item", title: t("common.item"), cell: (row) => <Goods item={row.item} lot={row.lot} /> },
    { key: "n", title: t("common.quantity"), num: true, cell: (row) => <Quantity item={row.item} n={row.n} /> },
  ];
}

function useFulfilled(): Column<Fulfilled>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const ownerName = useOwnerName();
  return [
    { key: "month", title: t("reports.month"), lead: true, cell: (row) => <span className="rr-strong">{row.month}</span> },
    { key: "who", title: t("people.organisation"), cell: (row) => <Plain text={ownerName(row.organisation)} /> },
    { key: "item", title: t("common.item"), cell: (row) => <Goods item={row.item} /> },
    { key: "requests", title: t("nav.requests"), num: true, cell: (row) => format.number(row.requests) },
    { key: "parcels", title: t("nav.parcels"), num: true, cell: (row) => format.number(row.parcels) },
    { key: "n", title: t("reports.given"), num: true, cell: (row) => <Quantity item={row.item} n={row.n} /> },
    { key: "hours", title: t("reports.took"), num: true, cell: (row) => format.span(row.hours * 3_600) },
  ];
}

export default function Reports({ report }: { report: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const user = useUser();
  const which = REPORTS.find((each) => each === report) ?? "holdings";
  const { values, cursor, any, set, clear } = useFilters(FILTERS);
  const dated = which !== "holdings";
  const filter = { site: values.site, item: values.item, owner: values.owner, since: dated ? midnight(values.since) : null, until: dated ? midnight(values.until, 1) : null };
  const list = useQuery({ queryKey: ["report", which, filter, cursor], queryFn: () => ASKED[which]({ ...filter, cursor }), placeholderData: (old, query) => query?.queryKey[1] === which ? keepPreviousData(old) : undefined });
  const columns = { holdings: useHeld(), movements: useMoved(), "hand-overs": useHandedOver(), fulfilment: useFulfilled() }[which] as Column<Row>[];
  const rows = list.data?.rows ?? [];
  return (
    <Page title={t("reports.title")} lead={t(`reportLead.${which}`)} asOf={list.dataUpdatedAt}
      actions={<>{any && <Button size="md" variant="default" onClick={clear}>{t("common.clear")}</Button>}<Export list={which satisfies List} filter={filter} /></>}>
      <Sections label={t("reports.sections")} sections={REPORTS.map((each) => ({ href: each === "holdings" ? "/reports" : `/reports/${each}`, title: t(`reportName.${each}`) }))} />
      <div className="rr-card rr-pad rr-filters" role="search" aria-label={t("stock.filters")}>
        {!user.site && <SiteSelect clearable placeholder={t("stock.allSites")} value={values.site} onChange={(value) => set("site", value)} />}
        <ItemSelect clearable value={values.item} onChange={(value) => set("item", value)} />
        {user.role !== "staff" && <OwnerSelect clearable placeholder={t("needs.everyone")} value={values.owner} onChange={(value) => set("owner", value)} />}
        {dated && <TextInput type="date" label={t("log.since")} value={values.since ?? ""} onChange={(event) => set("since", event.currentTarget.value || null)} />}
        {dated && <TextInput type="date" label={t("log.until")} value={values.until ?? ""} onChange={(event) => set("until", event.currentTarget.value || null)} />}
      </div>
      <div className="rr-card" aria-busy={list.isPlaceholderData}>
        <Loaded query={list} rows={8}>
          {(page) => page.rows.length === 0
            ? <Empty icon="reports" title={t("reports.empty")} help={any ? t("needs.emptyFilter") : t("reports.emptyHelp")} />
            : <Table label={t(`reportName.${which}`)} columns={columns} rows={page.rows.slice(0, SHOWN)} rowKey={(_, index) => String(index)} />}
        </Loaded>
      </div>
      {rows.length > SHOWN && <div className="rr-small rr-dim">{t("reports.more", { n: format.number(rows.length - SHOWN) })}</div>}
      <Pager cursor={cursor} next={list.data?.next ?? null} onCursor={(next) => set("cursor", next)} />
    </Page>
  );
}
