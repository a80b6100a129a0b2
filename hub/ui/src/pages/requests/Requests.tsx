/** What people ask for, newest first; those in one state can be decided about together, and sent together. */
import { Button, Checkbox, Select } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useMay } from "../../access";
import { relief, REQUEST_STATES, WAYS, type RequestRow } from "../../calls/relief";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { useOwnerName } from "../../parts/Account";
import { Export } from "../../parts/Export";
import { useGoodsName } from "../../parts/Goods";
import { Icon } from "../../parts/icons";
import { ForWhom, LifeState, Whereto } from "../../parts/Life";
import { Page, Tag } from "../../parts/Page";
import { Pager } from "../../parts/Pager";
import { OwnerSelect, SiteSelect, useFilters } from "../../parts/Pickers";
import { SearchField } from "../../parts/SearchField";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { useUser } from "../../session";
import { AskFor } from "./AskFor";
import { together, Together } from "./Together";

const FILTERS = ["text", "state", "way", "site", "priority", "organisation", "incident", "line", "recipient"] as const;
const PRIORITIES = ["1", "2", "3"];
const MOST_NAMED = 3;

function Goods({ row }: { row: RequestRow }) {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = useGoodsName();
  const rest = row.lines.length - MOST_NAMED;
  return (
    <Link href={`/requests/${row.id}`} className="rr-strong">
      {row.lines.slice(0, MOST_NAMED).map((line) => `${format.number(line.n)} × ${nameOf(line.item)}`).join(", ")}
      {rest > 0 && <> {t("delivery.more", { n: format.number(rest) })}</>}
    </Link>
  );
}

function useColumns(chosen: string[] | null, choose: (id: string, on: boolean) => void): Column<RequestRow>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const ownerName = useOwnerName();
  const box: Column<RequestRow> = { key: "choose", title: t("requests.choose"), corner: true, cell: (row) => (
    <Checkbox size="md" className="rr-check" aria-label={t("requests.chooseOne", { id: row.id })} checked={chosen?.includes(row.id) ?? false} onChange={(event) => choose(row.id, event.currentTarget.checked)} />
  ) };
  return [
    ...(chosen ? [box] : []),
    { key: "what", title: t("desk.goods"), lead: true, cell: (row) => <Goods row={row} /> },
    { key: "state", title: t("journey.state"), cell: (row) => <LifeState kind="request" state={row.state} odd={row.odd} /> },
    { key: "whom", title: t("journey.whom"), cell: (row) => (
      <>
        <ForWhom {...row} otherwise={ownerName(row.organisation)} />
        {row.groups.length > 0 && <div className="rr-small rr-dim">{row.groups.map((group) => word(t, "group", group)).join(" · ")}</div>}
      </>
    ) },
    { key: "to", title: t("needs.to"), cell: (row) => <Whereto way={row.way} site={row.site} /> },
    { key: "priority", title: t("desk.priority"), cell: (row) => <Tag tone={row.priority === 1 ? "bad" : "plain"}>{word(t, "priority", String(row.priority))}</Tag> },
    { key: "by", title: t("needs.neededBy"), cell: (row) => <span className="rr-nowrap">{format.date(row.needed_by)}</span> },
  ];
}

function Filters({ values, set }: Pick<ReturnType<typeof useFilters<(typeof FILTERS)[number]>>, "values" | "set">) {
  const { t } = useTranslation();
  const user = useUser();
  const narrowed = (["incident", "line", "recipient"] as const).filter((name) => values[name]);
  return (
    <div className="rr-card rr-pad rr-filters" role="search" aria-label={t("stock.filters")}>
      <SearchField value={values.text} set={(value) => set("text", value)} />
      <Select label={t("journey.state")} placeholder={t("needs.all")} clearable value={values.state} data={REQUEST_STATES.map((state) => ({ value: state, label: word(t, "requestState", state) }))} onChange={(value) => set("state", value)} />
      <Select label={t("desk.way")} placeholder={t("needs.all")} clearable value={values.way} data={WAYS.map((way) => ({ value: way, label: word(t, "way", way) }))} onChange={(value) => set("way", value)} />
      <SiteSelect clearable placeholder={t("stock.allSites")} value={values.site} onChange={(value) => set("site", value)} />
      <Select label={t("desk.priority")} placeholder={t("needs.all")} clearable value={values.priority} data={PRIORITIES.map((value) => ({ value, label: word(t, "priority", value) }))} onChange={(value) => set("priority", value)} />
      {user.role !== "staff" && <OwnerSelect clearable placeholder={t("needs.everyone")} value={values.organisation} onChange={(value) => set("organisation", value)} />}
      {narrowed.map((name) => (
        <div key={name} style={{ alignSelf: "end" }}>
          <Tag tone="note">{name === "incident" ? <Link href={`/incidents/${values.incident}`}>{t("requests.ofIncident")}</Link> : name === "line" ? t("requests.ofLine") : t("requests.ofRecipient")}</Tag>{" "}
          <Button variant="subtle" onClick={() => set(name, null)}>{t("requests.anyOther")}</Button>
        </div>
      ))}
    </div>
  );
}

export default function Requests() {
  const { t } = useTranslation();
  const may = useMay();
  const { values, cursor, any, set, clear } = useFilters(FILTERS);
  const [asking, setAsking] = useState(false);
  const [chosen, setChosen] = useState<string[]>([]);
  const list = useQuery({ queryKey: ["requests", values, cursor], queryFn: () => relief.requests({ ...values, cursor }), placeholderData: keepPreviousData });
  const rows = list.data?.rows ?? [];
  const deeds = together(values.state, may);
  const columns = useColumns(deeds.length > 0 ? chosen : null, (id, on) => setChosen(on ? [...chosen, id] : chosen.filter((each) => each !== id)));
  return (
    <Page title={t("nav.requests")} lead={t("requests.lead")} asOf={list.dataUpdatedAt} actions={
      <>
        {any && <Button size="md" variant="default" onClick={clear}>{t("common.clear")}</Button>}
        <Export list="requests" filter={values} />
        {may("POST /requests") && <Button size="md" leftSection={<Icon name="plus" size={18} />} onClick={() => setAsking(true)}>{t("requests.new")}</Button>}
      </>
    }>
      <Filters values={values} set={set} />
      {deeds.length > 0 && rows.length > 0 && <Together deeds={deeds} rows={rows} chosen={rows.filter((row) => chosen.includes(row.id))} setChosen={setChosen} />}
      <div className="rr-card" aria-busy={list.isPlaceholderData}>
        <Loaded query={list} rows={8}>
          {(page) => page.rows.length === 0 ? <Empty icon="needs" title={t("requests.empty")} help={any ? t("needs.emptyFilter") : t("requests.emptyHelp")} />
            : <Table label={t("nav.requests")} columns={columns} rows={page.rows} rowKey={(row) => row.id} />}
        </Loaded>
      </div>
      <Pager cursor={cursor} next={list.data?.next ?? null} onCursor={(next) => set("cursor", next)} />
      {asking && <AskFor onClose={() => setAsking(false)} />}
    </Page>
  );
}
