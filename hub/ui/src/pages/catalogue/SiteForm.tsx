/** A site to add or to change: where it is, by which clock it lives, and how long parcels wait there. */
import { Button, Group, NumberInput, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { catalogue, DATUMS, SITE_KINDS, type SiteInput } from "../../calls/catalogue";
import { word } from "../../i18n";
import { OwnerSelect } from "../../parts/Pickers";
import { faultsOf, Refused } from "../../parts/Refused";
import { listed } from "./faults";
import { ID } from "./OrganisationForm";

type Draft = Omit<SiteInput, "lat" | "lon"> & { lat: number | string; lon: number | string };
const ZONES = Intl.supportedValuesOf("timeZone");
const FIELDS = ["id", "name", "name_zh", "kind", "lat", "lon", "zone", "hours", "warn_days", "keep_days", "remind_days", "rule_owner"];

function empty(): Draft {
  return {
    id: "", name: "", name_zh: "", kind: "warehouse", lat: "", lon: "", datum: "WGS84", zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    warn_days: 30, keep_days: 7, remind_days: 3, hours: "", rule_owner: null,
  };
}

export function SiteForm({ old, taken, onDone }: { old: SiteInput | null; taken: readonly string[]; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [said, setSaid] = useState<Draft>(() => old ?? empty());
  const set = (change: Partial<Draft>) => setSaid({ ...said, ...change });
  const save = useMutation({
    mutationFn: () => catalogue.putSite({ ...said, name: said.name.trim(), lat: Number(said.lat), lon: Number(said.lon) }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["sites"] });
      onDone();
    },
  });
  const faults = listed(faultsOf(save.error), "sites");
  const clash = !old && taken.includes(said.id);
  const station = said.kind === "station";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!clash) save.mutate();
  };
  const days = (field: "warn_days" | "keep_days" | "remind_days", min: number) => (
    <NumberInput size="md" label={t(`catalogue.${field}`)} min={min} max={365} allowDecimal={false} value={said[field]} error={faults[field]}
      onChange={(value) => set({ [field]: Number(value) })} />
  );
  return (
    <form onSubmit={submit}>
      <Stack>
        <Select size="md" label={t("common.kind")} allowDeselect={false} value={said.kind} data={SITE_KINDS.map((kind) => ({ value: kind, label: word(t, "siteKind", kind) }))}
          onChange={(kind) => set({ kind: (kind ?? said.kind) as SiteInput["kind"] })} />
        <div className="rr-two">
          <TextInput size="md" label={t("catalogue.name")} required withAsterisk={false} data-autofocus maxLength={200} value={said.name} error={faults.name} onChange={(event) => set({ name: event.currentTarget.value })} />
          <TextInput size="md" label={t("catalogue.nameZh")} lang="zh" maxLength={200} value={said.name_zh ?? ""} error={faults.name_zh} onChange={(event) => set({ name_zh: event.currentTarget.value })} />
        </div>
        <TextInput size="md" label={t("catalogue.id")} description={t("catalogue.siteIdHelp")} required withAsterisk={false} disabled={old !== null} spellCheck={false} autoCapitalize="off" maxLength={40}
          value={said.id} error={said.id && !ID.test(said.id) ? t("catalogue.idWrong") : clash ? t("catalogue.idTaken") : faults.id} onChange={(event) => set({ id: event.currentTarget.value })} />
        <div className="rr-two">
          <NumberInput size="md" label={t("catalogue.lat")} required withAsterisk={false} min={-90} max={90} decimalScale={7} hideControls value={said.lat} error={faults.lat} onChange={(lat) => set({ lat })} />
          <NumberInput size="md" label={t("catalogue.lon")} required withAsterisk={false} min={-180} max={180} decimalScale={7} hideControls value={said.lon} error={faults.lon} onChange={(lon) => set({ lon })} />
        </div>
        <div className="rr-two">
          <Select size="md" label={t("import.datum")} description={t("catalogue.datumHelp")} allowDeselect={false} value={said.datum ?? "WGS84"} data={[...DATUMS]}
            onChange={(datum) => set({ datum: (datum ?? "WGS84") as SiteInput["datum"] })} />
          <Select size="md" label={t("catalogue.zone")} description={t("catalogue.zoneHelp")} searchable limit={50} allowDeselect={false} value={said.zone ?? "UTC"} error={faults.zone}
            data={[...new Set([said.zone ?? "UTC", "UTC", ...ZONES])]} onChange={(zone) => set({ zone: zone ?? "UTC" })} />
        </div>
        <Textarea size="md" label={t("catalogue.hours")} description={t("catalogue.hoursHelp")} autosize maxLength={200} value={said.hours ?? ""} error={faults.hours} onChange={(event) => set({ hours: event.currentTarget.value })} />
        <div className="rr-two">{days("warn_days", 0)}{station && days("keep_days", 1)}</div>
        {station && <div className="rr-two">{days("remind_days", 0)}</div>}
        <OwnerSelect size="md" clearable label={t("catalogue.ruleOwner")} description={t("catalogue.ruleOwnerHelp")} value={said.rule_owner ?? null} error={faults.rule_owner} onChange={(rule_owner) => set({ rule_owner })} />
        <Refused error={save.error} shown={FIELDS.map((field) => `sites/0/${field}`)} />
        <Group justify="flex-end">
          <Button size="md" type="submit" loading={save.isPending} disabled={!said.name.trim() || !ID.test(said.id) || said.lat === "" || said.lon === "" || clash}>{t("catalogue.save")}</Button>
        </Group>
      </Stack>
    </form>
  );
}
