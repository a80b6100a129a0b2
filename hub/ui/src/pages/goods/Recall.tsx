/** A lot in trouble: where it is now, whom it reached, what was handed over all the same; recalled or set aside here. */
import { Button, Group, Stack, TextInput } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "wouter";

import { useMay } from "../../access";
import { recall, type Gone, type Held, type LotState, type Recall as RecallOf } from "../../calls/recall";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { Account } from "../../parts/Account";
import { Condition, Expiry, Goods, Owner, Plain, Quantity } from "../../parts/Goods";
import { GoodsField } from "../../parts/GoodsField";
import { Icon } from "../../parts/icons";
import { Ago, Page, Tag } from "../../parts/Page";
import { Pager } from "../../parts/Pager";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { NoteLot } from "./NoteLot";
import { RecallHolders } from "./RecallHolders";

function Which({ item, lot, show }: { item: string | null; lot: string; show: (item: string, lot: string) => void }) {
  const { t } = useTranslation();
  const [goods, setGoods] = useState(item);
  const [number, setNumber] = useState(lot);
  return (
    <form className="rr-card rr-pad rr-noprint" onSubmit={(event) => {
      event.preventDefault();
      if (goods) show(goods, number.trim());
    }}>
      <div className="rr-lineform rr-which">
        <GoodsField label={t("common.item")} item={goods} onItem={(each, read) => {
          setGoods(each);
          if (read !== null) setNumber(read);
        }} />
        <TextInput size="md" label={t("common.lot")} placeholder={t("common.noLot")} maxLength={100} spellCheck={false} value={number} onChange={(event) => setNumber(event.currentTarget.value)} />
        <Button size="md" type="submit" disabled={!goods} leftSection={<Icon name="search" size={18} />}>{t("recall.show")}</Button>
      </div>
    </form>
  );
}

function Figures({ found }: { found: RecallOf }) {
  const { t } = useTranslation();
  const figures: [string, number, boolean][] = [
    [t("recall.here"), found.totals.here, false],
    [t("recall.onTheWay"), found.totals.on_the_way, false],
    [t("recall.withRecipient"), found.totals.with_recipient, found.totals.with_recipient > 0],
    [t("recall.late"), found.late, found.late > 0],
    [t("recall.gone"), found.totals.gone, false],
    [t("recall.unknown"), found.totals.unknown, false],
  ];
  return (
    <dl className="rr-figures" style={{ margin: 0 }}>
      {figures.filter(([, n], index) => n !== 0 || index < 3).map(([title, n, loud]) => (
        <div key={title} className="rr-card rr-figure"><dt>{title}</dt><dd style={loud ? { color: "var(--rr-bad)" } : undefined}><Quantity item={found.item} n={n} /></dd></div>
      ))}
    </dl>
  );
}

function HeldRows({ found }: { found: RecallOf }) {
  const { t } = useTranslation();
  const columns: Column<Held>[] = [
    { key: "where", title: t("recall.where"), lead: true, cell: (row) => <><Tag tone={row.where === "here" ? "ok" : "warn"}>{word(t, "recallWhere", row.where)}</Tag> <Account account={row.place} /></> },
    { key: "unit", title: t("accountKind.unit"), empty: (row) => !row.unit, cell: (row) => row.unit ? <Account account={row.account} /> : <span className="rr-dim">{t("common.none")}</span> },
    { key: "owner", title: t("common.owner"), cell: (row) => <Owner id={row.owner} /> },
    { key: "condition", title: t("common.condition"), empty: (row) => row.condition === "good", cell: (row) => <Condition value={row.condition} /> },
    { key: "n", title: t("common.quantity"), num: true, cell: (row) => <Quantity item={found.item} n={row.quantity} /> },
  ];
  return <Table label={t("recall.held")} columns={columns} rows={found.held} rowKey={(row) => [row.account, row.owner, row.condition].join("|")} />;
}

function GoneRows({ found }: { found: RecallOf }) {
  const { t } = useTranslation();
  const columns: Column<Gone>[] = [
    { key: "what", title: t("settle.done"), lead: true, cell: (row) => (
      <><strong>{word(t, "action", row.action)}</strong> {row.late && <Tag tone="bad">{t("recall.isLate")}</Tag>}
        <div className="rr-step-way"><Account account={row.from} /> <Icon name="arrow" size={16} role="img" aria-label={t("trace.to")} /> <Account account={row.to} /></div>
        {row.task && <div className="rr-mono rr-small rr-dim">{row.task}</div>}
      </>
    ) },
    { key: "n", title: t("common.quantity"), num: true, cell: (row) => <Quantity item={found.item} n={row.quantity} /> },
    { key: "owner", title: t("common.owner"), cell: (row) => <Owner id={row.owner} /> },
    { key: "who", title: t("settle.who"), cell: (row) => <>{row.by ? <Plain text={row.by} /> : <span className="rr-dim">{t("delivery.nobodySignedOn")}</span>}<div className="rr-small rr-dim">{row.device}</div></> },
    { key: "when", title: t("recall.when"), cell: (row) => <When at={row.at} /> },
  ];
  return <Table label={t("recall.went")} columns={columns} rows={found.gone} rowKey={(row) => `${row.device}/${row.stream}/${row.seq}`} />;
}

