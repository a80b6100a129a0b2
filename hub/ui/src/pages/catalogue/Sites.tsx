/** Where goods are kept and handed out. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { catalogue, type SiteInput, type SiteWhole } from "../../calls/catalogue";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import type { Column } from "../../parts/Table";
import { CatalogueList } from "./CatalogueList";
import { SiteForm } from "./SiteForm";

/** A site as it is sent back: what is counted there and what the hub gave it stays with the hub. */
export function inputOf({ stock: _, mark: __, ...site }: SiteWhole): SiteInput {
  return { ...site, kind: site.kind as SiteInput["kind"], datum: "WGS84" };
}

export default function Sites() {
  const { t } = useTranslation();
  const format = useFormat();
  const list = useQuery({ queryKey: ["sites"], queryFn: catalogue.sites });
  const rows = list.data?.sites ?? [];
  const columns = (edit: ((row: SiteWhole) => void) | null): Column<SiteWhole>[] => [
    { key: "name", title: t("catalogue.name"), lead: true, cell: (row) => (
      <>
        <Link href={`/catalogue/sites/${row.id}`} className="rr-strong rr-any">{format.name(row) ?? row.id}</Link>
        <div className="rr-small rr-dim rr-mono">{row.id}</div>
      </>
    ) },
    { key: "kind", title: t("common.kind"), cell: (row) => word(t, "siteKind", row.kind) },
    { key: "hours", title: t("catalogue.hours"), empty: (row) => !row.hours, cell: (row) => <span className="rr-any">{row.hours}</span> },
    { key: "zone", title: t("catalogue.zone"), cell: (row) => row.zone },
    { key: "stock", title: t("nav.stock"), num: true, cell: (row) => format.number(row.stock) },
    ...(edit ? [{ key: "do", title: "", cell: (row: SiteWhole) => <Button variant="default" aria-label={t("catalogue.changeOne", { name: format.name(row) ?? row.id })} onClick={() => edit(row)}>{t("catalogue.change")}</Button> }] : []),
  ];
  return (
    <CatalogueList kind="sites" icon="warehouse" query={list} rows={rows} rowKey={(row) => row.id} deed="PUT /sites" columns={columns}
      textOf={(row) => `${row.id} ${row.name} ${row.name_zh} ${word(t, "siteKind", row.kind)}`}
      form={(old, done) => <SiteForm old={old && inputOf(old)} taken={rows.map((row) => row.id)} onDone={done} />} />
  );
}
