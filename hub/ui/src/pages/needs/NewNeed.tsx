/** Saying what is needed: goods, how many, where, by when. */
import { Button, Checkbox, Group, NumberInput, Stack, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";

import { allocation } from "../../calls/allocation";
import { newId } from "../../calls/identity";
import { Dialog } from "../../parts/Dialog";
import { ItemSelect, OwnerSelect, SiteSelect } from "../../parts/Pickers";
import { faultsOf, Refused } from "../../parts/Refused";
import { useUser } from "../../session";

const FIELDS = ["organisation", "destination", "item", "n", "needed_by", "shelf_days", "note"];

export function NewNeed({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const user = useUser();
  const client = useQueryClient();
  const [, go] = useLocation();
  const [id] = useState(newId);
  const [need, setNeed] = useState({ organisation: user.organisation, site: null as string | null, item: null as string | null, n: "" as string | number,
    needed_by: "", shelf_days: 0 as string | number, substitutes: false, note: "" });
  const set = (change: Partial<typeof need>) => setNeed({ ...need, ...change });
  const ask = useMutation({
    mutationFn: () => allocation.ask({ id, organisation: need.organisation, destination: `place:${need.site}`, item: need.item ?? "", n: Number(need.n), needed_by: need.needed_by,
      shelf_days: Number(need.shelf_days), substitutes: need.substitutes, note: need.note }),
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ["needs"] });
      go(`/needs/${made.id}`);
    },
  });
  const faults = faultsOf(ask.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask.mutate();
  };
  return (
    <Dialog title={t("needs.new")} onClose={onClose}>
      <form onSubmit={submit}>
        <Stack>
          <ItemSelect size="md" data-autofocus value={need.item} error={faults.item} onChange={(item) => set({ item })} />
          <div className="rr-two">
            <NumberInput size="md" label={t("common.quantity")} description={t("needs.pieces")} min={1} max={1_000_000_000} allowDecimal={false} value={need.n} error={faults.n} onChange={(n) => set({ n })} />
            <TextInput size="md" type="date" label={t("needs.neededBy")} description={t("needs.neededByHelp")} value={need.needed_by} error={faults.needed_by}
              onChange={(event) => set({ needed_by: event.currentTarget.value })} />
          </div>
          <SiteSelect size="md" label={t("needs.to")} value={need.site} error={faults.destination} onChange={(site) => set({ site })} />
          {user.role !== "staff" && <OwnerSelect size="md" value={need.organisation} error={faults.organisation} onChange={(organisation) => set({ organisation })} />}
          <NumberInput size="md" label={t("needs.shelf")} description={t("needs.shelfHelp")} min={0} max={36_500} allowDecimal={false} value={need.shelf_days} error={faults.shelf_days}
            onChange={(shelf_days) => set({ shelf_days })} />
          <Checkbox size="md" label={t("needs.substitutes")} checked={need.substitutes} onChange={(event) => set({ substitutes: event.currentTarget.checked })} />
          <Textarea size="md" label={t("needs.note")} maxLength={500} autosize minRows={2} value={need.note} error={faults.note} onChange={(event) => set({ note: event.currentTarget.value })} />
          <Refused error={ask.error} shown={FIELDS} />
          <Group justify="flex-end">
            <Button size="md" type="submit" loading={ask.isPending} disabled={!need.item || !need.site || !need.needed_by || !need.organisation || Number(need.n) < 1}>{t("needs.ask")}</Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
