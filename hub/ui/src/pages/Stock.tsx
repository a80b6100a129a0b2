/** Stock by place, lot and owner; every filter and the page stand in the address. */
import { Button, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "wouter";

import { api, query, type Item, type StockRow } from "../api";
import { useNow } from "../clock";
import { useFormat } from "../format";
import { word } from "../i18n";
import { Account, useItems, useOwnerName, useOwners, useSites } from "../parts/Account";
import { Icon } from "../parts/icons";
import { Page, Tag } from "../parts/Page";
import { Pager } from "../parts/Pager";
import { Empty, Loaded } from "../parts/States";
import { Table, type Column } from "../parts/Table";

const PAGE = 100;
const DAY_S = 86_400;
const SOON_DAYS = 30;
const FILTERS = ["site", "item", "lot", "owner"] as const;
type FilterName = (typeof FILTERS)[number];

function Expiry({ day }: { day: string | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  if (!day) return <span className="rr-dim">{t("common.none")}</span>;
  // Good until the end of its day, wherever on earth that ends last.
  const left = (Date.parse(day + "T00:00:00Z") + 1.5 * DAY_S * 1_000 - now) / 1_000;
  return (
    <span className="rr-nowrap">
      {format.date(day)}{" "}
      {left < 0 ? <Tag tone="bad">{t("stock.expired")}</Tag>
        : left < SOON_DAYS * DAY_S ? <Tag tone="warn">{t("stock.daysLeft", { span: format.span(Math.max(left, DAY_S)) })}</Tag> : null}
    </span>
  );
}

/** The code that traces a row: its lot where it has one, else all goods of its GTIN. */
function traceCode(row: StockRow): string | null {
  if (!row.gtin) return null;
  return `01${row.gtin}` + (row.lot ? `10${row.lot}` : "");
}

function ItemName({ row }: { row: StockRow }) {
  const format = useFormat();
  const code = traceCode(row);
  const name = format.name(row) ?? row.item;
  return (
    <div>
      {code ? <Link href={"/trace" + query({ code })} className="rr-strong rr-quiet">{name}</Link> : <span className="rr-strong">{name}</span>}
      {row.gtin && <div className="rr-mono rr-small rr-dim">{row.gtin}</div>}
    </div>
  );
}

function useColumns(items: Item[]): Column<StockRow>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const ownerName = useOwnerName();
  const units = new Map(items.map((item) => [item.gtin, item.unit]));
  const unitOf = (row: StockRow) => word(t, "unit", units.get(row.gtin ?? "") ?? "unit");
  return [
    { key: "item", title: t("common.item"), lead: true, cell: (row) => <ItemName row={row} /> },
    { key: "place", title: t("common.place"), cell: (row) => <Account account={row.account} /> },
    { key: "lot", title: t("common.lot"), empty: (row) => !row.lot,
      cell: (row) => row.lot ? <span className="rr-mono rr-nowrap">{row.lot}</span> : <span className="rr-dim rr-nowrap">{t("common.noLot")}</span> },
    { key: "expiry", title: t("common.expiry"), empty: (row) => !row.expiry, cell: (row) => <Expiry day={row.expiry} /> },
    { key: "owner", title: t("common.owner"), cell: (row) => (
      <>
        {row.owner && row.owner !== "unassigned" ? ownerName(row.owner) : <Tag>{t("common.unassigned")}</Tag>}
        {row.condition && row.condition !== "good" && <> <Tag tone="warn">{word(t, "condition", row.condition)}</Tag></>}
      </>
    ) },
    { key: "quantity", title: t("common.quantity"), num: true, cell: (row) => (
      <span className="rr-nowrap" style={row.quantity < 0 ? { color: "var(--rr-bad)" } : undefined}
        title={row.quantity < 0 ? t("stock.below") : undefined}>
        <span className="rr-strong">{format.number(row.quantity)}</span> <span className="rr-small rr-dim">{unitOf(row)}</span>
      </span>
    ) },
  ];
}

function Filters({ values, set }: { values: Record<FilterName, string | null>; set: (name: FilterName, value: string | null) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const sites = useSites().data?.sites ?? [];
  const items = useItems().data?.items ?? [];
  const owners = useOwners().data?.organisations ?? [];
  const [lot, setLot] = useState(values.lot ?? "");
  const sendLot = useDebouncedCallback((value: string) => set("lot", value.trim() || null), 350);
  const [seen, setSeen] = useState(values.lot);
  if (seen !== values.lot) {
    setSeen(values.lot);
    if ((values.lot ?? "") !== lot.trim()) setLot(values.lot ?? "");
  }
  return (
    <div className="rr-card rr-pad rr-filters" role="search" aria-label={t("stock.filters")}>
      <Select label={t("common.site")} placeholder={t("stock.allSites")} clearable searchable value={values.site}
        data={sites.map((site) => ({ value: site.id, label: format.name(site) ?? site.id }))} onChange={(value) => set("site", value)} />
      <Select label={t("common.item")} placeholder={t("stock.itemSearch")} clearable searchable value={values.item} limit={200}
        data={items.map((item) => ({ value: item.gtin, label: `${format.name(item) ?? item.gtin} · ${item.gtin}` }))}
        onChange={(value) => set("item", value)} />
      <TextInput label={t("common.lot")} placeholder={t("stock.lotSearch")} value={lot} spellCheck={false}
        onChange={(event) => {
          setLot(event.currentTarget.value);
          sendLot(event.currentTarget.value);
        }} />
      <Select label={t("common.owner")} placeholder={t("stock.allOwners")} clearable searchable value={values.owner}
        data={[...owners.map((owner) => ({ value: owner.id, label: format.name(owner) ?? owner.id })), { value: "unassigned", label: t("common.unassigned") }]}
        onChange={(value) => set("owner", value)} />
    </div>
  );
}

export default function Stock() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const values = Object.fromEntries(FILTERS.map((name) => [name, params.get(name)])) as Record<FilterName, string | null>;
  const cursor = params.get("cursor");
  const filtered = FILTERS.some((name) => values[name]);
  const filter = { ...values, item: values.item && `gtin:${values.item}`, limit: PAGE, cursor };
  const stock = useQuery({ queryKey: ["stock", filter], queryFn: () => api.stock(filter), placeholderData: keepPreviousData });
  const items = useItems().data?.items ?? [];
  const columns = useColumns(items);
  const change = (name: string, value: string | null) =>
    setParams((old) => {
      const next = new URLSearchParams(old);
      next.delete("cursor");
      if (value) next.set(name, value);
      else next.delete(name);
      return next;
    });
  return (
    <Page title={t("stock.title")} lead={t("stock.lead")} asOf={stock.dataUpdatedAt}
      actions={filtered && <Button variant="default" onClick={() => setParams({})}>{t("common.clear")}</Button>}>
      <Filters values={values} set={change} />
      <div className="rr-card" aria-busy={stock.isPlaceholderData}>
        <Loaded query={stock} rows={10}>
          {(page) => page.rows.length === 0
            ? <Empty icon="stock" title={filtered ? t("stock.empty") : t("stock.nothing")} help={filtered ? t("stock.emptyHelp") : t("stock.nothingHelp")} />
            : <Table label={t("stock.tableLabel")} columns={columns} rows={page.rows}
                rowKey={(row) => [row.account, row.item, row.lot, row.owner, row.condition].join("|")} />}
        </Loaded>
      </div>
      <Pager cursor={cursor} next={stock.data?.next ?? null} onCursor={(next) => change("cursor", next)} />
      {stock.data && stock.data.rows.length > 0 && <Sum rows={stock.data.rows} />}
    </Page>
  );
}

function Sum({ rows }: { rows: StockRow[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <p className="rr-small rr-dim rr-num" style={{ margin: 0 }}>
      <Icon name="stock" size={14} style={{ verticalAlign: "-2px" }} /> {t("common.rows", { n: format.number(rows.length) })}
    </p>
  );
}
