/** Pick lists with how much of each line was fetched; closed or cancelled by people. */
import { Button, Select } from "@mantine/core";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../access";
import { allocation, type Pick, type PickLine, type PickState } from "../../calls/allocation";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { Account, useOwnerName, useSiteName } from "../../parts/Account";
import { Dialog, Sure } from "../../parts/Dialog";
import { Export } from "../../parts/Export";
import { Meter } from "../../parts/Meter";
import { Ago, Page, Tag, type Tone } from "../../parts/Page";
import { Pager } from "../../parts/Pager";
import { SiteSelect, useFilters, useGoods } from "../../parts/Pickers";
import { SearchField } from "../../parts/SearchField";
import { Sections } from "../../parts/Sections";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { useSections } from "./sections";

const STATES = ["open", "closed", "cancelled"];
const TONES: Record<PickState, Tone> = { open: "note", picked: "ok", closed: "ok", cancelled: "plain" };

function Lines({ pick }: { pick: Pick }) {
  const { t } = useTranslation();
  const format = useFormat();
  const goods = useGoods();
  const ownerName = useOwnerName();
  const columns: Column<PickLine>[] = [
    { key: "bin", title: t("picks.from"), cell: (row) => row.bin ? <span className="rr-tag">{row.bin.toUpperCase()}</span> : <span className="rr-dim">{t("picks.anywhere")}</span> },
    { key: "what", title: t("common.item"), lead: true, cell: (row) => (
      <>
        <div className="rr-strong rr-any">{goods(row.item).name}</div>
        <div className="rr-small rr-dim">{row.lot ? <>{t("common.lot")} <span className="rr-mono">{row.lot}</span></> : t("common.noLot")} · {ownerName(row.owner)}</div>
      </>
    ) },
    { key: "expiry", title: t("common.expiry"), empty: (row) => !row.expiry, cell: (row) => row.expiry && <span className="rr-nowrap">{format.date(row.expiry)}</span> },
    { key: "n", title: t("picks.progress"), cell: (row) => (
      <Meter done={row.picked} all={row.n} tone={row.picked >= row.n ? "ok" : "note"}>
        {t("picks.fetched", { done: format.number(row.picked), all: format.number(row.n) })} <span className="rr-small rr-dim">{goods(row.item).unit}</span>
      </Meter>
    ) },
  ];
  return (
    <>
      <Table label={t("picks.linesOf", { id: pick.id })} columns={columns} rows={pick.lines} rowKey={(row) => String(row.line)} />
      {pick.besides.map((row) => (
        <div key={[row.item, row.lot, row.owner].join("|")} className="rr-pad"><Tag tone="warn">{t("picks.besides", { n: format.number(row.n), name: goods(row.item).name, lot: row.lot || t("common.noLot") })}</Tag></div>
      ))}
    </>
  );
}

