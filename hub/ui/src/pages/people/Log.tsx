/** The log of decisions: who did what to what, and when, newest first. Nothing in it is ever changed. */
import { Button, Select, TextInput } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { people, type Decision } from "../../calls/people";
import { useFormat } from "../../format";
import { known, word } from "../../i18n";
import { Export } from "../../parts/Export";
import { Page } from "../../parts/Page";
import { Pager } from "../../parts/Pager";
import { useFilters, useTyped } from "../../parts/Pickers";
import { Sections } from "../../parts/Sections";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { useSections } from "./sections";

const FILTERS = ["who", "action", "what", "since", "until"] as const;
const DAY_MS = 86_400_000;
/** Midnight of a day as this browser's clock has it; `days` later. */
const instant = (day: string | null, days = 0) => day && new Date(new Date(`${day}T00:00:00`).getTime() + days * DAY_MS).toISOString();

export default function Log() {
  const { t } = useTranslation();
  const format = useFormat();
  const sections = useSections();
  const { values, cursor, any, set, clear } = useFilters(FILTERS);
  const [who, setWho] = useTyped(values.who, (value) => set("who", value));
  const [what, setWhat] = useTyped(values.what, (value) => set("what", value));
  const filter = { ...values, since: instant(values.since), until: instant(values.until, 1), cursor };
  const list = useQuery({ queryKey: ["decisions", filter], queryFn: () => people.decisions(filter), placeholderData: keepPreviousData });
  const columns: Column<Decision>[] = [
    { key: "action", title: t("log.action"), lead: true, cell: (row) => <span className="rr-strong">{word(t, "decision", row.action)}</span> },
    { key: "what", title: t("log.what"), cell: (row) => (
      <>
        <div className="rr-any">{row.what}</div>
        {row.detail && <div className="rr-small rr-dim rr-any">{row.detail}</div>}
      </>
    ) },
    { key: "who", title: t("log.who"), cell: (row) => <span className="rr-strong rr-any">{row.who}</span> },
    { key: "at", title: t("log.when"), cell: (row) => <time dateTime={row.at} className="rr-small rr-nowrap">{format.dateTime(row.at)}</time> },
  ];
  return (
    <Page title={t("log.title")} lead={t("log.lead")} asOf={list.dataUpdatedAt} actions={<>{any && <Button size="md" variant="default" onClick={clear}>{t("common.clear")}</Button>}<Export list="audit-log" filter={filter} /></>}>
      <Sections label={t("people.sections")} sections={sections} />
      <div className="rr-card rr-pad rr-filters" role="search" aria-label={t("stock.filters")}>
        <TextInput label={t("log.who")} value={who} spellCheck={false} maxLength={300} onChange={(event) => setWho(event.currentTarget.value)} />
        <Select label={t("log.action")} placeholder={t("log.all")} searchable clearable value={values.action}
          data={known("decision").map((action) => ({ value: action, label: word(t, "decision", action) }))} onChange={(value) => set("action", value)} />
        <TextInput label={t("log.what")} value={what} spellCheck={false} maxLength={300} onChange={(event) => setWhat(event.currentTarget.value)} />
        <TextInput type="date" label={t("log.since")} value={values.since ?? ""} onChange={(event) => set("since", event.currentTarget.value || null)} />
        <TextInput type="date" label={t("log.until")} value={values.until ?? ""} onChange={(event) => set("until", event.currentTarget.value || null)} />
      </div>
      <div className="rr-card" aria-busy={list.isPlaceholderData}>
        <Loaded query={list} rows={10}>
          {(page) => page.rows.length === 0 ? <Empty icon="search" title={t("log.empty")} help={t("log.emptyHelp")} />
            : <Table label={t("log.title")} columns={columns} rows={page.rows} rowKey={(row) => String(row.id)} />}
        </Loaded>
      </div>
      <Pager cursor={cursor} next={list.data?.next ?? null} onCursor={(next) => set("cursor", next)} />
    </Page>
  );
}
