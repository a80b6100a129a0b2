/** What left, what came, and where the rest is, by item, lot and owner: the five numbers always add up to the first. */
import { useTranslation } from "react-i18next";

import type { Custody } from "../../calls/relief";
import { useFormat } from "../../format";
import { Goods, Owner, Plain, Quantity } from "../../parts/Goods";
import { Tag } from "../../parts/Page";
import { Table, type Column } from "../../parts/Table";

const UNFINISHED = new Set(["planned", "picking", "packed", "in-transit", "arrived"]);

function Sum({ row, unfinished }: { row: Custody; unfinished: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (row.dispatched === 0 && row.received === 0) return <Tag>{t("consignments.notLeft")}</Tag>;
  const less = row.planned - row.received;
  if (less === 0 && row.dispatched === row.received) return <Tag tone="ok">{t("delivery.all")}</Tag>;
  if (less < 0) return <Tag tone="bad">{t("delivery.tooMany", { n: format.number(-less) })}</Tag>;
  if (row.in_transit > 0 || unfinished) return <Tag tone="note">{t("delivery.yetToCome", { n: format.number(less) })}</Tag>;
  return <Tag tone="bad">{t("delivery.missing", { n: format.number(less) })}</Tag>;
}

export function CustodyTable({ rows, state }: { rows: Custody[]; state: string }) {
  const { t } = useTranslation();
  const count = (key: keyof Custody & ("damaged" | "lost" | "elsewhere" | "in_transit"), title: string): Column<Custody> => ({
    key, title, num: true, empty: (row) => row[key] === 0, cell: (row) => row[key] === 0 ? <span className="rr-dim">0</span> : <Quantity item={row.item} n={row[key]} />,
  });
  const columns: Column<Custody>[] = [
    { key: "item", title: t("common.item"), lead: true, cell: (row) => <Goods item={row.item} lot={row.lot} /> },
    { key: "owner", title: t("common.owner"), cell: (row) => row.owner ? <Owner id={row.owner} /> : <Plain text={t("common.none")} /> },
    { key: "planned", title: t("consignments.planned"), num: true, cell: (row) => <Quantity item={row.item} n={row.planned} /> },
    { key: "dispatched", title: t("consignments.left"), num: true, cell: (row) => <Quantity item={row.item} n={row.dispatched} /> },
    count("in_transit", t("consignments.onTheWay")),
    { key: "received", title: t("delivery.received"), num: true, cell: (row) => <Quantity item={row.item} n={row.received} /> },
    count("damaged", t("consignments.damaged")),
    count("lost", t("consignments.lost")),
    count("elsewhere", t("consignments.elsewhere")),
    { key: "sum", title: t("delivery.difference"), cell: (row) => <Sum row={row} unfinished={UNFINISHED.has(state)} /> },
  ];
  return <Table label={t("consignments.custody")} columns={columns} rows={rows} rowKey={(row) => [row.item, row.lot, row.owner].join("|")} />;
}
