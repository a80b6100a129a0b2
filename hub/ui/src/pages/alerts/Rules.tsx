/** The rules of alerts: when each kind is raised and when it is over, and how much of what each site should have. */
import { ActionIcon, Button, Group, NumberInput, Switch } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../access";
import { ALERT_KINDS, alerts, type AlertKind, type AlertRule, type AlertRules, type LeastStock } from "../../calls/alerts";
import { word } from "../../i18n";
import { Icon } from "../../parts/icons";
import { Page, Tag } from "../../parts/Page";
import { ItemSelect, OwnerSelect, SiteSelect } from "../../parts/Pickers";
import { Refused } from "../../parts/Refused";
import { Sections } from "../../parts/Sections";
import { Empty, Loaded } from "../../parts/States";
import { useSections } from "./sections";

/** What has limits of its own, row by row, or none that people set. */
const NO_LIMITS: ReadonlySet<AlertKind> = new Set(["low-stock"]);
const MINUTE_S = 60;

function RuleRow({ kind, unit, rule, fixed, set }: { kind: AlertKind; unit: string; rule: AlertRule; fixed: boolean; set: (change: Partial<AlertRule>) => void }) {
  const { t } = useTranslation();
  const name = word(t, "watchKind", kind);
  const number = (label: string, value: number, change: (n: number) => Partial<AlertRule>, suffix: string) => (
    <NumberInput size="md" label={label} aria-label={`${name}: ${label}`} min={0} max={1_000_000_000} allowDecimal={false} suffix={` ${suffix}`} disabled={fixed || !rule.on}
      value={value} onChange={(n) => n !== "" && set(change(Number(n)))} />
  );
  return (
    <div className="rr-rule" role="group" aria-label={name}>
      <Switch size="md" label={<span className="rr-strong">{name}</span>} description={word(t, "watchRule", kind)} checked={rule.on} disabled={fixed} onChange={(event) => set({ on: event.currentTarget.checked })} />
      {!NO_LIMITS.has(kind) && number(t("watch.raiseAt"), rule.raise_at, (n) => ({ raise_at: n }), word(t, "watchUnit", unit))}
      {!NO_LIMITS.has(kind) && number(t("watch.clearAt"), rule.clear_at, (n) => ({ clear_at: n }), word(t, "watchUnit", unit))}
      {number(t("watch.hold"), rule.hold_s / MINUTE_S, (n) => ({ hold_s: n * MINUTE_S }), word(t, "watchUnit", "minutes"))}
      {number(t("watch.calmFor"), rule.calm_s / MINUTE_S, (n) => ({ calm_s: n * MINUTE_S }), word(t, "watchUnit", "minutes"))}
    </div>
  );
}

function LeastRow({ row, fixed, set, drop }: { row: LeastStock; fixed: boolean; set: (change: Partial<LeastStock>) => void; drop: () => void }) {
  const { t } = useTranslation();
  return (
    <li className="rr-least">
      <SiteSelect size="md" value={row.site || null} disabled={fixed} onChange={(site) => set({ site: site ?? "" })} />
      <ItemSelect size="md" value={row.item || null} disabled={fixed} onChange={(item) => set({ item: item ?? "" })} />
      <OwnerSelect size="md" clearable placeholder={t("watch.anyOwner")} value={row.owner || null} disabled={fixed} onChange={(owner) => set({ owner: owner ?? "" })} />
      <NumberInput size="md" label={t("watch.least")} min={1} max={1_000_000_000} allowDecimal={false} value={row.least} disabled={fixed} onChange={(n) => n !== "" && set({ least: Number(n), enough: Math.max(row.enough, Number(n)) })} />
      <NumberInput size="md" label={t("watch.enough")} min={row.least} max={1_000_000_000} allowDecimal={false} value={row.enough} disabled={fixed} onChange={(n) => n !== "" && set({ enough: Number(n) })} />
      {!fixed && <ActionIcon size={44} variant="default" aria-label={t("watch.dropRow")} title={t("watch.dropRow")} onClick={drop}><Icon name="close" /></ActionIcon>}
    </li>
  );
}

function Form({ all }: { all: AlertRules }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const fixed = !useMay()("PUT /alert-rules");
  const [kinds, setKinds] = useState(all.kinds);
  const [stock, setStock] = useState<LeastStock[]>(all.stock ?? []);
  const [changed, setChanged] = useState(false);
  const save = useMutation({
    mutationFn: () => alerts.setRules({ kinds, stock }),
    onSuccess: (done) => {
      client.setQueryData(["alertRules"], done);
      setChanged(false);
    },
  });
  const touch = () => {
    setChanged(true);
    save.reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const whole = stock.every((row) => row.site && row.item && row.least >= 1 && row.enough >= row.least);
  return (
    <form onSubmit={submit} style={{ display: "flex", flexDirection: "column", gap: 20 }}>
      <section className="rr-card" aria-label={t("watch.rules")}>
        {ALERT_KINDS.map((kind) => {
          const rule = kinds[kind];
          return rule && <RuleRow key={kind} kind={kind} unit={all.units[kind] ?? ""} rule={rule} fixed={fixed} set={(change) => { setKinds({ ...kinds, [kind]: { ...rule, ...change } }); touch(); }} />;
        })}
      </section>
      <section aria-labelledby="least">
        <h2 className="rr-section" id="least">{t("watch.leastTitle")} <span className="rr-small rr-dim" style={{ fontWeight: 400 }}>{t("watch.leastLead")}</span></h2>
        <div className="rr-card">
          {stock.length === 0 ? <Empty icon="stock" title={t("watch.noLeast")} help={t("watch.noLeastHelp")} />
            : <ul className="rr-alertrows">{stock.map((row, at) => (
              <LeastRow key={at} row={row} fixed={fixed} set={(change) => { setStock(stock.map((old, place) => (place === at ? { ...old, ...change } : old))); touch(); }}
                drop={() => { setStock(stock.filter((_, place) => place !== at)); touch(); }} />
            ))}</ul>}
          {!fixed && <div className="rr-pad"><Button size="md" variant="default" leftSection={<Icon name="plus" size={18} />} onClick={() => { setStock([...stock, { site: "", item: "", owner: "", least: 100, enough: 120 }]); touch(); }}>{t("watch.addRow")}</Button></div>}
        </div>
      </section>
      <Refused error={save.error} />
      {!fixed && (
        <Group gap="md">
          <Button size="md" type="submit" loading={save.isPending} disabled={!changed || !whole}>{t("people.save")}</Button>
          <span role="status">{save.isSuccess && !changed ? <Tag tone="ok">{t("watch.saved")}</Tag> : !whole && <span className="rr-dim">{t("watch.unfinished")}</span>}</span>
        </Group>
      )}
    </form>
  );
}

export default function Rules() {
  const { t } = useTranslation();
  const sections = useSections();
  const found = useQuery({ queryKey: ["alertRules"], queryFn: alerts.rules, refetchInterval: false });
  return (
    <Page title={t("watch.rules")} lead={t("watch.rulesLead")} asOf={found.dataUpdatedAt}>
      <Sections label={t("watch.sections")} sections={sections} />
      <Loaded query={found} rows={10}>{(all) => <Form all={all} />}</Loaded>
    </Page>
  );
}
