/** The calls of the lines, and who has to be called back; what was said is for who answers the line. */
import { Button, Select, Stack } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { CALL_KINDS, helpline, type Call } from "../../calls/helpline";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { Dialog } from "../../parts/Dialog";
import { Export } from "../../parts/Export";
import { LargeType } from "../../parts/LargeType";
import { Page } from "../../parts/Page";
import { Pager } from "../../parts/Pager";
import { useFilters } from "../../parts/Pickers";
import { Sections } from "../../parts/Sections";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { useUser } from "../../session";
import { Due, FollowUp, Said } from "./FollowUp";
import { useSections } from "./sections";

export default function Calls() {
  const { t } = useTranslation();
  const format = useFormat();
  const sections = useSections();
  const { values, cursor, set } = useFilters(["line", "open", "kind"] as const);
  const [opened, setOpened] = useState<Call | null>(null);
  const lines = useQuery({ queryKey: ["helpline", "lines", "all"], queryFn: () => helpline.lines(false) });
  const list = useQuery({ queryKey: ["helpline", "calls", values, cursor], queryFn: () => helpline.calls({ ...values, cursor }), placeholderData: keepPreviousData });
  const answers = useUser().role === "helpline";
  const columns: Column<Call>[] = [
    { key: "who", title: t("calls.who"), lead: true, cell: (row) => row.recipient === null ? <span className="rr-dim">{t("calls.nobody")}</span>
      : <span className="rr-strong rr-nowrap">{row.shown || t("calls.erased")} {row.last4}</span> },
    { key: "kind", title: t("common.kind"), cell: (row) => word(t, "callKind", row.kind) },
    { key: "line", title: t("desk.line"), cell: (row) => <span className="rr-any">{row.line_name}</span> },
    { key: "at", title: t("calls.when"), cell: (row) => <time dateTime={row.at} className="rr-small">{format.dateTime(row.at)}</time> },
    { key: "by", title: t("calls.by"), cell: (row) => <span className="rr-any">{row.by}</span> },
    { key: "due", title: t("calls.back"), empty: (row) => !row.due, cell: (row) => <Due made={row} /> },
    { key: "open", title: "", cell: (row) => <Button variant="default" aria-label={t("calls.openOne", { name: row.shown || row.line_name })} onClick={() => setOpened(row)}>{t("desk.open")}</Button> },
  ];
  const waits = opened !== null && opened.due !== null && opened.done_at === null;
  return (
    <Page title={t("calls.title")} lead={t("calls.lead")} asOf={list.dataUpdatedAt} actions={<><LargeType /><Export list="calls" filter={values} /></>}>
      <Sections label={t("desk.sections")} sections={sections} />
      <div className="rr-card rr-pad rr-filters" role="search" aria-label={t("stock.filters")}>
        <Select label={t("desk.line")} clearable placeholder={t("calls.allLines")} value={values.line} onChange={(value) => set("line", value)}
          data={(lines.data?.rows ?? []).map((line) => ({ value: line.id, label: line.name }))} />
        <Select label={t("common.kind")} clearable placeholder={t("calls.all")} value={values.kind} onChange={(value) => set("kind", value)}
          data={CALL_KINDS.map((value) => ({ value, label: word(t, "callKind", value) }))} />
        <Select label={t("calls.back")} clearable placeholder={t("calls.all")} value={values.open} data={[{ value: "true", label: t("calls.waiting") }]} onChange={(value) => set("open", value)} />
      </div>
      <div className="rr-card" aria-busy={list.isPlaceholderData}>
        <Loaded query={list} rows={8}>
          {(page) => page.rows.length === 0 ? <Empty icon="phone" title={t("calls.empty")} help={t("calls.emptyHelp")} />
            : <Table label={t("calls.title")} columns={columns} rows={page.rows} rowKey={(row) => row.id} />}
        </Loaded>
      </div>
      <Pager cursor={cursor} next={list.data?.next ?? null} onCursor={(next) => set("cursor", next)} />
      {opened && (
        <Dialog title={`${word(t, "callKind", opened.kind)} · ${opened.shown}`} onClose={() => setOpened(null)}>
          <Stack>
            <Said made={opened} line={lines.data?.rows.find((line) => line.id === opened.line)} />
            {waits && answers && <FollowUp made={opened} onDone={() => setOpened(null)} />}
          </Stack>
        </Dialog>
      )}
    </Page>
  );
}
