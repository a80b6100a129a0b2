/** One incident: where it is, who lives there, the clock since the alert, what is asked for, and how ready we are. */
import { Button, Group } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useMay } from "../../access";
import { incidents, report, type Settlement, type Whole } from "../../calls/incidents";
import { useNow } from "../../clock";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { Dialog, Sure } from "../../parts/Dialog";
import { Plain } from "../../parts/Goods";
import { Icon } from "../../parts/icons";
import { Ago, Page } from "../../parts/Page";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { AreaMap } from "./AreaMap";
import { Asked } from "./Asked";
import { IncidentTags } from "./IncidentTags";
import { Propose } from "./Propose";
import { ReadySites } from "./ReadySites";

/** Hours, minutes and seconds, as a clock that runs. */
function lasting(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const two = (value: number) => String(value).padStart(2, "0");
  return `${Math.floor(seconds / 3_600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

function Clock({ whole }: { whole: Whole }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const { alerted_at, asked_at, loaded_at, given_at } = whole.clock;
  const since = (at: string | null) => lasting((at ? Date.parse(at) : now) - Date.parse(alerted_at));
  const runs = whole.incident.state === "open";
  const step = (title: string, at: string | null) => (
    <div className="rr-card rr-figure">
      <dt>{title}</dt>
      <dd style={at ? undefined : { color: "var(--rr-warn)" }}>{at || runs ? since(at) : "–"}</dd>
      <dd className="rr-dim">{at ? format.dateTime(at) : runs ? t("incident.runs") : t("incident.never")}</dd>
    </div>
  );
  return (
    <dl className="rr-figures" style={{ margin: 0 }} aria-label={t("incident.clock")}>
      {step(t("incident.toRequest"), asked_at)}
      {step(t("incident.toLoad"), loaded_at)}
      {step(t("incident.toHand"), given_at)}
      <div className="rr-card rr-figure"><dt>{t("incident.people")}</dt><dd>{format.number(whole.population)}</dd>
        <dd className="rr-dim">{t("incident.households", { n: format.number(whole.households), places: format.number(whole.settlements_count) })}</dd></div>
    </dl>
  );
}

function About({ whole }: { whole: Whole }) {
  const { t, i18n } = useTranslation();
  const { incident } = whole;
  const words = whole.words.find((each) => each.language.toLowerCase().startsWith(i18n.language)) ?? whole.words[0];
  return (
    <div className="rr-card rr-pad" style={{ display: "grid", gap: 12 }}>
      <IncidentTags incident={incident} />
      <dl className="rr-pairs">
        <div><dt>{t("incidents.alertedAt")}</dt><dd><Ago at={incident.alerted_at} /></dd></div>
        {(words?.event || incident.kind) && <div><dt>{t("incidents.kind")}</dt><dd><Plain text={words?.event || incident.kind} /></dd></div>}
        {words?.area && <div><dt>{t("incident.where")}</dt><dd><Plain text={words.area} most={300} /></dd></div>}
        <div><dt>{t("incident.enteredBy")}</dt><dd><span className="rr-any">{incident.made_by}</span></dd></div>
      </dl>
      {words?.description && <p className="rr-any" style={{ margin: 0 }}><Plain text={words.description} most={2_000} /></p>}
      {words?.instruction && <p className="rr-any rr-strong" style={{ margin: 0 }}><Plain text={words.instruction} most={1_000} /></p>}
      {whole.alerts.length > 0 && (
        <div className="rr-small rr-dim">
          {t("incident.alerts")}
          <ul className="rr-facts">{whole.alerts.map((each) => (
            <li key={`${each.sender}/${each.identifier}/${each.sent}`}>{word(t, "alertKind", each.kind)} · <Plain mono text={each.identifier} /> · <Plain text={each.sender} /> · <Ago at={each.sent} /></li>
          ))}</ul>
        </div>
      )}
    </div>
  );
}

export function SettlementTable({ rows, label }: { rows: Settlement[]; label: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const count = (value: number | null) => value === null ? <span className="rr-dim">{t("settlements.notCounted")}</span> : format.number(value);
  const columns: Column<Settlement>[] = [
    { key: "name", title: t("settlements.one"), lead: true, cell: (row) => <><span className="rr-strong"><Plain text={format.name(row) ?? row.id} /></span> <span className="rr-small rr-dim rr-mono">{row.id}</span></> },
    { key: "people", title: t("incident.people"), num: true, cell: (row) => format.number(row.population) },
    { key: "households", title: t("settlements.households"), num: true, cell: (row) => count(row.households) },
    { key: "elderly", title: word(t, "group", "elderly"), num: true, empty: (row) => row.elderly === null, cell: (row) => count(row.elderly) },
    { key: "infant", title: word(t, "group", "infant"), num: true, empty: (row) => row.infant === null, cell: (row) => count(row.infant) },
  ];
  return <Table label={label} columns={columns} rows={rows} rowKey={(row) => row.id} />;
}

export default function IncidentOne({ id }: { id: string }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const client = useQueryClient();
  const [open, setOpen] = useState<"close" | "propose" | null>(null);
  const found = useQuery({ queryKey: ["incident", id], queryFn: () => incidents.one(id) });
  const decide = useMutation({
    mutationFn: (closes: boolean) => (closes ? incidents.close(id) : incidents.reopen(id)),
    onSuccess: () => {
      setOpen(null);
      void client.invalidateQueries({ predicate: ({ queryKey }) => ["incidents", "incident"].includes(String(queryKey[0])) });
    },
  });
  const incident = found.data?.incident;
  const title = incident ? format.name(incident) ?? incident.id : t("incidents.one");
  return (
    <Page title={title} asOf={found.dataUpdatedAt}
      actions={incident && (
        <Group gap="sm">
          {may("GET /incidents/{incident}/report") && <Button size="md" variant="default" component="a" href={report(id, i18n.language)} target="_blank" rel="noopener" leftSection={<Icon name="print" size={18} />}>{t("incident.report")}</Button>}
          {incident.state !== "closed" && may("POST /incidents/{incident}/closing") && <Button size="md" variant="default" onClick={() => setOpen("close")}>{t("incident.close")}</Button>}
          {incident.state !== "open" && may("POST /incidents/{incident}/reopening") && <Button size="md" variant="default" loading={decide.isPending} onClick={() => decide.mutate(false)}>{t("incident.reopen")}</Button>}
          {incident.state === "open" && may("POST /incidents/{incident}/proposal") && <Button size="md" leftSection={<Icon name="needs" size={18} />} onClick={() => setOpen("propose")}>{t("incident.propose")}</Button>}
        </Group>
      )}>
      <div><Link href="/incidents"><Icon name="left" size={16} style={{ verticalAlign: "-3px" }} /> {t("incidents.title")}</Link></div>
      <Loaded query={found}>
        {(whole) => (
          <>
            <Clock whole={whole} />
            <About whole={whole} />
            <AreaMap whole={whole} />
            <Asked whole={whole} />
            {may("GET /incidents/{incident}/readiness") && <ReadySites incident={id} />}
            <section aria-label={t("incident.settlements")}>
              <h2 className="rr-section">{t("incident.settlements")}</h2>
              <div className="rr-card">
              {whole.settlements.length === 0 ? <Empty icon="user" title={t("incident.nobody")} help={t("incident.nobodyHelp")} />
                : <SettlementTable rows={whole.settlements} label={t("incident.settlements")} />}
              {whole.settlements_count > whole.settlements.length && <div className="rr-pad rr-small rr-dim">{t("incident.more", { n: format.number(whole.settlements_count - whole.settlements.length) })}</div>}
              </div>
            </section>
          </>
        )}
      </Loaded>
      {open === "close" && (
        <Dialog title={t("incident.close")} size="md" onClose={() => setOpen(null)}>
          <Sure question={t("incident.closeSure")} facts={[t("incident.closeFact"), t("incident.closeKept")]} action={t("incident.close")} pending={decide.isPending} error={decide.error}
            onSure={() => decide.mutate(true)} onBack={() => setOpen(null)} />
        </Dialog>
      )}
      {open === "propose" && <Propose incident={id} onClose={() => setOpen(null)} />}
    </Page>
  );
}
