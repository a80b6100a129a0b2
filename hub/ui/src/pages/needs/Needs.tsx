/** What is needed, where and by when, and how far it is covered; newest first. */
import { Button, Select } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useMay } from "../../access";
import { allocation, type Need } from "../../calls/allocation";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { Account, useOwnerName } from "../../parts/Account";
import { Export } from "../../parts/Export";
import { Icon } from "../../parts/icons";
import { Page } from "../../parts/Page";
import { Pager } from "../../parts/Pager";
import { OwnerSelect, useFilters, useGoods } from "../../parts/Pickers";
import { SearchField } from "../../parts/SearchField";
import { Sections } from "../../parts/Sections";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { useUser } from "../../session";
import { NeedState } from "./NeedState";
import { NewNeed } from "./NewNeed";
import { useSections } from "./sections";

const STATES = ["open", "partly", "met", "cancelled"];

export default function Needs() {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const user = useUser();
  const sections = useSections();
  const goods = useGoods();
  const ownerName = useOwnerName();
  const { values, cursor, any, set, clear } = useFilters(["text", "state", "organisation"] as const);
  const [asking, setAsking] = useState(false);
  const filter = { ...values, cursor };
  const list = useQuery({ queryKey: ["needs", filter], queryFn: () => allocation.needs(filter), placeholderData: keepPreviousData });
  const columns: Column<Need>[] = [
    { key: "what", title: t("needs.what"), lead: true, cell: (row) => {
      const { name, unit } = goods(row.item);
      return <Link href={`/needs/${row.id}`} className="rr-strong rr-any">{format.number(row.n)} {unit} · {name}</Link>;
    } },
    { key: "state", title: t("needs.state"), cell: (row) => <NeedState need={row} /> },
    { key: "to", title: t("needs.to"), cell: (row) => <Account account={row.destination} /> },
    { key: "for", title: t("needs.for"), cell: (row) => ownerName(row.organisation) },
    { key: "by", title: t("needs.neededBy"), cell: (row) => <span className="rr-nowrap">{format.date(row.needed_by)}</span> },
  ];
  return (
    <Page title={t("needs.title")} lead={t("needs.lead")} asOf={list.dataUpdatedAt}
      actions={<>
        <Export list="needs" filter={values} />
        {may("POST /needs") && <Button size="md" leftSection={<Icon name="plus" size={18} />} onClick={() => setAsking(true)}>{t("needs.new")}</Button>}
      </>}>
      <Sections label={t("needs.sections")} sections={sections} />
      <div className="rr-card rr-pad rr-filters" role="search" aria-label={t("stock.filters")}>
        <SearchField value={values.text} set={(value) => set("text", value)} />
        <Select label={t("needs.state")} placeholder={t("needs.all")} clearable value={values.state} data={STATES.map((state) => ({ value: state, label: word(t, "needState", state) }))}
          onChange={(value) => set("state", value)} />
        {user.role !== "staff" && <OwnerSelect clearable placeholder={t("needs.everyone")} value={values.organisation} onChange={(value) => set("organisation", value)} />}
      </div>
      <div className="rr-card" aria-busy={list.isPlaceholderData}>
        <Loaded query={list} rows={8}>
          {(page) => page.rows.length === 0
            ? <Empty icon="deliveries" title={t("needs.empty")} help={any ? t("needs.emptyFilter") : t("needs.emptyHelp")}>{any && <Button variant="default" onClick={clear}>{t("common.clear")}</Button>}</Empty>
            : <Table label={t("needs.title")} columns={columns} rows={page.rows} rowKey={(row) => row.id} />}
        </Loaded>
      </div>
      <Pager cursor={cursor} next={list.data?.next ?? null} onCursor={(next) => set("cursor", next)} />
      {asking && <NewNeed onClose={() => setAsking(false)} />}
    </Page>
  );
}
