/** What happened and where: incidents from alerts, or typed in; newest first. */
import { Button, Group, Select } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useMay } from "../../access";
import { incidents, type Incident } from "../../calls/incidents";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { Export } from "../../parts/Export";
import { Plain } from "../../parts/Goods";
import { Icon } from "../../parts/icons";
import { Ago, Page } from "../../parts/Page";
import { Pager } from "../../parts/Pager";
import { useFilters } from "../../parts/Pickers";
import { SearchField } from "../../parts/SearchField";
import { Sections } from "../../parts/Sections";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { IncidentTags } from "./IncidentTags";
import { useSections } from "./sections";
import { TakeAlert } from "./TakeAlert";
import { TypeIn } from "./TypeIn";

const STATES = ["open", "cancelled", "closed"];

export default function Incidents() {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const sections = useSections();
  const { values, cursor, any, set, clear } = useFilters(["text", "state"] as const);
  const [adding, setAdding] = useState<"alert" | "typed" | null>(null);
  const filter = { ...values, cursor };
  const list = useQuery({ queryKey: ["incidents", filter], queryFn: () => incidents.list(filter), placeholderData: keepPreviousData });
  const columns: Column<Incident>[] = [
    { key: "name", title: t("incidents.name"), lead: true, cell: (row) => <Link href={`/incidents/${row.id}`} className="rr-strong rr-any"><Plain text={format.name(row) ?? row.id} most={120} /></Link> },
    { key: "state", title: t("incidents.state"), cell: (row) => <IncidentTags incident={row} /> },
    { key: "kind", title: t("incidents.kind"), empty: (row) => !row.kind, cell: (row) => <Plain text={row.kind} /> },
    { key: "at", title: t("incidents.alertedAt"), cell: (row) => <Ago at={row.alerted_at} /> },
  ];
  return (
    <Page title={t("incidents.title")} lead={t("incidents.lead")} asOf={list.dataUpdatedAt}
      actions={
        <Group gap="sm">
          <Export list="incidents" filter={values} />
          {may("POST /incidents") && <>
          <Button size="md" variant="default" leftSection={<Icon name="importing" size={18} />} onClick={() => setAdding("alert")}>{t("incidents.takeAlert")}</Button>
          <Button size="md" leftSection={<Icon name="plus" size={18} />} onClick={() => setAdding("typed")}>{t("incidents.typeIn")}</Button>
          </>}
        </Group>
      }>
      <Sections label={t("incidents.sections")} sections={sections} />
      <div className="rr-card rr-pad rr-filters" role="search" aria-label={t("stock.filters")}>
        <SearchField value={values.text} set={(value) => set("text", value)} />
        <Select label={t("incidents.state")} placeholder={t("incidents.all")} clearable value={values.state} data={STATES.map((state) => ({ value: state, label: word(t, "incidentState", state) }))}
          onChange={(value) => set("state", value)} />
      </div>
      <div className="rr-card" aria-busy={list.isPlaceholderData}>
        <Loaded query={list} rows={6}>
          {(page) => page.rows.length === 0
            ? <Empty icon="alert" title={t("incidents.empty")} help={any ? t("incidents.emptyFilter") : t("incidents.emptyHelp")}>{any && <Button variant="default" onClick={clear}>{t("common.clear")}</Button>}</Empty>
            : <Table label={t("incidents.title")} columns={columns} rows={page.rows} rowKey={(row) => row.id} />}
        </Loaded>
      </div>
      <Pager cursor={cursor} next={list.data?.next ?? null} onCursor={(next) => set("cursor", next)} />
      {adding === "alert" && <TakeAlert onClose={() => setAdding(null)} />}
      {adding === "typed" && <TypeIn onClose={() => setAdding(null)} />}
    </Page>
  );
}
