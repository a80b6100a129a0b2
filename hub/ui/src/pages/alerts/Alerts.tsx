/** Alerts: what is open first, by urgency; what was seen, given to somebody, or is over, by the filters. */
import { Button, Select, Switch } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../access";
import { ALERT_KINDS, ALERT_STATES, alerts, type Alert } from "../../calls/alerts";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { useSiteName } from "../../parts/Account";
import { AlertLink, AlertState, ICONS, Seen, Urgency, useAcknowledge } from "../../parts/Alerts";
import { Dialog, Sure } from "../../parts/Dialog";
import { Export } from "../../parts/Export";
import { Owner } from "../../parts/Goods";
import { Icon } from "../../parts/icons";
import { Ago, Page } from "../../parts/Page";
import { Pager } from "../../parts/Pager";
import { SiteSelect, useFilters } from "../../parts/Pickers";
import { SearchField } from "../../parts/SearchField";
import { Sections } from "../../parts/Sections";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { useUser } from "../../session";
import { play, readySound, soundWanted, wantSound } from "../../sound";
import { useSections } from "./sections";

const FILTERS = ["text", "state", "kind", "site", "severity", "assigned"] as const;
/** How the address says that all are wanted; nothing said, the open ones are. */
const ALL = "all";

function Sound() {
  const { t } = useTranslation();
  const [on, setOn] = useState(soundWanted);
  return (
    <div className="rr-card rr-pad" style={{ display: "flex", flexWrap: "wrap", gap: 18, alignItems: "center" }}>
      <Switch size="md" label={t("watch.sound")} description={t("watch.soundHelp")} checked={on} onChange={(event) => {
        wantSound(event.currentTarget.checked);
        setOn(event.currentTarget.checked);
        readySound();
      }} />
      <Button size="md" variant="default" onClick={() => play("urgent")}>{t("watch.soundTest")}</Button>
    </div>
  );
}

