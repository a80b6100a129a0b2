/** Rounds that were planned, who is out with what, and what is planned next. */
import { Button, Select } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useMay } from "../../access";
import { rounds, type RoundRow, type RoundState } from "../../calls/rounds";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { useSiteName } from "../../parts/Account";
import { Export } from "../../parts/Export";
import { Icon } from "../../parts/icons";
import { Meter } from "../../parts/Meter";
import { Ago, Page, Tag, type Tone } from "../../parts/Page";
import { Pager } from "../../parts/Pager";
import { useFilters } from "../../parts/Pickers";
import { SearchField } from "../../parts/SearchField";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { PlanRound } from "./PlanRound";

const STATES: RoundState[] = ["planned", "out", "done", "cancelled"];
export const ROUND_TONES: Record<RoundState, Tone> = { planned: "note", out: "warn", done: "ok", cancelled: "plain" };

export default function Rounds() {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const siteName = useSiteName();
  const { values, cursor, set } = useFilters(["text", "state"] as const);
  const [planning, setPlanning] = useState(false);
  const filter = { text: values.text, state: values.state, cursor };
  const list = useQuery({ queryKey: ["rounds", filter], queryFn: () => rounds.list(filter), placeholderData: keepPreviousData });
  const columns: Column<RoundRow>[] = [
    { key: "id", title: t("rounds.round"), lead: true, cell: (row) => <Link href={`/rounds/${row.id}`} className="rr-mono rr-strong">{row.id}</Link> },
    { key: "courier", title: t("rounds.courier"), cell: (row) => <span className="rr-any">{row.courier}</span> },
    { key: "site", title: t("rounds.from"), cell: (row) => siteName(row.site) },
    { key: "state", title: t("rounds.state"), cell: (row) => <Tag tone={ROUND_TONES[row.state]}>{word(t, "roundState", row.state)}</Tag> },
    { key: "given", title: t("rounds.given"), cell: (row) => <Meter done={row.given} all={row.parcels} tone={row.given === row.parcels ? "ok" : "note"}>{t("rounds.of", { n: format.number(row.given), all: format.number(row.parcels) })}</Meter> },
    { key: "made", title: t("rounds.made"), cell: (row) => <><Ago at={row.made_at} /> <span className="rr-small rr-dim rr-any">{row.made_by}</span></> },
  ];
  return (
    <Page title={t("rounds.title")} lead={t("rounds.lead")} asOf={list.dataUpdatedAt}
      actions={<>
        <Export list="rounds" filter={filter} />
        {may("POST /rounds") && <Button size="md" leftSection={<Icon name="plus" size={18} />} onClick={() => setPlanning(true)}>{t("rounds.plan")}</Button>}
      </>}>
      <div className="rr-card rr-pad rr-filters" role="search" aria-label={t("stock.filters")}>
        <SearchField value={values.text} set={(value) => set("text", value)} />
        <Select label={t("rounds.state")} placeholder={t("needs.all")} clearable value={values.state} data={STATES.map((state) => ({ value: state, label: word(t, "roundState", state) }))}
          onChange={(value) => set("state", value)} />
      </div>
      <div className="rr-card" aria-busy={list.isPlaceholderData}>
        <Loaded query={list}>
          {(page) => page.rows.length === 0 ? <Empty icon="trace" title={t("rounds.empty")} help={t("rounds.emptyHelp")} />
            : <Table label={t("rounds.title")} columns={columns} rows={page.rows} rowKey={(row) => row.id} />}
        </Loaded>
      </div>
      <Pager cursor={cursor} next={list.data?.next ?? null} onCursor={(next) => set("cursor", next)} />
      {planning && <PlanRound onClose={() => setPlanning(false)} />}
    </Page>
  );
}
