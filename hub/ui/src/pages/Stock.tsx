/** Stock by place, lot and owner; every filter and the page stand in the address. */
import { ActionIcon, Button, Menu, SegmentedControl, Select, TextInput } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "wouter";

import { useMay } from "../access";
import { api, query, stockQuery, UNSETTLED, type StockRow } from "../api";
import { useFormat } from "../format";
import { word } from "../i18n";
import { Account, useItems, useOwners, useSites } from "../parts/Account";
import { Condition, Expiry, Goods, Owner, Plain, Quantity, traceCode } from "../parts/Goods";
import { Icon } from "../parts/icons";
import { Export } from "../parts/Export";
import { Page, Tag } from "../parts/Page";
import { Pager } from "../parts/Pager";
import { SearchField } from "../parts/SearchField";
import { Sections } from "../parts/Sections";
import { Empty, Loaded } from "../parts/States";
import { Table, type Column } from "../parts/Table";
import { useStockSections } from "./stockSections";

const PAGE = 100;
const FILTERS = ["text", "site", "item", "owner", "lot", "account", "condition", "until", "first"] as const;
const CONDITIONS = ["good", "quarantined", "damaged"] as const;
type FilterName = (typeof FILTERS)[number];
type Values = Record<FilterName, string | null>;

/** What can be done with the goods of a row. */
function RowMenu({ row }: { row: StockRow }) {
  const { t } = useTranslation();
  const code = traceCode(row.item, row.lot);
  const may = useMay();
  const ask = may("POST /transfers") && row.owner && row.site && row.quantity > 0 && !row.account.startsWith("virtual:")
    ? "/transfers" + query({ ask: 1, account: row.account, item: row.item, lot: row.lot, condition: row.condition, giver: row.owner, n: row.quantity })
    : null;
  const history = "/stock/flows" + query({ item: row.item, site: row.site, owner: row.owner });
  const recall = may("GET /recall") && row.gtin && row.lot ? "/recall" + query({ item: row.item, lot: row.lot }) : null;
  const label = t("stock.more", { what: row.name ?? row.item });
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" c="inherit" size={44} aria-label={label} title={label}><Icon name="more" strokeWidth={3} /></ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {code && <Menu.Item component={Link} href={"/trace" + query({ code })} leftSection={<Icon name="trace" />}>{t("stock.trace")}</Menu.Item>}
        <Menu.Item component={Link} href={history} leftSection={<Icon name="clock" />}>{t("stock.history")}</Menu.Item>
        {ask && <Menu.Item component={Link} href={ask} leftSection={<Icon name="transfers" />}>{t("stock.askTransfer")}</Menu.Item>}
        {recall && <Menu.Item component={Link} href={recall} leftSection={<Icon name="recall" />}>{t("stock.recall")}</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  );
}

function useColumns(): Column<StockRow>[] {
  const { t } = useTranslation();
  return [
    { key: "item", title: t("common.item"), lead: true, cell: (row) => <Goods item={row.item} /> },
    { key: "place", title: t("common.place"), cell: (row) => <Account account={row.account} /> },
    { key: "lot", title: t("common.lot"), empty: (row) => !row.lot,
      cell: (row) => row.lot ? <Plain mono text={row.lot} /> : <span className="rr-dim rr-nowrap">{t("common.noLot")}</span> },
    { key: "expiry", title: t("common.expiry"), empty: (row) => !row.expiry, cell: (row) => <Expiry day={row.expiry} site={row.site} /> },
    { key: "owner", title: t("common.owner"), cell: (row) => <Owner id={row.owner} /> },
    { key: "condition", title: t("common.condition"), empty: (row) => row.condition === "good", cell: (row) => <Condition value={row.condition} /> },
    { key: "quantity", title: t("common.quantity"), num: true, cell: (row) => (
      <span title={row.quantity < 0 ? t("stock.below") : undefined}><Quantity item={row.item} n={row.quantity} /></span>
    ) },
    { key: "more", title: t("common.actions"), corner: true, cell: (row) => <RowMenu row={row} /> },
  ];
}