/** The open ones of the page that is shown, all at once. */
function SeenAll({ rows }: { rows: Alert[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const [asked, setAsked] = useState(false);
  const seen = useAcknowledge<string[]>();
  const ids = rows.filter((row) => row.state === "open").map((row) => row.id);
  const close = () => { setAsked(false); seen.reset(); };
  if ((ids.length < 2 && !asked) || !may("POST /alerts/acknowledgements")) return null;
  const n = format.number(ids.length);
  return (
    <>
      <Button size="md" variant="default" onClick={() => setAsked(true)}>{t("watch.acknowledgeAll", { n })}</Button>
      {asked && (
        <Dialog title={t("watch.acknowledgeAll", { n })} size="md" onClose={close}>
          <Sure question={t("watch.acknowledgeAllSure", { n })} facts={[t("watch.acknowledgeAllFact")]} action={t("watch.acknowledge")} danger={false}
            pending={seen.isPending} error={seen.error} onBack={close} onSure={() => seen.mutate(ids, { onSuccess: close })} />
        </Dialog>
      )}
    </>
  );
}

/** Up and down go from alert to alert; `a` acknowledges (parts/Watch.tsx). */
function walk(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
  if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-alert]")];
  const row = (event.target as HTMLElement).closest("tr");
  const at = all.findIndex((each) => each === event.target || row?.contains(each));
  const next = all[Math.min(all.length - 1, Math.max(0, at + step))];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

function useColumns(): Column<Alert>[] {
  const { t } = useTranslation();
  const siteName = useSiteName();
  return [
    { key: "what", title: t("watch.what"), lead: true, cell: (row) => (
      <div style={{ display: "flex", gap: 12, alignItems: "flex-start" }}>
        <Icon name={ICONS[row.kind]} size={22} style={{ marginTop: 2 }} />
        <div><AlertLink alert={row} /><div className="rr-small rr-dim">{word(t, "watchKind", row.kind)}</div></div>
      </div>
    ) },
    { key: "urgency", title: t("watch.urgency"), cell: (row) => <Urgency alert={row} /> },
    { key: "state", title: t("journey.state"), empty: (row) => row.state === "open" && !row.assigned, cell: (row) => <><AlertState alert={row} />{row.assigned && <div className="rr-small rr-dim rr-any">{row.assigned}</div>}</> },
    { key: "site", title: t("common.site"), empty: (row) => !row.site, cell: (row) => row.site ? siteName(row.site) : <span className="rr-dim">{t("common.none")}</span> },
    { key: "owner", title: t("common.owner"), empty: (row) => row.owner === null, cell: (row) => row.owner === null ? <span className="rr-dim">{t("common.none")}</span> : <Owner id={row.owner} /> },
    { key: "since", title: t("common.since"), cell: (row) => <Ago at={row.raised_at} /> },
    { key: "do", title: t("common.actions"), empty: (row) => row.state !== "open", cell: (row) => <Seen alert={row} /> },
  ];
}

export default function Alerts() {
  const { t } = useTranslation();
  const format = useFormat();
  const user = useUser();
  const sections = useSections();
  const columns = useColumns();
  const { values, cursor, any, set, clear } = useFilters(FILTERS);
  const filter = { ...values, state: values.state === ALL ? null : values.state ?? (values.assigned || values.text ? null : "open") };
  const list = useQuery({ queryKey: ["alerts", filter, cursor], queryFn: () => alerts.list({ ...filter, cursor }), placeholderData: keepPreviousData });
  const [focus, setFocus] = useState(true);
  useEffect(() => { // the first alert has the focus at once: the page is for whoever was woken up
    if (!focus || !list.data) return;
    setFocus(false);
    document.querySelector<HTMLElement>(".rr-alertlist [data-alert]")?.focus({ preventScroll: true });
  }, [focus, list.data]);
  const open = list.data?.open;
  const calm = filter.state === "open" && !values.kind && !values.site && !values.severity;
  return (
    <Page title={t("watch.title")} lead={t("watch.lead")} asOf={list.dataUpdatedAt}
      actions={<>{any && <Button size="md" variant="default" onClick={clear}>{t("common.clear")}</Button>}<SeenAll rows={list.data?.rows ?? []} /><Export list="alerts" filter={filter} /></>}>
      <Sections label={t("watch.sections")} sections={sections} />
      <div className="rr-card rr-pad rr-filters" role="search" aria-label={t("stock.filters")}>
        <SearchField value={values.text} set={(value) => set("text", value)} />
        <Select label={t("journey.state")} allowDeselect={false} value={values.state ?? filter.state ?? ALL} onChange={(value) => set("state", value)}
          data={[...ALERT_STATES.map((state) => ({ value: state as string, label: word(t, "watchState", state) })), { value: ALL, label: t("watch.all") }]} />
        <Select label={t("watch.urgency")} clearable placeholder={t("watch.anyUrgency")} value={values.severity} onChange={(value) => set("severity", value)}
          data={["1", "2", "3"].map((value) => ({ value, label: word(t, "urgency", value) }))} />
        <Select label={t("common.kind")} clearable placeholder={t("settle.allKinds")} value={values.kind} onChange={(value) => set("kind", value)}
          data={ALERT_KINDS.map((value) => ({ value, label: word(t, "watchKind", value) }))} />
        <SiteSelect clearable value={values.site} onChange={(value) => set("site", value)} />
        <Select label={t("watch.assigned")} clearable placeholder={t("watch.anybody")} value={values.assigned} onChange={(value) => set("assigned", value)}
          data={[{ value: user.name, label: t("watch.me", { name: user.name }) }, ...(values.assigned && values.assigned !== user.name ? [{ value: values.assigned, label: values.assigned }] : [])]} />
      </div>
      {open && <p className="rr-small rr-dim" style={{ margin: 0 }}>{t("watch.counted", { now: format.number(open["1"] ?? 0), soon: format.number(open["2"] ?? 0), know: format.number(open["3"] ?? 0) })} {t("watch.keys")}</p>}
      <div className="rr-card rr-alertlist" aria-busy={list.isPlaceholderData} onKeyDown={walk} role="region" aria-label={t("watch.title")}>
        <Loaded query={list} rows={8}>
          {(page) => page.rows.length === 0
            ? <Empty icon="check" title={calm ? t("watch.calm") : t("watch.noneFound")} help={calm ? t("watch.calmHelp") : t("watch.noneFoundHelp")}>{any && <Button variant="default" onClick={clear}>{t("common.clear")}</Button>}</Empty>
            : <Table label={t("watch.title")} columns={columns} rows={page.rows} rowKey={(row) => row.id} />}
        </Loaded>
      </div>
      <Pager cursor={cursor} next={list.data?.next ?? null} onCursor={(next) => set("cursor", next)} />
      <Sound />
    </Page>
  );
}
