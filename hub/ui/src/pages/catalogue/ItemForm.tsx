/** An item to add or to change. Its barcode may be scanned into the first field. */
import { Button, Checkbox, Group, NumberInput, Select, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { catalogue, type ItemInput } from "../../calls/catalogue";
import { TEMPERATURES } from "../../calls/space";
import { word } from "../../i18n";
import { isChecked } from "../../parts/GoodsField";
import { ItemSelect } from "../../parts/Pickers";
import { faultsOf, Refused } from "../../parts/Refused";
import { listed } from "./faults";

const EMPTY: ItemInput = { gtin: "", name: "", name_zh: "", unit: "piece", category: "", contains: null, kit: [], serial: false, temperature: "ambient", shelf_days: null };
const FIELDS = ["gtin", "name", "name_zh", "unit", "category", "contains", "temperature", "shelf_days"];

/** The 14 digits of a code as typed or scanned; null: it is no GTIN. */
function gtinOf(text: string): string | null {
  const digits = text.replace(/^\][A-Za-z]\d/, "").replace(/^\(?01\)?(?=\d{14}\D?)/, "").slice(0, 14).trim();
  return /^(\d{8}|\d{12,14})$/.test(digits) && isChecked(digits) ? digits.padStart(14, "0") : null;
}

export function ItemForm({ old, taken, onDone }: { old: ItemInput | null; taken: readonly string[]; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [said, setSaid] = useState<ItemInput>(old ?? EMPTY);
  const set = (change: Partial<ItemInput>) => setSaid({ ...said, ...change });
  const gtin = gtinOf(said.gtin);
  const save = useMutation({
    mutationFn: () => catalogue.putItem({ ...said, gtin: gtin ?? said.gtin, name: said.name.trim() }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["items"] });
      onDone();
    },
  });
  const faults = listed(faultsOf(save.error), "items");
  const clash = !old && gtin !== null && taken.includes(gtin);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!clash && gtin) save.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput size="md" label={t("catalogue.gtin")} description={t("catalogue.gtinHelp")} required withAsterisk={false} data-autofocus disabled={old !== null} spellCheck={false} autoComplete="off" inputMode="numeric" maxLength={60}
          value={said.gtin} error={said.gtin.length >= 8 && !gtin ? t("catalogue.gtinWrong") : clash ? t("catalogue.gtinTaken") : faults.gtin} onChange={(event) => set({ gtin: event.currentTarget.value })} />
        <div className="rr-two">
          <TextInput size="md" label={t("catalogue.name")} required withAsterisk={false} maxLength={200} value={said.name} error={faults.name} onChange={(event) => set({ name: event.currentTarget.value })} />
          <TextInput size="md" label={t("catalogue.nameZh")} lang="zh" maxLength={200} value={said.name_zh ?? ""} error={faults.name_zh} onChange={(event) => set({ name_zh: event.currentTarget.value })} />
        </div>
        <div className="rr-two">
          <TextInput size="md" label={t("catalogue.unit")} description={t("catalogue.unitHelp")} maxLength={40} value={said.unit ?? ""} error={faults.unit} onChange={(event) => set({ unit: event.currentTarget.value })} />
          <TextInput size="md" label={t("catalogue.category")} maxLength={80} value={said.category ?? ""} error={faults.category} onChange={(event) => set({ category: event.currentTarget.value })} />
        </div>
        <div className="rr-two">
          <Select size="md" label={t("catalogue.temperature")} allowDeselect={false} value={said.temperature ?? "ambient"} data={TEMPERATURES.map((value) => ({ value, label: word(t, "temperature", value) }))}
            onChange={(value) => set({ temperature: (value ?? "ambient") as ItemInput["temperature"] })} />
          <NumberInput size="md" label={t("catalogue.shelfDays")} description={t("catalogue.shelfDaysHelp")} min={0} max={36_500} allowDecimal={false} value={said.shelf_days ?? ""} error={faults.shelf_days}
            onChange={(value) => set({ shelf_days: value === "" ? null : Number(value) })} />
        </div>
        <div className="rr-two">
          <ItemSelect size="md" clearable label={t("catalogue.contains")} description={t("catalogue.containsHelp")} value={said.contains ? `gtin:${said.contains.gtin}` : null} error={faults.contains}
            onChange={(key) => set({ contains: key ? { gtin: key.slice(5), n: said.contains?.n ?? 1 } : null })} />
          {said.contains && <NumberInput size="md" label={t("catalogue.containsN")} description={t("catalogue.containsNHelp")} min={1} max={1_000_000} allowDecimal={false} value={said.contains.n}
            onChange={(n) => set({ contains: { gtin: said.contains!.gtin, n: Number(n) || 1 } })} />}
        </div>
        <Checkbox size="md" label={t("catalogue.serial")} checked={said.serial ?? false} onChange={(event) => set({ serial: event.currentTarget.checked })} />
        <Refused error={save.error} shown={FIELDS.map((field) => `items/0/${field}`)} />
        <Group justify="flex-end"><Button size="md" type="submit" loading={save.isPending} disabled={!said.name.trim() || !gtin || clash}>{t("catalogue.save")}</Button></Group>
      </Stack>
    </form>
  );
}
