/** Typing in what happened where there is no alert: a name, how bad, and a circle around the place. */
import { Button, Checkbox, Group, NumberInput, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";

import { newId } from "../../calls/identity";
import { incidents, type Severity } from "../../calls/incidents";
import { word } from "../../i18n";
import { Dialog } from "../../parts/Dialog";
import { faultsOf, Refused } from "../../parts/Refused";

const SEVERITIES: Severity[] = ["Extreme", "Severe", "Moderate", "Minor", "Unknown"];
const FIELDS = ["name", "name_zh", "kind", "circles/0/lat", "circles/0/lon", "circles/0/radius_km"];

export function TypeIn({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [, go] = useLocation();
  const [id] = useState(newId);
  const [said, setSaid] = useState({ name: "", name_zh: "", kind: "", severity: "Unknown" as Severity, exercise: false, description: "", lat: "" as string | number, lon: "" as string | number, radius: 10 as string | number });
  const set = (change: Partial<typeof said>) => setSaid({ ...said, ...change });
  const placed = said.lat !== "" && said.lon !== "";
  const enter = useMutation({
    mutationFn: () => {
      const { lat, lon, radius, ...rest } = said;
      return incidents.enter({ id, ...rest, circles: placed ? [{ lat: Number(lat), lon: Number(lon), radius_km: Number(radius) }] : [] });
    },
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ["incidents"] });
      go(`/incidents/${made.id}`);
    },
  });
  const faults = faultsOf(enter.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    enter.mutate();
  };
  return (
    <Dialog title={t("incidents.typeIn")} onClose={onClose}>
      <form onSubmit={submit}>
        <Stack>
          <TextInput size="md" data-autofocus label={t("incidents.name")} maxLength={200} value={said.name} error={faults.name} onChange={(event) => set({ name: event.currentTarget.value })} />
          <TextInput size="md" label={t("incidents.nameZh")} maxLength={200} value={said.name_zh} error={faults.name_zh} onChange={(event) => set({ name_zh: event.currentTarget.value })} />
          <div className="rr-two">
            <TextInput size="md" label={t("incidents.kind")} placeholder={t("incidents.kindExample")} maxLength={200} value={said.kind} error={faults.kind} onChange={(event) => set({ kind: event.currentTarget.value })} />
            <Select size="md" label={t("incidents.severity")} allowDeselect={false} value={said.severity} data={SEVERITIES.map((value) => ({ value, label: word(t, "severity", value) }))} onChange={(value) => set({ severity: (value ?? "Unknown") as Severity })} />
          </div>
          <div className="rr-two">
            <NumberInput size="md" label={t("incidents.lat")} description={t("incidents.wgs")} min={-90} max={90} decimalScale={6} value={said.lat} error={faults["circles/0/lat"]} onChange={(lat) => set({ lat })} />
            <NumberInput size="md" label={t("incidents.lon")} description={t("incidents.wgs")} min={-180} max={180} decimalScale={6} value={said.lon} error={faults["circles/0/lon"]} onChange={(lon) => set({ lon })} />
          </div>
          <NumberInput size="md" label={t("incidents.radius")} min={0.1} max={2000} decimalScale={1} value={said.radius} error={faults["circles/0/radius_km"]} onChange={(radius) => set({ radius })} />
          <Textarea size="md" label={t("incidents.description")} maxLength={10_000} autosize minRows={2} maxRows={8} value={said.description} onChange={(event) => set({ description: event.currentTarget.value })} />
          <Checkbox size="md" label={t("incidents.isExercise")} checked={said.exercise} onChange={(event) => set({ exercise: event.currentTarget.checked })} />
          <Refused error={enter.error} shown={FIELDS} />
          <Group justify="flex-end"><Button size="md" type="submit" loading={enter.isPending} disabled={said.name.trim() === ""}>{t("incidents.enter")}</Button></Group>
        </Stack>
      </form>
    </Dialog>
  );
}
