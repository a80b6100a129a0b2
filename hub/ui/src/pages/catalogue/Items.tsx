/** What goods there are: each level of packing is an item of its own. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { query } from "../../api";
import { catalogue, type ItemInput, type ItemWhole } from "../../calls/catalogue";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { useGoods } from "../../parts/Pickers";
import type { Column } from "../../parts/Table";
import { CatalogueList } from "./CatalogueList";
import { ItemForm } from "./ItemForm";

export default function Items() {
  const { t } = useTranslation();
  const format = useFormat();
  const goods = useGoods();
  const list = useQuery({ queryKey: ["items"], queryFn: catalogue.items, staleTime: 300_000 });
  const rows = list.data?.items ?? [];
  const columns = (edit: ((row: ItemWhole) => void) | null): Column<ItemWhole>[] => [
    { key: "name", title: t("catalogue.name"), lead: true, cell: (row) => (
      <>
        <Link href={"/stock" + query({ item: `gtin:${row.gtin}` })} className="rr-strong rr-any">{format.name(row) ?? row.gtin}</Link>
        <div className="rr-small rr-dim rr-mono">{row.gtin}</div>
      </>
    ) },
    { key: "unit", title: t("catalogue.unit"), cell: (row) => word(t, "unit", row.unit) },
    { key: "contains", title: t("catalogue.contains"), empty: (row) => !row.contains, cell: (row) => row.contains && `${format.number(row.contains.n)} × ${goods(`gtin:${row.contains.gtin}`).name}` },
    { key: "temperature", title: t("catalogue.temperature"), empty: (row) => row.temperature === "ambient", cell: (row) => word(t, "temperature", row.temperature) },
    { key: "category", title: t("catalogue.category"), empty: (row) => !row.category, cell: (row) => <span className="rr-any">{row.category}</span> },
    ...(edit ? [{ key: "do", title: "", cell: (row: ItemWhole) => <Button variant="default" aria-label={t("catalogue.changeOne", { name: format.name(row) ?? row.gtin })} onClick={() => edit(row)}>{t("catalogue.change")}</Button> }] : []),
  ];
  return (
    <CatalogueList kind="items" icon="stock" query={list} rows={rows} rowKey={(row) => row.gtin} deed="PUT /items" columns={columns}
      textOf={(row) => `${row.gtin} ${row.name} ${row.name_zh} ${row.category}`}
      form={(old, done) => <ItemForm old={old as ItemInput | null} taken={rows.map((row) => row.gtin)} onDone={done} />} />
  );
}
