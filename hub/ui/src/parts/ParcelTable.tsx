/** Parcels in a table: for whom, what is in them, where they are. */
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import type { ParcelRow } from "../calls/relief";
import { useFormat } from "../format";
import { word } from "../i18n";
import { Account } from "./Account";
import { useGoodsName } from "./Goods";
import { ForWhom, LifeState, Whereto } from "./Life";
import { Ago } from "./Page";
import { Table, type Column } from "./Table";

export function ParcelTable({ label, rows }: { label: string; rows: ParcelRow[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = useGoodsName();
  const columns: Column<ParcelRow>[] = [
    { key: "id", title: t("rounds.parcel"), lead: true, cell: (row) => <Link href={`/parcels/${row.id}`} className="rr-mono rr-strong rr-nowrap">{row.id}</Link> },
    { key: "state", title: t("journey.state"), cell: (row) => (
      <>
        <LifeState kind="parcel" state={row.state} odd={row.odd} />
        {row.given_at && <div className="rr-small rr-dim">{format.dateTime(row.given_at)}{row.proof && <> · {word(t, "givenWay", row.proof.way)}</>}</div>}
      </>
    ) },
    { key: "whom", title: t("journey.whom"), empty: (row) => !row.shown, cell: (row) => <ForWhom {...row} otherwise={t("common.none")} /> },
    { key: "goods", title: t("desk.goods"), cell: (row) => row.lines.map((line) => (
      <div key={line.line}>{nameOf(line.item)} <span className="rr-dim rr-nowrap">× {format.number(line.n)}</span></div>
    )) },
    { key: "to", title: t("needs.to"), cell: (row) => <Whereto way={row.way} site={row.station} /> },
    { key: "where", title: t("journey.where"), empty: (row) => row.placed === "", cell: (row) => <><Account account={row.placed} />{row.at && <div className="rr-small rr-dim"><Ago at={row.at} /></div>}</> },
  ];
  return <Table label={label} columns={columns} rows={rows} rowKey={(row) => row.id} />;
}
