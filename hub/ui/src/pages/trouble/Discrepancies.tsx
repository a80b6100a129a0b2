/** Where the story does not fit, and what devices numbered but did not deliver. */
import { Select } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useMay } from "../../access";
import { api, query, type Gap } from "../../api";
import { discrepancies, type Discrepancy } from "../../calls/discrepancies";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { Account, useSiteName } from "../../parts/Account";
import { Export } from "../../parts/Export";
import { Goods, Owner, Quantity } from "../../parts/Goods";
import { Ago, Page, Tag } from "../../parts/Page";
import { Pager } from "../../parts/Pager";
import { useFilters } from "../../parts/Pickers";
import { SearchField } from "../../parts/SearchField";
import { Sections } from "../../parts/Sections";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { useSections } from "./sections";
import { useStory } from "./story";

const KINDS = ["negative", "count-difference", "received-differs", "overcommitted", "owner-unsettled", "broken-story", "inside-itself", "unknown-place", "lost-facts",
  "given-twice", "wrong-unit", "parcel-missing", "consignment-short", "consignment-over", "consignment-damaged", "overdue"] as const;

const ORDERS = ["newest", "oldest", "largest"] as const;

export function Place({ row }: { row: Discrepancy }) {
  const { t } = useTranslation();
  const siteName = useSiteName();
  if (row.account) return <Account account={row.account} />;
  return row.site ? siteName(row.site) : <span className="rr-dim">{t("common.none")}</span>;
}

function What({ row }: { row: Discrepancy }) {
  const { t } = useTranslation();
  const story = useStory();
  return (
    <div className="rr-story">
      <Tag tone="bad">{word(t, "discrepancyKind", row.kind)}</Tag>{" "}
      {row.asked === "recount" && <Tag tone="note">{t("settle.recountAsked")}</Tag>}
      <div><Link href={`/discrepancies/${row.key}`} className="rr-strong">{story(row)}</Link></div>
      {row.waiting.length > 0 && <div className="rr-small rr-dim">{t("settle.waitingFor", { devices: row.waiting.join(", ") })}</div>}
    </div>
  );
}

function useColumns(): Column<Discrepancy>[] {
  const { t } = useTranslation();
  return [
    { key: "what", title: t("discrepancies.what"), lead: true, cell: (row) => <What row={row} /> },
    { key: "place", title: t("common.place"), cell: (row) => <Place row={row} /> },
    { key: "item", title: t("common.item"), empty: (row) => !row.item, cell: (row) => row.item ? <Goods item={row.item} lot={row.lot} /> : <span className="rr-dim">{t("common.none")}</span> },
    { key: "owner", title: t("common.owner"), empty: (row) => row.owner === null, cell: (row) => row.owner === null ? <span className="rr-dim">{t("common.none")}</span> : <Owner id={row.owner} /> },
    { key: "quantity", title: t("common.quantity"), num: true, empty: (row) => row.quantity === null,
      cell: (row) => row.quantity === null ? "" : <Quantity item={row.item} n={row.quantity} signed /> },
    { key: "since", title: t("common.since"), empty: (row) => !row.since, cell: (row) => row.since ? <Ago at={row.since} /> : <span className="rr-dim">{t("common.none")}</span> },
  ];
}

function Gaps() {
  const { t } = useTranslation();
  const format = useFormat();
  const gaps = useQuery({ queryKey: ["gaps"], queryFn: api.gaps });
  if (!gaps.data || gaps.data.rows.length === 0) return null;
  const columns: Column<Gap>[] = [
    { key: "device", title: t("common.device"), lead: true, cell: (row) => <Link href={"/devices" + query({ q: row.device })} className="rr-strong">{row.device}</Link> },
    { key: "what", title: t("common.kind"), cell: (row) => word(t, "lane", row.lane) },
    { key: "range", title: t("discrepancies.detail"), cell: (row) => (
      <span>
        {t("discrepancies.range", { first: format.number(row.first), last: format.number(row.last) })}{" "}
        {row.reason && <Tag>{word(t, "gapReason", row.reason)}</Tag>}
      </span>
    ) },
    { key: "count", title: t("common.quantity"), num: true, cell: (row) => <Tag tone="bad">{t("discrepancies.missing", { n: format.number(row.last - row.first + 1) })}</Tag> },
  ];
  return (
    <section aria-labelledby="gaps">
      <h2 className="rr-section" id="gaps">{t("discrepancies.gaps")} <span className="rr-small rr-dim" style={{ fontWeight: 400 }}>{t("discrepancies.gapsLead")}</span></h2>
      <div className="rr-card">
        <Table label={t("discrepancies.gapsLabel")} columns={columns} rows={gaps.data.rows} rowKey={(row) => `${row.device}/${row.stream}/${row.lane}/${row.first}`} />
      </div>
    </section>
  );
}

export default function Discrepancies() {
  const { t } = useTranslation();
  const may = useMay();
  const { values, cursor, any, set } = useFilters(["text", "kind", "order"] as const);
  const sections = useSections();
  const columns = useColumns();
  const list = useQuery({
    queryKey: ["discrepancies", values, cursor],
    queryFn: () => discrepancies.list("open", values, cursor),
    placeholderData: keepPreviousData,
  });
  return (
    <Page title={t("discrepancies.title")} lead={t("discrepancies.lead")} asOf={list.dataUpdatedAt} actions={<Export list="discrepancies" filter={values} />}>
      <Sections label={t("settle.sections")} sections={sections} />
      <div className="rr-card rr-pad rr-filters" role="search" aria-label={t("stock.filters")}>
        <SearchField value={values.text} set={(value) => set("text", value)} help={t("settle.searchHelp")} />
        <Select label={t("common.kind")} placeholder={t("settle.allKinds")} clearable value={values.kind} onChange={(value) => set("kind", value)}
          data={KINDS.map((kind) => ({ value: kind, label: word(t, "discrepancyKind", kind) }))} />
        <Select label={t("settle.order")} placeholder={t("settle.byKind")} clearable value={values.order} onChange={(value) => set("order", value)}
          data={ORDERS.map((order) => ({ value: order, label: t(`settle.${order}`) }))} />
      </div>
      <div className="rr-card" aria-busy={list.isPlaceholderData}>
        <Loaded query={list}>
          {(page) => page.rows.length === 0
            ? <Empty icon="check" title={any ? t("settle.noneFound") : t("discrepancies.empty")} help={any ? t("settle.noneFoundHelp") : t("discrepancies.emptyHelp")} />
            : <Table label={t("discrepancies.tableLabel")} columns={columns} rows={page.rows} rowKey={(row) => row.key} />}
        </Loaded>
      </div>
      <Pager cursor={cursor} next={list.data?.next ?? null} onCursor={(next) => set("cursor", next)} />
      {may("GET /gaps") && <Gaps />}
    </Page>
  );
}
