/** The calls of the lines, and who has to be called back; what was said is for who answers the line. */
import { Button, Group, Select, Stack, Textarea } from "@mantine/core";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { helpline, type Call, type Line } from "../../calls/helpline";
import { newId } from "../../calls/identity";
import { serverNow } from "../../clock";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { Dialog } from "../../parts/Dialog";
import { Page, Tag } from "../../parts/Page";
import { Pager } from "../../parts/Pager";
import { useFilters } from "../../parts/Pickers";
import { Refused } from "../../parts/Refused";
import { Sections } from "../../parts/Sections";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { useUser } from "../../session";
import { useSections } from "./sections";

function FollowUp({ made, onClose }: { made: Call; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [id] = useState(newId);
  const [note, setNote] = useState("");
  const done = () => {
    void client.invalidateQueries({ queryKey: ["helpline"] });
    onClose();
  };
  const take = useMutation({ mutationFn: () => helpline.take({ id, line: made.line, kind: "follow-up", recipient: made.recipient, after: made.id, note }), onSuccess: done });
  const drop = useMutation({ mutationFn: () => helpline.followUp(made.id, null), onSuccess: done });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    take.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Textarea size="md" label={t("calls.whatSaid")} data-autofocus maxLength={1000} autosize minRows={2} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
        <Refused error={take.error ?? drop.error} />
        <Group justify="space-between">
          <Button size="md" variant="default" loading={drop.isPending} onClick={() => drop.mutate()}>{t("calls.noNeed")}</Button>
          <Button size="md" type="submit" loading={take.isPending}>{t("calls.calledBack")}</Button>
        </Group>
      </Stack>
    </form>
  );
}

function Said({ made, line }: { made: Call; line: Line | undefined }) {
  const { t } = useTranslation();
  const whole = useQuery({ queryKey: ["helpline", "call", made.id], queryFn: () => helpline.call(made.id), gcTime: 0 });
  return (
    <Loaded query={whole} rows={2}>
      {({ note, answers }) => note === null ? <p className="rr-dim">{t("calls.notYours")}</p> : (
        <Stack gap={6}>
          <div className="rr-any">{note || <span className="rr-dim">{t("calls.nothingSaid")}</span>}</div>
          {Object.entries(answers ?? {}).map(([at, text]) => (
            <div key={at}><div className="rr-small rr-dim">{line?.questions[Number(at)]}</div><div className="rr-any">{text}</div></div>
          ))}
        </Stack>
      )}
    </Loaded>
  );
}

function Due({ made }: { made: Call }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (!made.due) return null;
  if (made.done_at) return <Tag tone="ok">{t("calls.done")}</Tag>;
  return <Tag tone={Date.parse(made.due) < serverNow() ? "bad" : "warn"}>{format.dateTime(made.due)}</Tag>;
}

export default function Calls() {
  const { t } = useTranslation();
  const format = useFormat();
  const sections = useSections();
  const { values, cursor, set } = useFilters(["line", "open"] as const);
  const [opened, setOpened] = useState<Call | null>(null);
  const lines = useQuery({ queryKey: ["helpline", "lines", "all"], queryFn: () => helpline.lines(false) });
  const list = useQuery({ queryKey: ["helpline", "calls", values, cursor], queryFn: () => helpline.calls({ ...values, cursor }), placeholderData: keepPreviousData });
  const answers = useUser().role === "helpline";
  const columns: Column<Call>[] = [
    { key: "who", title: t("calls.who"), lead: true, cell: (row) => row.recipient === null ? <span className="rr-dim">{t("calls.nobody")}</span>
      : <span className="rr-strong rr-nowrap">{row.shown || t("calls.erased")} {row.last4}</span> },
    { key: "kind", title: t("common.kind"), cell: (row) => word(t, "callKind", row.kind) },
    { key: "line", title: t("desk.line"), cell: (row) => <span className="rr-any">{row.line_name}</span> },
    { key: "at", title: t("calls.when"), cell: (row) => <time dateTime={row.at} className="rr-small rr-nowrap">{format.dateTime(row.at)}</time> },
    { key: "by", title: t("calls.by"), cell: (row) => <span className="rr-any">{row.by}</span> },
    { key: "due", title: t("calls.back"), empty: (row) => !row.due, cell: (row) => <Due made={row} /> },
    { key: "open", title: "", cell: (row) => <Button variant="default" aria-label={t("calls.openOne", { name: row.shown || row.line_name })} onClick={() => setOpened(row)}>{t("desk.open")}</Button> },
  ];
  const waits = opened !== null && opened.due !== null && opened.done_at === null;
  return (
    <Page title={t("calls.title")} lead={t("calls.lead")} asOf={list.dataUpdatedAt}>
      <Sections label={t("desk.sections")} sections={sections} />
      <div className="rr-card rr-pad rr-filters" role="search" aria-label={t("stock.filters")}>
        <Select label={t("desk.line")} clearable placeholder={t("calls.allLines")} value={values.line} onChange={(value) => set("line", value)}
          data={(lines.data?.rows ?? []).map((line) => ({ value: line.id, label: line.name }))} />
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
            {waits && answers && <FollowUp made={opened} onClose={() => setOpened(null)} />}
          </Stack>
        </Dialog>
      )}
    </Page>
  );
}
