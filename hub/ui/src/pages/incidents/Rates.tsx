/** How much people are reckoned to need: each rate with its item, for whom, how much and how long it lasts. */
import { Button, Group, NumberInput, Select, Stack, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../access";
import { incidents, PER, type Rate, type Rates as All } from "../../calls/incidents";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { Dialog } from "../../parts/Dialog";
import { Goods, Plain } from "../../parts/Goods";
import { Icon } from "../../parts/icons";
import { Page, Tag } from "../../parts/Page";
import { ItemSelect } from "../../parts/Pickers";
import { Refused } from "../../parts/Refused";
import { Sections } from "../../parts/Sections";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { useSections } from "./sections";

const KEY = /^[a-z0-9-]{1,40}$/;
const NEW: Rate = { key: "", name: "", name_zh: "", item: null, per: "person", milli: 1000, unit: "", every_days: 0, kinds: [] };

function Change({ all, at, onClose }: { all: All; at: number | null; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [rate, setRate] = useState<Rate>(at === null ? NEW : all.rates[at]!);
  const [amount, setAmount] = useState<string | number>(rate.milli / 1000);
  const [every, setEvery] = useState<string | number>(rate.every_days);
  const set = (change: Partial<Rate>) => setRate({ ...rate, ...change });
  const save = useMutation({
    mutationFn: (rates: Rate[]) => incidents.setRates({ ...all, rates }),
    onSuccess: () => {
      void client.invalidateQueries({ predicate: ({ queryKey }) => ["rates", "readiness"].includes(String(queryKey[0])) });
      onClose();
    },
  });
  const whole = { ...rate, milli: Math.round(Number(amount) * 1000), every_days: Number(every) };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(at === null ? [...all.rates, whole] : all.rates.map((old, place) => (place === at ? whole : old)));
  };
  const taken = at === null && all.rates.some((other) => other.key === rate.key);
  return (
    <Dialog title={at === null ? t("rates.add") : t("rates.change")} onClose={onClose}>
      <form onSubmit={submit}>
        <Stack>
          {at === null && <TextInput size="md" data-autofocus label={t("rates.key")} description={t("rates.keyHelp")} maxLength={40} value={rate.key} error={taken ? t("rates.keyTaken") : null} onChange={(event) => set({ key: event.currentTarget.value })} />}
          <div className="rr-two">
            <TextInput size="md" label={t("rates.name")} maxLength={200} value={rate.name} onChange={(event) => set({ name: event.currentTarget.value })} />
            <TextInput size="md" label={t("incidents.nameZh")} maxLength={200} value={rate.name_zh} onChange={(event) => set({ name_zh: event.currentTarget.value })} />
          </div>
          <ItemSelect size="md" clearable description={t("rates.itemHelp")} value={rate.item} onChange={(item) => set({ item })} />
          <div className="rr-two">
            <NumberInput size="md" label={t("rates.amount")} min={0.001} max={1_000_000} decimalScale={3} value={amount} onChange={setAmount} />
            <Select size="md" label={t("rates.per")} allowDeselect={false} value={rate.per} data={PER.map((value) => ({ value, label: word(t, "per", value) }))} onChange={(per) => set({ per: (per ?? "person") as Rate["per"] })} />
          </div>
          <NumberInput size="md" label={t("rates.every")} description={t("rates.everyHelp")} min={0} max={365} allowDecimal={false} value={every} onChange={setEvery} />
          <Refused error={save.error} />
          <Group justify="space-between">
            {at === null ? <span /> : <Button size="md" variant="light" color="red" loading={save.isPending} onClick={() => save.mutate(all.rates.filter((_, place) => place !== at))}>{t("rates.remove")}</Button>}
            <Button size="md" type="submit" loading={save.isPending} disabled={!KEY.test(rate.key) || taken || rate.name.trim() === "" || !(whole.milli > 0) || every === ""}>{t("people.save")}</Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

export default function Rates() {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const sections = useSections();
  const [changing, setChanging] = useState<{ at: number | null } | null>(null);
  const list = useQuery({ queryKey: ["rates"], queryFn: incidents.rates });
  const steers = may("PUT /rates");
  const columns: Column<Rate>[] = [
    { key: "name", title: t("rates.name"), lead: true, cell: (row) => <><span className="rr-strong"><Plain text={format.name(row) ?? row.key} /></span> {row.kinds.length > 0 && <Tag tone="note">{t("rates.only", { kinds: row.kinds.join(", ") })}</Tag>}</> },
    { key: "amount", title: t("rates.amount"), num: true, cell: (row) => <span className="rr-nowrap">{format.decimal(row.milli / 1000, row.milli % 1000 ? 2 : 0)} {word(t, "unit", row.unit)}</span> },
    { key: "per", title: t("rates.per"), cell: (row) => word(t, "per", row.per) },
    { key: "every", title: t("rates.every"), cell: (row) => row.every_days === 0 ? t("rates.once") : row.every_days === 1 ? t("rates.daily") : t("rates.eachDays", { n: row.every_days }) },
    { key: "item", title: t("common.item"), cell: (row) => row.item ? <Goods item={row.item} /> : <Tag tone="warn">{t("rates.noItem")}</Tag> },
    { key: "do", title: "", empty: () => !steers, cell: (row) => steers && <Button variant="default" onClick={() => setChanging({ at: list.data?.rates.findIndex((each) => each.key === row.key) ?? null })}>{t("rates.change")}</Button> },
  ];
  return (
    <Page title={t("rates.title")} lead={t("rates.lead")} asOf={list.dataUpdatedAt}
      actions={steers && <Button size="md" leftSection={<Icon name="plus" size={18} />} onClick={() => setChanging({ at: null })}>{t("rates.add")}</Button>}>
      <Sections label={t("incidents.sections")} sections={sections} />
      <div className="rr-card">
        <Loaded query={list} rows={8}>
          {({ rates }) => rates.length === 0 ? <Empty icon="needs" title={t("rates.empty")} help={t("rates.emptyHelp")} />
            : <Table label={t("rates.title")} columns={columns} rows={rates} rowKey={(row) => row.key} />}
        </Loaded>
      </div>
      {changing && list.data && <Change all={list.data} at={changing.at} onClose={() => setChanging(null)} />}
    </Page>
  );
}