function One({ pick, opened, onEnd }: { pick: Pick; opened: boolean; onEnd: ((how: "close" | "cancel") => void) | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const siteName = useSiteName();
  const ownerName = useOwnerName();
  return (
    <li className="rr-entry">
      <div className="rr-entry-head">
        <div>
          <div><strong className="rr-mono">{pick.id}</strong> <Tag tone={TONES[pick.state]}>{word(t, "pickState", pick.state)}</Tag></div>
          <div className="rr-entry-meta"><span>{siteName(pick.site)} → <Account account={pick.destination} /></span><span className="rr-dim">{ownerName(pick.organisation)}</span></div>
          <div className="rr-small rr-dim"><span className="rr-any">{pick.made_by}</span> · <Ago at={pick.made_at} /></div>
        </div>
        <Meter done={pick.picked} all={pick.n} tone={pick.picked >= pick.n ? "ok" : "note"}>{t("picks.fetched", { done: format.number(pick.picked), all: format.number(pick.n) })}</Meter>
      </div>
      <details open={opened}>
        <summary>{t("picks.lines", { n: format.number(pick.lines.length) })}</summary>
        <Lines pick={pick} />
      </details>
      {onEnd && (pick.state === "open" || pick.state === "picked") && (
        <div className="rr-deeds" style={{ marginTop: 10 }}>
          <Button variant={pick.state === "picked" ? "filled" : "default"} aria-label={t("picks.closeOne", { id: pick.id })} onClick={() => onEnd("close")}>{t("picks.close")}</Button>
          <Button variant="light" color="red" aria-label={t("picks.cancelOne", { id: pick.id })} onClick={() => onEnd("cancel")}>{t("picks.cancel")}</Button>
        </div>
      )}
    </li>
  );
}

export default function Picks() {
  const { t } = useTranslation();
  const may = useMay();
  const client = useQueryClient();
  const sections = useSections();
  const { values, cursor, any, set, clear } = useFilters(["text", "site", "state", "pick"] as const);
  const [ending, setEnding] = useState<{ pick: Pick; how: "close" | "cancel" } | null>(null);
  const filter = { text: values.text, site: values.site, state: values.state, cursor };
  const list = useQuery({ queryKey: ["picks", filter], queryFn: () => allocation.picks(filter), placeholderData: keepPreviousData });
  const end = useMutation({
    mutationFn: ({ pick, how }: { pick: Pick; how: "close" | "cancel" }) => (how === "close" ? allocation.closePick : allocation.cancelPick)(pick.id),
    onSuccess: () => {
      setEnding(null);
      void client.invalidateQueries({ predicate: ({ queryKey }) => ["needs", "need", "reservations", "picks"].includes(String(queryKey[0])) });
    },
  });
  const back = () => {
    end.reset();
    setEnding(null);
  };
  const closing = ending?.how === "close";
  return (
    <Page title={t("picks.title")} lead={t("picks.lead")} asOf={list.dataUpdatedAt} actions={<>{any && <Button variant="default" onClick={clear}>{t("common.clear")}</Button>}<Export list="picks" filter={filter} /></>}>
      <Sections label={t("needs.sections")} sections={sections} />
      <div className="rr-card rr-pad rr-filters" role="search" aria-label={t("stock.filters")}>
        <SearchField value={values.text} set={(value) => set("text", value)} />
        <SiteSelect clearable placeholder={t("stock.allSites")} value={values.site} onChange={(value) => set("site", value)} />
        <Select label={t("needs.state")} placeholder={t("needs.all")} clearable value={values.state} data={STATES.map((state) => ({ value: state, label: word(t, "pickState", state) }))}
          onChange={(value) => set("state", value)} />
      </div>
      <div className="rr-card" aria-busy={list.isPlaceholderData}>
        <Loaded query={list}>
          {(page) => page.rows.length === 0 ? <Empty icon="stock" title={t("picks.empty")} help={t("picks.emptyHelp")} /> : (
            <ul className="rr-entries" aria-label={t("picks.title")}>
              {page.rows.map((pick) => <One key={pick.id} pick={pick} opened={pick.id === values.pick || page.rows.length === 1}
                onEnd={may("POST /picks/{pick}/closing") ? (how) => setEnding({ pick, how }) : null} />)}
            </ul>
          )}
        </Loaded>
      </div>
      <Pager cursor={cursor} next={list.data?.next ?? null} onCursor={(next) => set("cursor", next)} />
      {ending && (
        <Dialog title={ending.pick.id} size="md" onClose={back}>
          <Sure question={closing ? t("picks.closeSure") : t("picks.cancelSure")} facts={closing ? [t("picks.closeFact")] : [t("picks.cancelFact"), t("picks.cancelBack")]}
            action={closing ? t("picks.close") : t("picks.cancel")} danger={!closing} pending={end.isPending} error={end.error} onSure={() => end.mutate(ending)} onBack={back} />
        </Dialog>
      )}
    </Page>
  );
}
