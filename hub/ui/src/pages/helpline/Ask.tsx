/** What a caller needs: goods, how urgent, which way; one call and one request are kept. */
import { Button, Group, SegmentedControl, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import { helpline, WAYS, type Group as Kind, type Line, type Recipient, type Way } from "../../calls/helpline";
import { newId } from "../../calls/identity";
import { serverNow } from "../../clock";
import { word } from "../../i18n";
import { SiteSelect } from "../../parts/Pickers";
import { faultsOf, Refused } from "../../parts/Refused";
import { whole, wished, Wishes } from "../../parts/Wishes";
import { GroupChips } from "./PersonFields";

const DAY_MS = 86_400_000;
const SOON_DAYS = 3;
const day = (at: number) => new Date(at).toISOString().slice(0, 10);

export function Ask({ who, line, onDone }: { who: Recipient; line: Line; onDone: (request: string) => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [ids] = useState(() => ({ call: newId(), request: newId() }));
  const [rows, setRows] = useState(() => [wished()]);
  const [groups, setGroups] = useState<Kind[]>(who.groups);
  const [wish, setWish] = useState({ priority: who.groups.length > 0 ? "1" : "2", way: "station" as Way, site: null as string | null, needed_by: day(serverNow() + SOON_DAYS * DAY_MS), note: "", back: "" });
  const [answers, setAnswers] = useState<Record<string, string>>({});
  const set = (change: Partial<typeof wish>) => setWish({ ...wish, ...change });
  const lines = whole(rows);
  const ask = useMutation({
    mutationFn: async () => {
      const said = Object.fromEntries(Object.entries(answers).filter(([, text]) => text.trim()));
      await helpline.take({ id: ids.call, line: line.id, kind: "need", recipient: who.id, note: wish.note, answers: said, due: wish.back ? new Date(wish.back).toISOString() : null });
      return helpline.ask({ id: ids.request, organisation: line.organisation, line: line.id, call: ids.call, recipient: who.id, way: wish.way,
        site: wish.way === "station" ? wish.site : null, priority: Number(wish.priority), groups, needed_by: wish.needed_by, lines });
    },
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ["helpline"] });
      onDone(made.id);
    },
  });
  const ready = lines.length > 0 && lines.length === rows.length && Boolean(wish.needed_by) && (wish.way !== "station" || wish.site !== null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) ask.mutate();
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(event);
  };
  const faults = faultsOf(ask.error);
  return (
    <form onSubmit={submit} onKeyDown={keys} aria-label={t("desk.needs")}>
      <Stack>
        <Wishes rows={rows} setRows={setRows} />
        <GroupChips groups={groups} onChange={setGroups} />
        <div className="rr-two">
          <div role="group" aria-label={t("desk.priority")}>
            <Text size="sm" fw={500} mb={6}>{t("desk.priority")}</Text>
            <SegmentedControl fullWidth size="md" value={wish.priority} onChange={(priority) => set({ priority })}
              data={["1", "2", "3"].map((value) => ({ value, label: word(t, "priority", value) }))} />
          </div>
          <div role="group" aria-label={t("desk.way")}>
            <Text size="sm" fw={500} mb={6}>{t("desk.way")}</Text>
            <SegmentedControl fullWidth size="md" value={wish.way} onChange={(way) => set({ way: way as Way })} data={WAYS.map((value) => ({ value, label: word(t, "way", value) }))} />
          </div>
        </div>
        <div className="rr-two">
          {wish.way === "station" && <SiteSelect size="md" label={t("desk.station")} value={wish.site} error={faults.site} onChange={(site) => set({ site })} />}
          <TextInput size="md" type="date" label={t("desk.neededBy")} value={wish.needed_by} error={faults.needed_by} onChange={(event) => set({ needed_by: event.currentTarget.value })} />
        </div>
        {line.questions.map((question, at) => (
          <TextInput key={question} size="md" label={question} maxLength={500} autoComplete="off" value={answers[at] ?? ""}
            onChange={(event) => setAnswers({ ...answers, [at]: event.currentTarget.value })} />
        ))}
        <Textarea size="md" label={t("desk.note")} description={t("desk.noteHelp")} maxLength={1000} autosize minRows={1} value={wish.note} onChange={(event) => set({ note: event.currentTarget.value })} />
        <TextInput size="md" type="datetime-local" label={t("desk.callBack")} value={wish.back} onChange={(event) => set({ back: event.currentTarget.value })} />
        <Refused error={ask.error} shown={["site", "needed_by"]} />
        <Group justify="flex-end"><Button size="md" type="submit" loading={ask.isPending} disabled={!ready}>{t("desk.ask")}</Button></Group>
      </Stack>
    </form>
  );
}