/** In full: a printed list has no use for "5 min ago". */
function When({ at }: { at: string }) {
  const format = useFormat();
  return <time dateTime={at}>{format.dateTime(at)}</time>;
}

function Lot({ found, state, decide }: { found: RecallOf; state: LotState; decide: ((state: LotState) => void) | null }) {
  const { t } = useTranslation();
  return (
    <>
      <div className="rr-card rr-pad">
        <dl className="rr-pairs">
          <div><dt>{t("common.item")}</dt><dd><Goods item={found.item} /></dd></div>
          <div><dt>{t("common.lot")}</dt><dd>{found.lot ? <Plain mono text={found.lot} /> : t("common.noLot")}</dd></div>
          <div><dt>{t("common.expiry")}</dt><dd><Expiry day={found.expiry} site={null} /></dd></div>
          <div><dt>{t("recall.state")}</dt><dd><Tag tone={state === "ok" ? "ok" : state === "recalled" ? "bad" : "warn"}>{word(t, "lotState", state)}</Tag></dd></div>
        </dl>
        {found.notice && <p className="rr-note"><strong><Plain text={found.notice.reason} most={500} /></strong><br /><Plain text={found.notice.by} /> · <Ago at={found.notice.at} /></p>}
        {decide && (
          <Group gap="sm" mt="md" className="rr-noprint">
            {state !== "recalled" && <Button size="md" color="red.9" onClick={() => decide("recalled")}>{t("recall.recall")}</Button>}
            {state !== "quarantined" && <Button size="md" variant="default" onClick={() => decide("quarantined")}>{t("recall.setAside")}</Button>}
            {state !== "ok" && <Button size="md" variant="default" onClick={() => decide("ok")}>{t("recall.release")}</Button>}
          </Group>
        )}
      </div>
      <Figures found={found} />
      {found.lotless > 0 && <p className="rr-note" style={{ margin: 0 }}><Icon name="alert" size={16} /> {t("recall.lotless")} <Quantity item={found.item} n={found.lotless} /></p>}
      <RecallHolders item={found.item} lot={found.lot} />
      <section aria-labelledby="held"><h2 className="rr-section" id="held">{t("recall.held")}</h2>
        <div className="rr-card">{found.held.length > 0 ? <HeldRows found={found} /> : <Empty icon="check" title={t("recall.nothingHeld")} help={t("recall.nothingHeldHelp")} />}</div>
      </section>
      <section aria-labelledby="went"><h2 className="rr-section" id="went">{t("recall.went")}</h2>
        <div className="rr-card">{found.gone.length > 0 ? <GoneRows found={found} /> : <Empty icon="check" title={t("recall.nothingWent")} help={t("recall.nothingWentHelp")} />}</div>
      </section>
    </>
  );
}

export default function Recall() {
  const { t } = useTranslation();
  const may = useMay();
  const [params, setParams] = useSearchParams();
  const [item, lot, cursor] = [params.get("item"), params.get("lot") ?? "", params.get("cursor")];
  const [deciding, setDeciding] = useState<LotState | null>(null);
  const found = useQuery({ queryKey: ["recall", item, lot, cursor], queryFn: () => recall.one(item!, lot, cursor), enabled: item !== null, placeholderData: keepPreviousData });
  const notes = useQuery({ queryKey: ["lotNotes", item], queryFn: () => recall.notes(item!), enabled: item !== null });
  const speaking = notes.data?.notes.filter((note) => note.lot === lot || note.lot === "") ?? [];
  const own = speaking.find((note) => note.lot === lot) ?? speaking[0];
  const state: LotState = found.data?.notice ? "recalled" : (own?.state ?? "ok");
  return (
    <Page title={t("recall.title")} lead={t("recall.lead")} asOf={item === null ? undefined : found.dataUpdatedAt} actions={item !== null && found.data && (
      <Group gap="sm" className="rr-noprint">
        {may("GET /exports/recall.csv") && <Button size="md" variant="default" component="a" href={recall.file(item, lot)} download="recall.csv" leftSection={<Icon name="save" size={18} />}>{t("recall.csv")}</Button>}
        <Button size="md" variant="default" onClick={() => window.print()}>{t("recall.print")}</Button>
      </Group>
    )}>
      <Which key={`${item}|${lot}`} item={item} lot={lot} show={(goods, number) => setParams({ item: goods, ...(number ? { lot: number } : {}) })} />
      {item === null
        ? <div className="rr-card"><Empty icon="search" title={t("recall.start")} help={t("recall.startHelp")} /></div>
        : <Stack gap="lg"><Loaded query={found}>{(data) => <Lot found={data} state={state} decide={may("POST /lots/notes") ? setDeciding : null} />}</Loaded></Stack>}
      {item !== null && <Pager cursor={cursor} next={found.data?.next ?? null} onCursor={(next) => setParams({ item, lot, ...(next ? { cursor: next } : {}) })} />}
      {deciding && item !== null && <NoteLot item={item} lot={lot} state={deciding} onClose={() => setDeciding(null)} />}
    </Page>
  );
}
