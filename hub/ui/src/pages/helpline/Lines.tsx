/** Help-lines: opened and closed by organisations, which say who answers them. */
import { Button, Group, Stack, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../access";
import { helpline, type Line, type LineWords } from "../../calls/helpline";
import { newId } from "../../calls/identity";
import { word } from "../../i18n";
import { useOwnerName } from "../../parts/Account";
import { Dialog, Sure } from "../../parts/Dialog";
import { Icon } from "../../parts/icons";
import { Page, Tag } from "../../parts/Page";
import { OwnerSelect } from "../../parts/Pickers";
import { faultsOf, Refused } from "../../parts/Refused";
import { Sections } from "../../parts/Sections";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { useUser } from "../../session";
import { GroupChips } from "./PersonFields";
import { useSections } from "./sections";

const FIELDS = ["name", "number", "hours", "languages", "questions", "organisation", "operators"];
const NEW: LineWords = { name: "", number: "", hours: "", languages: ["zh"], groups: [], questions: [] };
const wordsOf = (line: Line): LineWords => ({ name: line.name, number: line.number, hours: line.hours, languages: line.languages, groups: line.groups, questions: line.questions });

function LineForm({ line, onDone }: { line: Line | null; onDone: () => void }) {
  const { t } = useTranslation();
  const user = useUser();
  const client = useQueryClient();
  const [id] = useState(newId);
  const [said, setSaid] = useState<LineWords>(line ? wordsOf(line) : NEW);
  const [organisation, setOrganisation] = useState(user.organisation);
  const [operators, setOperators] = useState(line?.operators ?? []);
  const set = (change: Partial<LineWords>) => setSaid({ ...said, ...change });
  const keep = useMutation({
    mutationFn: async () => {
      const kept = line ? await helpline.changeLine(line.id, said) : await helpline.openLine({ id, organisation, ...said });
      await helpline.operators(kept.id, operators);
    },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["helpline", "lines"] });
      onDone();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    keep.mutate();
  };
  const faults = faultsOf(keep.error);
  return (
    <form onSubmit={submit}>
      <Stack>
        <div className="rr-two">
          <TextInput size="md" label={t("lines.name")} data-autofocus maxLength={100} value={said.name} error={faults.name} onChange={(event) => set({ name: event.currentTarget.value })} />
          <TextInput size="md" label={t("lines.number")} inputMode="tel" maxLength={40} value={said.number} error={faults.number} onChange={(event) => set({ number: event.currentTarget.value })} />
        </div>
        {!line && user.role !== "staff" && <OwnerSelect size="md" value={organisation} error={faults.organisation} onChange={setOrganisation} />}
        <TextInput size="md" label={t("lines.hours")} maxLength={200} value={said.hours} error={faults.hours} onChange={(event) => set({ hours: event.currentTarget.value })} />
        <TagsInput size="md" label={t("lines.languages")} description={t("lines.languagesHelp")} value={said.languages} error={faults.languages} onChange={(languages) => set({ languages })} />
        <GroupChips groups={said.groups} onChange={(groups) => set({ groups })} />
        <Textarea size="md" label={t("lines.questions")} description={t("lines.questionsHelp")} autosize minRows={2} maxLength={4000} value={said.questions.join("\n")} error={faults.questions}
          onChange={(event) => set({ questions: event.currentTarget.value.split("\n") })} onBlur={() => set({ questions: said.questions.map((each) => each.trim()).filter(Boolean) })} />
        <TagsInput size="md" label={t("lines.operators")} description={t("lines.operatorsHelp")} value={operators} error={faults.operators} onChange={setOperators} />
        <Refused error={keep.error} shown={FIELDS} />
        <Group justify="flex-end"><Button size="md" type="submit" loading={keep.isPending} disabled={!said.name.trim() || !said.number.trim() || (!line && !organisation)}>{t("desk.save")}</Button></Group>
      </Stack>
    </form>
  );
}

function Close({ line, onDone }: { line: Line; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const close = useMutation({
    mutationFn: () => helpline.closeLine(line.id),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["helpline", "lines"] });
      onDone();
    },
  });
  return <Sure question={t("lines.closeSure", { name: line.name })} facts={[t("lines.closeFact")]} action={t("lines.close")} pending={close.isPending} error={close.error}
    onSure={() => close.mutate()} onBack={onDone} />;
}

type Step = { what: "new" } | { what: "change" | "close"; line: Line };

export default function Lines() {
  const { t } = useTranslation();
  const may = useMay();
  const ownerName = useOwnerName();
  const sections = useSections();
  const [step, setStep] = useState<Step | null>(null);
  const list = useQuery({ queryKey: ["helpline", "lines", "all"], queryFn: () => helpline.lines(false) });
  const steers = may("PUT /lines/{line}");
  const done = () => setStep(null);
  const columns: Column<Line>[] = [
    { key: "name", title: t("lines.name"), lead: true, cell: (row) => <><div className="rr-strong rr-any">{row.name}</div><div className="rr-small rr-dim">{ownerName(row.organisation)}</div></> },
    { key: "number", title: t("lines.number"), cell: (row) => <><div className="rr-strong rr-nowrap">{row.number}</div><div className="rr-small rr-dim rr-any">{row.hours}</div></> },
    { key: "serves", title: t("lines.serves"), cell: (row) => <>{[...row.languages, ...row.groups.map((group) => word(t, "group", group))].join(", ")}</> },
    { key: "operators", title: t("lines.operators"), cell: (row) => <span className="rr-any">{row.operators.join(", ") || t("common.none")}</span> },
    { key: "state", title: t("people.state"), cell: (row) => row.open ? <Tag tone="ok">{t("lines.open")}</Tag> : <Tag>{t("lines.closed")}</Tag> },
  ];
  if (steers) columns.push({ key: "do", title: "", cell: (row) => row.open && (
    <Group gap={8} wrap="nowrap">
      <Button variant="default" aria-label={t("lines.changeOne", { name: row.name })} onClick={() => setStep({ what: "change", line: row })}>{t("desk.change")}</Button>
      <Button variant="default" aria-label={t("lines.closeOne", { name: row.name })} onClick={() => setStep({ what: "close", line: row })}>{t("lines.close")}</Button>
    </Group>
  ) });
  return (
    <Page title={t("lines.title")} lead={t("lines.lead")} asOf={list.dataUpdatedAt}
      actions={may("POST /lines") && <Button size="md" leftSection={<Icon name="plus" size={18} />} onClick={() => setStep({ what: "new" })}>{t("lines.new")}</Button>}>
      <Sections label={t("desk.sections")} sections={sections} />
      <div className="rr-card">
        <Loaded query={list} rows={4}>
          {({ rows }) => rows.length === 0 ? <Empty icon="phone" title={t("lines.empty")} help={t("lines.emptyHelp")} />
            : <Table label={t("lines.title")} columns={columns} rows={rows} rowKey={(row) => row.id} />}
        </Loaded>
      </div>
      {step && (
        <Dialog title={step.what === "new" ? t("lines.new") : step.line.name} onClose={done}>
          {step.what === "close" ? <Close line={step.line} onDone={done} /> : <LineForm line={step.what === "new" ? null : step.line} onDone={done} />}
        </Dialog>
      )}
    </Page>
  );
}
