/** Importing a table: choose a kind and a file, see every fault or what would change, then take it in whole. */
import { Alert, Button, Group, Select, Stack } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState, type DragEvent } from "react";
import { useTranslation } from "react-i18next";

import { DATUMS } from "../calls/catalogue";
import { importTable, KINDS, template, type Kind, type Report, type RowFault } from "../calls/importing";
import { useFormat } from "../format";
import { word } from "../i18n";
import { Icon } from "../parts/icons";
import { Page, Tag } from "../parts/Page";
import { useFilters } from "../parts/Pickers";
import { Refused } from "../parts/Refused";
import { Table, type Column } from "../parts/Table";
import { save } from "../saving";
import { useUser } from "../session";

const ADMIN_ONLY: readonly Kind[] = ["organisations", "people"];
/** Whose rows have a position. */
const PLACED: readonly Kind[] = ["sites", "settlements"];

function Drop({ busy, onFile }: { busy: boolean; onFile: (file: File) => void }) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file) onFile(file);
  };
  return (
    <div className="rr-drop" data-over={over || undefined} onDrop={drop} onDragLeave={() => setOver(false)} onDragOver={(event) => {
      event.preventDefault();
      setOver(true);
    }}>
      <Icon name="importing" size={36} />
      <div>{t("import.drop")}</div>
      <Button size="md" loading={busy} onClick={() => input.current?.click()}>{t("import.choose")}</Button>
      <div className="rr-small rr-dim">{t("import.forms")}</div>
      <input ref={input} type="file" hidden accept=".csv,.xlsx,text/csv" aria-label={t("import.file")} onChange={(event) => {
        const file = event.currentTarget.files?.[0];
        event.currentTarget.value = ""; // so that the same file can be chosen again once it is mended
        if (file) onFile(file);
      }} />
    </div>
  );
}

function Faults({ report }: { report: Report }) {
  const { t } = useTranslation();
  const format = useFormat();
  const columns: Column<RowFault>[] = [
    { key: "row", title: t("import.row"), cell: (row) => row.row === 0 ? t("import.wholeTable") : format.number(row.row) },
    { key: "column", title: t("import.column"), cell: (row) => <span className="rr-any">{row.column}</span> },
    { key: "value", title: t("import.value"), cell: (row) => <span className="rr-mono">{row.value}</span> },
    { key: "message", title: t("import.wrong"), lead: true, cell: (row) => <div lang="en"><div className="rr-strong rr-any">{row.message}</div><div className="rr-small rr-dim rr-any">{row.remedy}</div></div> },
  ];
  return (
    <>
      <Alert color="red" variant="light" role="alert" icon={<Icon name="alert" />} title={t("import.faults", { n: format.number(report.total) })}>{t("import.faultsHelp")}</Alert>
      <div className="rr-card"><Table label={t("import.faultsLabel")} columns={columns} rows={report.faults} rowKey={(row, index) => `${row.row}/${row.column}/${index}`} /></div>
      {report.total > report.faults.length && <div className="rr-small rr-dim">{t("import.firstFaults", { n: format.number(report.faults.length) })}</div>}
    </>
  );
}

function Changes({ report }: { report: Report }) {
  const { t } = useTranslation();
  const format = useFormat();
  const columns: Column<Report["changes"][number]>[] = [
    { key: "row", title: t("import.row"), cell: (row) => format.number(row.row) },
    { key: "key", title: t("import.which"), lead: true, cell: (row) => <><span className="rr-strong rr-any">{row.key}</span> <Tag tone={row.added ? "ok" : "note"}>{row.added ? t("import.new") : t("import.changed")}</Tag></> },
    { key: "fields", title: t("import.becomes"), cell: (row) => Object.entries(row.fields).map(([name, value]) => <div key={name} className="rr-small"><span className="rr-dim">{name}:</span> <span className="rr-any">{value}</span></div>) },
  ];
  return (
    <>
      <dl className="rr-figures" style={{ margin: 0 }}>
        <div className="rr-card rr-figure"><dt>{t("import.rows")}</dt><dd>{format.number(report.rows)}</dd></div>
        <div className="rr-card rr-figure"><dt>{t("import.new")}</dt><dd>{format.number(report.added)}</dd></div>
        <div className="rr-card rr-figure"><dt>{t("import.changed")}</dt><dd>{format.number(report.changed)}</dd></div>
        <div className="rr-card rr-figure"><dt>{t("import.same")}</dt><dd>{format.number(report.same)}</dd></div>
      </dl>
      {report.changes.length > 0 && <div className="rr-card"><Table label={t("import.changes")} columns={columns} rows={report.changes} rowKey={(row) => String(row.row)} /></div>}
      {report.added + report.changed > report.changes.length && <div className="rr-small rr-dim">{t("import.firstChanges", { n: format.number(report.changes.length) })}</div>}
    </>
  );
}

