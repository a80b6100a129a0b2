/** Where the story does not fit, and what devices numbered but did not deliver. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "wouter";

import { api, query, type Discrepancy, type Gap, type Item } from "../api";
import { useFormat } from "../format";
import { word } from "../i18n";
import { Account, useItems, useSiteName } from "../parts/Account";
import { Ago, Page, Tag } from "../parts/Page";
import { Pager } from "../parts/Pager";
import { Empty, Loaded } from "../parts/States";
import { Table, type Column } from "../parts/Table";

/** What an item key names: `gtin:GTIN`, or `serial:GTIN:NUMBER` for one piece. Others have no code to trace. */
function named(item: string): { gtin: string; serial: string | null } | null {
  const found = /^(?:gtin:(\d{14})|serial:(\d{14}):(.+))$/s.exec(item);
  return found && { gtin: (found[1] ?? found[2])!, serial: found[3] ?? null };
}

function ItemOf({ row, items }: { row: Discrepancy; items: Item[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (!row.item) return <span className="rr-dim">{t("common.none")}</span>;
  const what = named(row.item);
  if (!what) return <span className="rr-mono">{row.item}</span>;
  const item = items.find((each) => each.gtin === what.gtin);
  const code = `01${what.gtin}` + (what.serial ? `21${what.serial}` : row.lot ? `10${row.lot}` : "");
  return (
    <div>
      <Link href={"/trace" + query({ code })}>{(item && format.name(item)) ?? what.gtin}</Link>
      {row.lot && <div className="rr-small rr-dim">{t("common.lot")} <span className="rr-mono">{row.lot}</span></div>}
      {what.serial && <div className="rr-small rr-dim">{t("common.serial")} <span className="rr-mono">{what.serial}</span></div>}
    </div>
  );
}

function useColumns(): Column<Discrepancy>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const siteName = useSiteName();
  const items = useItems().data?.items ?? [];
  return [
    { key: "what", title: t("discrepancies.what"), lead: true, cell: (row) => (
      <div style={{ maxWidth: 420 }}>
        <Tag tone="bad">{word(t, "discrepancyKind", row.kind)}</Tag>
        <div className="rr-small rr-dim" style={{ marginTop: 4 }}>{word(t, "discrepancyHelp", row.kind, "")}</div>
        {row.detail && <div className="rr-small" style={{ marginTop: 2 }}>{row.detail}</div>}
      </div>
    ) },
    { key: "place", title: t("common.place"), cell: (row) => row.account ? <Account account={row.account} /> : row.site ? siteName(row.site) : t("common.none") },
    { key: "item", title: t("common.item"), empty: (row) => !row.item, cell: (row) => <ItemOf row={row} items={items} /> },
    { key: "quantity", title: t("common.quantity"), num: true, empty: (row) => row.quantity === null, cell: (row) =>
      row.quantity === null ? "" : <span className="rr-strong" style={row.quantity < 0 ? { color: "var(--rr-bad)" } : undefined}>{format.number(row.quantity)}</span> },
    { key: "since", title: t("common.since"), empty: (row) => !row.since,
      cell: (row) => row.since ? <Ago at={row.since} /> : <span className="rr-dim">{t("common.none")}</span> },
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
  const [params, setParams] = useSearchParams();
  const cursor = params.get("cursor");
  const columns = useColumns();
  const page = useQuery({ queryKey: ["discrepancies", cursor], queryFn: () => api.discrepancies(cursor), placeholderData: keepPreviousData });
  return (
    <Page title={t("discrepancies.title")} lead={t("discrepancies.lead")} asOf={page.dataUpdatedAt}>
      <div className="rr-card">
        <Loaded query={page}>
          {(data) => data.rows.length === 0
            ? <Empty icon="check" title={t("discrepancies.empty")} help={t("discrepancies.emptyHelp")} />
            : <Table label={t("discrepancies.tableLabel")} columns={columns} rows={data.rows}
                rowKey={(row, index) => [row.kind, row.account, row.item, row.lot, index].join("|")} />}
        </Loaded>
      </div>
      <Pager cursor={cursor} next={page.data?.next ?? null} onCursor={(next) => setParams(next ? { cursor: next } : {})} />
      <Gaps />
    </Page>
  );
}
