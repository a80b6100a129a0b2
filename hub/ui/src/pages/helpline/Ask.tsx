/** What a caller needs: goods, how urgent, which way, and what is promised; one call and one request are kept, or the call alone. */
import { Button, Group, SegmentedControl, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState, type FormEvent, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import { helpline, WAYS, type Group as Kind, type Line, type Recipient, type Way } from "../../calls/helpline";
import { newId } from "../../calls/identity";
import { relief } from "../../calls/relief";
import { serverNow } from "../../clock";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { Key, keyed, useKeys } from "../../parts/keys";
import { SiteSelect } from "../../parts/Pickers";
import { faultsOf, Refused } from "../../parts/Refused";
import { whole, wished, Wishes } from "../../parts/Wishes";
import { GroupChips } from "./PersonFields";

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const SOON_DAYS = 3;
const day = (at: number) => new Date(at).toISOString().slice(0, 10);
const HOURS = [1, 4, 24];
/** Their keys follow those of the priorities. */
const FIRST_HOURS = 4;
/** What a field for local time holds. */
const local = (at: number) => new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

export function Ask({ who, line, onDone }: { who: Recipient; line: Line; onDone: (request: string | null) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const [ids] = useState(() => ({ call: newId(), request: newId() }));
  const [rows, setRows] = useState(() => [wished()]);
  const [groups, setGroups] = useState<Kind[]>(who.groups);
  const [wish, setWish] = useState({ priority: who.groups.length > 0 ? "1" : "2", way: "station" as Way, site: null as string | null, needed_by: day(serverNow() + SOON_DAYS * DAY_MS), note: "", back: "", caller: "" });
  const form = useRef<HTMLFormElement>(null);
  const [answers, setAnswers] = useState<Record<string, string>>({});
  const set = (change: Partial<typeof wish>) => setWish({ ...wish, ...change });
  const lines = whole(rows);
  const take = (kind: "need" | "other") => helpline.take({ id: ids.call, line: line.id, kind, recipient: who.id, note: wish.note, caller: wish.caller,
    answers: Object.fromEntries(Object.entries(answers).filter(([, text]) => text.trim())), due: wish.back ? new Date(wish.back).toISOString() : null });
  const ask = useMutation({
    mutationFn: async () => {
      await take("need");
      return relief.ask({ id: ids.request, organisation: line.organisation, line: line.id, call: ids.call, recipient: who.id, way: wish.way,
        site: wish.way === "station" ? wish.site : null, priority: Number(wish.priority), groups, needed_by: wish.needed_by, lines });
    },
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ["helpline"] });
      onDone(made.id);
    },
  });
  const ready = lines.length > 0 && lines.length === rows.length && Boolean(wish.needed_by) && (wish.way !== "station" || wish.site !== null);
  const keep = useMutation({
    mutationFn: () => take("other"),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["helpline"] });
      onDone(null);
    },
  });
  const worth = Boolean(wish.note.trim() || wish.caller.trim() || wish.back || Object.values(answers).some((text) => text.trim()));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready && !ask.isPending) ask.mutate();
  };
  const promise = (hours: number) => set({ back: local(serverNow() + hours * HOUR_MS) });
  const go = (selector: string) => form.current?.querySelector<HTMLElement>(selector)?.focus();
  useKeys({
    G: () => go(".rr-wish input"), T: () => go("[data-step=site] input"), M: () => go("textarea"), R: () => go("input[type=datetime-local]"), O: () => go("input[name=caller]"),
    K: worth && !keep.isPending && !ask.isPending ? () => keep.mutate() : undefined,
    1: () => set({ priority: "1" }), 2: () => set({ priority: "2" }), 3: () => set({ priority: "3" }),
    ...Object.fromEntries(HOURS.map((hours, at) => [String(FIRST_HOURS + at), () => promise(hours)])),
  });
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(event);
  };
  const faults = faultsOf(ask.error);
  return (
    <form ref={form} onSubmit={submit} onKeyDown={keys} aria-label={t("desk.needs")}>
      <Stack>
        <TextInput size="md" name="caller" label={<>{t("desk.caller")} <Key of="O" /></>} description={t("desk.callerHelp")} maxLength={100} autoComplete="off" {...keyed("O")}
          value={wish.caller} onChange={(event) => set({ caller: event.currentTarget.value })} />
        <Wishes rows={rows} setRows={setRows} />
        <GroupChips groups={groups} onChange={setGroups} />
        <div className="rr-two">
          <div role="group" aria-label={t("desk.priority")}>
            <Text size="sm" fw={500} mb={6}>{t("desk.priority")} <Key of="1 2 3" /></Text>
            <SegmentedControl fullWidth size="md" value={wish.priority} onChange={(priority) => set({ priority })}
              data={["1", "2", "3"].map((value) => ({ value, label: word(t, "priority", value) }))} />
          </div>
          <div role="group" aria-label={t("desk.way")}>
            <Text size="sm" fw={500} mb={6}>{t("desk.way")}</Text>
            <SegmentedControl fullWidth size="md" value={wish.way} onChange={(way) => set({ way: way as Way })} data={WAYS.map((value) => ({ value, label: word(t, "way", value) }))} />
          </div>
        </div>
        <div className="rr-two">
          {wish.way === "station" && (
            <div data-step="site">
              <SiteSelect size="md" label={<>{t("desk.station")} <Key of="T" /></>} {...keyed("T")} value={wish.site} error={faults.site} onChange={(site) => set({ site })} />
            </div>
          )}
          <TextInput size="md" type="date" label={t("desk.neededBy")} value={wish.needed_by} error={faults.needed_by} onChange={(event) => set({ needed_by: event.currentTarget.value })} />
        </div>
        {line.questions.map((question, at) => (
          <TextInput key={question} size="md" label={question} maxLength={500} autoComplete="off" value={answers[at] ?? ""}
            onChange={(event) => setAnswers({ ...answers, [at]: event.currentTarget.value })} />
        ))}
        <Textarea size="md" label={<>{t("desk.note")} <Key of="M" /></>} {...keyed("M")} description={t("desk.noteHelp")} maxLength={1000} autosize minRows={1} value={wish.note} onChange={(event) => set({ note: event.currentTarget.value })} />
        <div role="group" aria-label={t("desk.promise")}>
          <div className="rr-promise">
            <TextInput size="md" type="datetime-local" label={<>{t("desk.callBack")} <Key of="R" /></>} {...keyed("R")} value={wish.back} onChange={(event) => set({ back: event.currentTarget.value })} />
            {HOURS.map((hours, at) => (
              <Button key={hours} size="md" variant="default" {...keyed(String(FIRST_HOURS + at))} rightSection={<Key of={String(FIRST_HOURS + at)} />} onClick={() => promise(hours)}>
                {t("desk.inHours", { n: hours })}
              </Button>
            ))}
          </div>
          {wish.back && <p className="rr-aloud">{t("desk.promiseSaid", { time: format.dateTime(new Date(wish.back).toISOString()) })}</p>}
        </div>
        <Refused error={ask.error ?? keep.error} shown={["site", "needed_by"]} />
        <Group justify="space-between">
          <Button size="md" variant="default" {...keyed("K")} rightSection={<Key of="K" />} loading={keep.isPending} disabled={!worth} onClick={() => keep.mutate()}>{t("desk.keepCall")}</Button>
          <Button size="md" type="submit" aria-keyshortcuts="Control+Enter" rightSection={<Key ctrl of="↵" />} loading={ask.isPending} disabled={!ready}>{t("desk.ask")}</Button>
        </Group>
      </Stack>
    </form>
  );
}
