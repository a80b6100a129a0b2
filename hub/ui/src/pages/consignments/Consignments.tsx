/** All consignments as a list, also those that are over; newest first. */
import { Button, Select } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { CONSIGNMENT_STATES, relief, type ConsignmentRow } from "../../calls/relief";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { Export } from "../../parts/Export";
import { LifeState } from "../../parts/Life";
import { Ago, Page } from "../../parts/Page";
import { Pager } from "../../parts/Pager";
import { useFilters } from "../../parts/Pickers";
import { SearchField } from "../../parts/SearchField";
import { Sections } from "../../parts/Sections";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { Filters } from "./Filters";
import { Due, Journey } from "./Journey";
import { useSections } from "./sections";

export default function Consignments() {
  const { t } = useTranslation();
  const format = useFormat();
  const sections = useSections();
  const { values, cursor, any, set, clear } = useFilters(["text", "state", "way", "site", "organisation"] as const);
  const list = useQuery({ queryKey: ["consignments", values, cursor], queryFn: () => relief.consignments({ ...values, cursor }), placeholderData: keepPreviousData });
  const columns: Column<ConsignmentRow>[] = [
    { key: "id", title: word(t, "thing", "consignment"), lead: true, cell: (row) => <Link href={`/consignments/${row.id}`} className="rr-mono rr-strong rr-nowrap">{row.id}</Link> },
    { key: "state", title: t("journey.state"), cell: (row) => <LifeState kind="consignment" state={row.state} odd={row.odd} /> },
    { key: "way", title: t("consignments.way"), cell: (row) => <Journey row={row} /> },
    { key: "parcels", title: t("nav.parcels"), num: true, cell: (row) => format.number(row.parcels) },
    { key: "vehicle", title: t("relief.vehicle"), empty: (row) => !row.vehicle, cell: (row) => row.vehicle ?? <span className="rr-dim">{t("common.none")}</span> },
    { key: "due", title: t("relief.due"), empty: (row) => !row.due, cell: (row) => <Due row={row} /> },
    { key: "changed", title: t("relief.changed"), cell: (row) => <Ago at={row.changed_at} /> },
  ];
  return (
    <Page title={t("nav.consignments")} lead={t("consignments.lead")} asOf={list.dataUpdatedAt} actions={<>{any && <Button variant="default" onClick={clear}>{t("common.clear")}</Button>}<Export list="consignments" filter={values} /></>}>
      <Sections label={t("consignments.sections")} sections={sections} />
      <Filters values={values} set={set}>
        <SearchField value={values.text} set={(value) => set("text", value)} />
        <Select label={t("journey.state")} placeholder={t("needs.all")} clearable value={values.state} data={CONSIGNMENT_STATES.map((state) => ({ value: state, label: word(t, "consignmentState", state) }))} onChange={(value) => set("state", value)} />
      </Filters>
      <div className="rr-card" aria-busy={list.isPlaceholderData}>
        <Loaded query={list} rows={8}>
          {(page) => page.rows.length === 0 ? <Empty icon="vehicle" title={t("consignments.empty")} help={any ? t("needs.emptyFilter") : t("consignments.emptyHelp")} />
            : <Table label={t("nav.consignments")} columns={columns} rows={page.rows} rowKey={(row) => row.id} />}
        </Loaded>
      </div>
      <Pager cursor={cursor} next={list.data?.next ?? null} onCursor={(next) => set("cursor", next)} />
    </Page>
  );
}