function Invited({ report }: { report: Report }) {
  const { t } = useTranslation();
  if (report.invited.length === 0) return null;
  const quoted = (text: string) => `"${(/^[=+\-@\t\r]/.test(text) ? "'" : "") + text.replace(/"/g, '""')}"`;
  const lines = report.invited.map((one) => [one.name, window.location.origin + one.path, one.expires_at].map(quoted).join(","));
  return (
    <Alert color="yellow" variant="light" icon={<Icon name="alert" />} title={t("once.warning")}>
      <Stack gap="sm">
        <div>{t("import.invited")}</div>
        <div><Button onClick={() => save(new Blob(["\ufeff" + lines.join("\r\n") + "\r\n"], { type: "text/csv" }), "links.csv")}>{t("import.links")}</Button></div>
      </Stack>
    </Alert>
  );
}

export default function Import() {
  const { t } = useTranslation();
  const user = useUser();
  const client = useQueryClient();
  const { values, set } = useFilters(["kind", "datum"] as const);
  const allowed = KINDS.filter((kind) => user.role === "admin" || !ADMIN_ONLY.includes(kind));
  const kind = allowed.find((each) => each === values.kind) ?? "catalogue";
  const [table, setTable] = useState<File | null>(null);
  const tried = useMutation({ mutationFn: (file: File) => importTable(kind, file, PLACED.includes(kind) ? values.datum : null, true) });
  const taken = useMutation({
    mutationFn: (file: File) => importTable(kind, file, PLACED.includes(kind) ? values.datum : null, false),
    onSuccess: () => void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" }),
  });
  const forget = () => {
    setTable(null);
    tried.reset();
    taken.reset();
  };
  const choose = (file: File) => {
    taken.reset();
    setTable(file);
    tried.mutate(file);
  };
  const placed = PLACED.includes(kind);
  const another = (name: "kind" | "datum", value: string | null) => {
    forget();
    set(name, value);
  };
  const report = tried.data;
  const ready = report && report.total === 0 && !taken.data;
  return (
    <Page title={t("import.title")} lead={t("import.lead")}>
      <div className="rr-card rr-pad">
        <div className="rr-filters">
          <Select size="md" label={t("import.kind")} allowDeselect={false} value={kind} data={allowed.map((value) => ({ value, label: word(t, "importKind", value) }))} onChange={(value) => another("kind", value)} />
          {placed && <Select size="md" label={t("import.datum")} description={t("import.datumHelp")} placeholder={t("import.datumNone")} clearable value={values.datum} data={[...DATUMS]} onChange={(value) => another("datum", value)} />}
        </div>
        <p className="rr-small"><a href={template(kind)} download>{t("import.template")}</a> <span className="rr-dim">{t("import.templateHelp")}</span></p>
        <Drop busy={tried.isPending} onFile={choose} />
      </div>
      {table && <div><strong className="rr-any">{table.name}</strong> <span className="rr-dim rr-small" role="status">{tried.isPending ? t("import.checking") : taken.data ? t("import.taken") : ready ? t("import.ready") : ""}</span></div>}
      <Refused error={tried.error ?? taken.error} />
      {taken.data ? (
        <>
          <Alert color="green" variant="light" icon={<Icon name="check" />} title={t("import.taken")}>{t("import.takenHelp")}</Alert>
          <Invited report={taken.data} />
          <Changes report={taken.data} />
        </>
      ) : report && (report.total > 0 ? <Faults report={report} /> : <Changes report={report} />)}
      {ready && table && (
        <Group justify="flex-end">
          <Button size="md" variant="default" onClick={forget}>{t("import.forget")}</Button>
          <Button size="md" loading={taken.isPending} disabled={report.added + report.changed === 0} onClick={() => taken.mutate(table)}>{t("import.take", { n: report.added + report.changed })}</Button>
        </Group>
      )}
    </Page>
  );
}
