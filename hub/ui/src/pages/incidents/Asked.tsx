/** What is asked for in an incident: how many requests are in each state, the goods, and the next step of all at once. */
import { Alert, Button, Group } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../access";
import type { Step, Whole } from "../../calls/incidents";
import { relief } from "../../calls/relief";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { Dialog, Sure } from "../../parts/Dialog";
import { Goods, Quantity } from "../../parts/Goods";
import { Meter } from "../../parts/Meter";
import { Table, type Column } from "../../parts/Table";

/** So many requests are decided about in one go, as the hub bounds it. */
const AT_ONCE = "500";
/** The state that each step is for. */
const STEPS: readonly [string, Step][] = [["draft", "submit"], ["asked", "approve"], ["approved", "allocate"]];

export function Asked({ whole }: { whole: Whole }) {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const client = useQueryClient();
  const [step, setStep] = useState<{ state: string; event: Step } | null>(null);
  const id = whole.incident.id;
  const decide = useMutation({
    mutationFn: async ({ state, event }: { state: string; event: Step }) => {
      const { rows } = await relief.requests({ incident: id, state, limit: AT_ONCE });
      return relief.decideMany(event, rows.map((row) => row.id));
    },
    onSettled: () => {
      setStep(null);
      void client.invalidateQueries({ predicate: ({ queryKey }) => ["incident", "readiness", "requests"].includes(String(queryKey[0])) });
    },
  });
  const counts = Object.entries(whole.requests).sort(([, a], [, b]) => b - a);
  const allowed = { submit: may("POST /requests/decisions"), approve: may("POST /requests/{request}/approval"), allocate: may("POST /requests/{request}/allocation") };
  const columns: Column<Whole["wanted"][number]>[] = [
    { key: "item", title: t("common.item"), lead: true, cell: (row) => <Goods item={row.item} /> },
    { key: "n", title: t("incident.asked"), num: true, cell: (row) => <Quantity item={row.item} n={row.n} /> },
    { key: "given", title: t("incident.given"), cell: (row) => <Meter done={row.given} all={row.n} tone="ok"><Quantity item={row.item} n={row.given} /></Meter> },
  ];
  return (
    <section aria-label={t("incident.requests")}>
      <h2 className="rr-section">{t("incident.requests")}</h2>
      <div className="rr-card">
        <div className="rr-pad" style={{ display: "grid", gap: 12 }}>
          <div>{counts.length === 0 ? t("incident.noRequests") : counts.map(([state, n]) => (
            <span key={state} className="rr-nowrap" style={{ marginRight: 18 }}>{word(t, "requestState", state)} <strong>{format.number(n)}</strong></span>
          ))}</div>
          <Group gap="sm">
            {STEPS.filter(([state, event]) => whole.requests[state] && allowed[event]).map(([state, event]) => (
              <Button key={event} size="md" variant="default" loading={decide.isPending} onClick={() => setStep({ state, event })}>{word(t, "step", event)}</Button>
            ))}
          </Group>
          {decide.data && decide.data.lacking.length > 0 && <Alert color="yellow" variant="light" role="status">{t("incident.lacking", { n: format.number(decide.data.lacking.length) })}</Alert>}
        </div>
        {whole.wanted.length > 0 && <Table label={t("incident.requests")} columns={columns} rows={whole.wanted} rowKey={(row) => row.item} />}
      </div>
      {step && (
        <Dialog title={word(t, "step", step.event)} size="md" onClose={() => setStep(null)}>
          <Sure question={word(t, "stepSure", step.event)} facts={[t("incident.stepFact", { n: format.number(Math.min(500, whole.requests[step.state] ?? 0)) })]} danger={false}
            action={word(t, "step", step.event)} pending={decide.isPending} error={decide.error} onSure={() => decide.mutate(step)} onBack={() => setStep(null)} />
        </Dialog>
      )}
    </section>
  );
}