function Filters({ values, set }: { values: Values; set: (name: FilterName, value: string | null) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const sites = useSites().data?.sites ?? [];
  const items = useItems().data?.items ?? [];
  const owners = useOwners().data?.organisations ?? [];
  return (
    <div className="rr-card rr-pad rr-filters rr-noprint" role="search" aria-label={t("stock.filters")}>
      <SearchField value={values.text} set={(value) => set("text", value)} help={t("stock.searchHelp")} />
      <Select label={t("common.site")} placeholder={t("stock.allSites")} clearable searchable value={values.site}
        data={sites.map((site) => ({ value: site.id, label: format.name(site) ?? site.id }))} onChange={(value) => set("site", value)} />
      <Select label={t("common.item")} placeholder={t("stock.itemSearch")} clearable searchable value={values.item?.replace(/^gtin:/, "")} limit={200}
        data={items.map((item) => ({ value: item.gtin, label: `${format.name(item) ?? item.gtin} · ${item.gtin}` }))}
        onChange={(value) => set("item", value)} />
      <Select label={t("common.owner")} placeholder={t("stock.allOwners")} clearable searchable value={values.owner}
        data={[{ value: UNSETTLED, label: t("common.unassigned") }, ...owners.map((owner) => ({ value: owner.id, label: format.name(owner) ?? owner.id }))]}
        onChange={(value) => set("owner", value)} />
      <TextInput type="date" label={t("stock.until")} value={values.until ?? ""} onChange={(event) => set("until", event.currentTarget.value || null)} />
      <Select label={t("common.condition")} placeholder={t("stock.allConditions")} clearable value={values.condition}
        data={CONDITIONS.map((each) => ({ value: each, label: word(t, "condition", each) }))} onChange={(value) => set("condition", value)} />
      {(["lot", "account"] as const).map((name) => values[name] && (
        <div key={name} style={{ alignSelf: "end" }}>
          <Tag tone="note">{name === "lot" ? <>{t("common.lot")} <span className="rr-mono">{values.lot}</span></> : <Account account={values[name]} />}</Tag>{" "}
          <Button variant="subtle" onClick={() => set(name, null)}>{t("requests.anyOther")}</Button>
        </div>
      ))}
      <SegmentedControl aria-label={t("stock.order")} size="md" value={values.first ?? "any"} onChange={(value) => set("first", value === "any" ? null : value)}
        data={[{ value: "any", label: t("stock.byGoods") }, { value: "expiry", label: t("stock.byExpiry") }]} />
    </div>
  );
}

/** How much of each item the rows hold together, whatever its lot, place and owner. */
function Totals({ rows, whole }: { rows: StockRow[]; whole: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const sums = new Map<string, number>();
  for (const row of rows) sums.set(row.item, (sums.get(row.item) ?? 0) + row.quantity);
  return (
    <details className="rr-card rr-pad" open={sums.size <= 10}>
      <summary className="rr-strong">
        {whole ? t("stock.total") : t("stock.totalPage")}{" "}
        <span className="rr-small rr-dim" style={{ fontWeight: 400 }}>{t("stock.totalOf", { rows: format.number(rows.length), items: format.number(sums.size) })}</span>
      </summary>
      <ul className="rr-holders">
        {[...sums].map(([item, n]) => <li key={item}><Goods item={item} /><Quantity item={item} n={n} /></li>)}
      </ul>
    </details>
  );
}

export default function Stock() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const values = Object.fromEntries(FILTERS.map((name) => [name, params.get(name)])) as Values;
  const cursor = params.get("cursor");
  const filtered = FILTERS.some((name) => values[name]);
  const stock = useQuery({
    queryKey: ["stock", values, cursor],
    queryFn: () => api.stock({ ...values, limit: PAGE, cursor }),
    placeholderData: keepPreviousData,
  });
  const columns = useColumns();
  const sections = useStockSections();
  const change = (name: string, value: string | null) =>
    setParams((old) => {
      const next = new URLSearchParams(old);
      next.delete("cursor");
      if (value) next.set(name, value);
      else next.delete(name);
      return next;
    });
  return (
    <Page title={t("stock.title")} lead={t("stock.lead")} asOf={stock.dataUpdatedAt} actions={
      <>
        {filtered && <Button variant="default" onClick={() => setParams({})}>{t("common.clear")}</Button>}
        <Export list="stock" filter={stockQuery({ ...values })} />
      </>
    }>
      <Sections label={t("stock.title")} sections={sections} />
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
      {stock.data && stock.data.rows.length > 0 && <Totals rows={stock.data.rows} whole={!cursor && !stock.data.next} />}
    </Page>
  );
}
