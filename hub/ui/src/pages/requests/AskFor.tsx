/** A request without a caller: an organisation asks for one of its sites. Households ask by the help desk. */
import { Button, Checkbox, Group, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";

import { newId } from "../../calls/identity";
import { relief, TOUCHED, WAYS, type Way } from "../../calls/relief";
import { serverNow } from "../../clock";
import { word } from "../../i18n";
import { Dialog } from "../../parts/Dialog";
import { OwnerSelect, SiteSelect } from "../../parts/Pickers";
import { faultsOf, Refused } from "../../parts/Refused";
import { whole, wished, Wishes } from "../../parts/Wishes";
import { useUser } from "../../session";

const SOON_MS = 3 * 86_400_000;
const PRIORITIES = ["1", "2", "3"];

export function AskFor({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const user = useUser();
  const client = useQueryClient();
  const [, go] = useLocation();
  const [id] = useState(newId);
  const [rows, setRows] = useState(() => [wished()]);
  const [wish, setWish] = useState({ organisation: null as string | null, way: "station" as Way, site: null as string | null, priority: "2", needed_by: new Date(serverNow() + SOON_MS).toISOString().slice(0, 10), note: "", draft: false });
  const set = (change: Partial<typeof wish>) => setWish({ ...wish, ...change });
  const lines = whole(rows);
  const ask = useMutation({
    mutationFn: () => relief.ask({ ...wish, id, priority: Number(wish.priority), groups: [], lines }),
    onSuccess: (made) => {
      void client.invalidateQueries({ predicate: ({ queryKey }) => TOUCHED.includes(String(queryKey[0])) });
      go(`/requests/${made.id}`);
    },
  });
  const ready = lines.length === rows.length && Boolean(wish.needed_by) && (wish.way !== "station" || wish.site !== null) && (user.organisation !== null || wish.organisation !== null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) ask.mutate();
  };
  const faults = faultsOf(ask.error);
  return (
    <Dialog title={t("requests.new")} onClose={onClose}>
      <form onSubmit={submit}>
        <Stack>
          <p className="rr-dim" style={{ margin: 0 }}>{t("requests.newHelp")}</p>
          {user.organisation === null && <OwnerSelect size="md" value={wish.organisation} error={faults.organisation} onChange={(organisation) => set({ organisation })} />}
          <Wishes rows={rows} setRows={setRows} />
          <div className="rr-two">
            <Select size="md" label={t("desk.way")} allowDeselect={false} value={wish.way} data={WAYS.map((way) => ({ value: way, label: word(t, "way", way) }))} onChange={(way) => set({ way: (way ?? wish.way) as Way })} />
            <SiteSelect size="md" label={wish.way === "station" ? t("desk.station") : t("common.site")} clearable value={wish.site} error={faults.site} onChange={(site) => set({ site })} />
            <Select size="md" label={t("desk.priority")} allowDeselect={false} value={wish.priority} data={PRIORITIES.map((value) => ({ value, label: word(t, "priority", value) }))} onChange={(priority) => set({ priority: priority ?? "2" })} />
            <TextInput size="md" type="date" label={t("desk.neededBy")} value={wish.needed_by} error={faults.needed_by} onChange={(event) => set({ needed_by: event.currentTarget.value })} />
          </div>
          <Textarea size="md" label={t("needs.note")} description={t("relief.noPersons")} maxLength={500} autosize minRows={1} value={wish.note} onChange={(event) => set({ note: event.currentTarget.value })} />
          <Checkbox size="md" label={t("requests.draft")} checked={wish.draft} onChange={(event) => set({ draft: event.currentTarget.checked })} />
          <Refused error={ask.error} shown={["organisation", "site", "needed_by"]} />
          <Group justify="flex-end"><Button size="md" type="submit" loading={ask.isPending} disabled={!ready}>{t("needs.ask")}</Button></Group>
        </Stack>
      </form>
    </Dialog>
  );
}
