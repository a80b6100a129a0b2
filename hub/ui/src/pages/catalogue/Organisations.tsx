/** Who owns goods. */
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { query } from "../../api";
import { useFormat } from "../../format";
import { useOwners } from "../../parts/Account";
import { CatalogueList } from "./CatalogueList";
import { OrganisationForm } from "./OrganisationForm";

export default function Organisations() {
  const { t } = useTranslation();
  const format = useFormat();
  const list = useOwners();
  const rows = list.data?.organisations ?? [];
  return (
    <CatalogueList kind="organisations" icon="user" query={list} rows={rows} rowKey={(row) => row.id} deed="PUT /organisations"
      textOf={(row) => `${row.id} ${row.name} ${row.name_zh ?? ""}`}
      columns={(edit) => [
        { key: "name", title: t("catalogue.name"), lead: true, cell: (row) => <span className="rr-strong rr-any">{format.name(row) ?? row.id}</span> },
        { key: "id", title: t("catalogue.id"), cell: (row) => <span className="rr-mono">{row.id}</span> },
        { key: "stock", title: t("nav.stock"), cell: (row) => <Link href={"/stock" + query({ owner: row.id })}>{t("catalogue.itsStock")}</Link> },
        ...(edit ? [{ key: "do", title: "", cell: (row: (typeof rows)[number]) => <Button variant="default" aria-label={t("catalogue.changeOne", { name: format.name(row) ?? row.id })} onClick={() => edit(row)}>{t("catalogue.change")}</Button> }] : []),
      ]}
      form={(old, done) => <OrganisationForm old={old && { ...old, name_zh: old.name_zh ?? "" }} taken={rows.map((row) => row.id)} onDone={done} />} />
  );
}
