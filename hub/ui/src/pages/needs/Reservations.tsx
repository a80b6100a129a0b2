/** What is kept for a need: how long yet, given back, or let go to a pick list. */
import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { query } from "../../api";
import { useMay } from "../../access";
import { allocation, type Reservation, type ReservationState } from "../../calls/allocation";
import { useNow } from "../../clock";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { useOwnerName, useSiteName } from "../../parts/Account";
import { Dialog, Sure } from "../../parts/Dialog";
import { Tag, type Tone } from "../../parts/Page";
import { useGoods } from "../../parts/Pickers";
import { Refused } from "../../parts/Refused";
import { Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";

const TONES: Record<ReservationState, Tone> = { held: "note", picking: "note", closed: "ok", cancelled: "plain", expired: "warn" };

function Standing({ row }: { row: Reservation }) {
  const { t } = useTranslation();
  const format = useFormat();
  const left = (Date.parse(row.expires_at) - useNow()) / 1_000;
  const state = row.state === "held" && left <= 0 ? "expired" : row.state;
  return (
    <>
      <Tag tone={TONES[state]}>{word(t, "reservationState", state)}</Tag>
      {state === "held" && <div className="rr-small" title={format.dateTime(row.expires_at)} style={left < 3_600 ? { color: "var(--rr-warn)" } : undefined}>{t("need.left", { span: format.span(left) })}</div>}
      {row.pick && <div className="rr-small"><Link href={"/picks" + query({ pick: row.pick })}>{t("need.onList", { id: row.pick })}</Link></div>}
      {row.pick && <div className="rr-small rr-dim">{t("picks.fetched", { done: format.number(row.picked), all: format.number(row.n) })}</div>}
    </>
  );
}

export function Reservations({ need }: { need: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const client = useQueryClient();
  const goods = useGoods();
  const siteName = useSiteName();
  const ownerName = useOwnerName();
  const [ending, setEnding] = useState<Reservation | null>(null);
  const list = useQuery({ queryKey: ["reservations", need], queryFn: () => allocation.reservations({ need }) });
  const renew = () => void client.invalidateQueries({ predicate: ({ queryKey }) => ["needs", "need", "candidates", "reservations", "picks"].includes(String(queryKey[0])) });
  const release = useMutation({ mutationFn: allocation.release, onSuccess: renew });
  const cancel = useMutation({
    mutationFn: allocation.cancelReservation,
    onSuccess: () => {
      setEnding(null);
      renew();
    },
  });
  const steers = may("POST /picks");
  const held = (list.data?.rows ?? []).filter((row) => row.state === "held");
  const sites = [...new Set(held.map((row) => row.site))];
  const columns: Column<Reservation>[] = [
    { key: "what", title: t("common.lot"), lead: true, cell: (row) => (
      <>
        <div className="rr-strong rr-any">{goods(row.item).name}</div>
        <div className="rr-small rr-dim">{row.lot ? <>{t("common.lot")} <span className="rr-mono">{row.lot}</span></> : t("common.noLot")} {row.substitute && <Tag tone="note">{t("need.isSubstitute")}</Tag>}</div>
      </>
    ) },
    { key: "n", title: t("common.quantity"), num: true, cell: (row) => (
      <>
        <span className="rr-strong">{format.number(row.n)}</span> <span className="rr-small rr-dim">{goods(row.item).unit}</span>
        {row.pieces > 1 && <div className="rr-small rr-dim rr-nowrap">{t("need.times", { n: format.number(row.pieces), all: format.number(row.n * row.pieces) })}</div>}
      </>
    ) },
    { key: "site", title: t("common.site"), cell: (row) => <>{siteName(row.site)}<div className="rr-small rr-dim">{ownerName(row.owner)}</div></> },
    { key: "state", title: t("needs.state"), cell: (row) => <Standing row={row} /> },
    { key: "do", title: "", empty: (row) => !steers || row.state !== "held", cell: (row) => steers && row.state === "held" && (
      <div className="rr-deeds">
        <Button loading={release.isPending} onClick={() => release.mutate([row.id])}>{t("need.release")}</Button>
        <Button variant="default" onClick={() => setEnding(row)}>{t("need.giveBack")}</Button>
      </div>
    ) },
  ];
  return (
    <section aria-labelledby="reservations">
      <h2 className="rr-section" id="reservations">{t("need.reservations")}</h2>
      <Refused error={release.error} />
      <div className="rr-card">
        <Loaded query={list} rows={2}>
          {(page) => page.rows.length === 0 ? <p className="rr-pad rr-dim">{t("need.nothingReserved")}</p>
            : <Table label={t("need.reservations")} columns={columns} rows={page.rows} rowKey={(row) => row.id} />}
        </Loaded>
        {steers && sites.filter((site) => held.filter((row) => row.site === site).length > 1).map((site) => (
          <div key={site} className="rr-pad">
            <Button size="md" loading={release.isPending} onClick={() => release.mutate(held.filter((row) => row.site === site).map((row) => row.id))}>
              {t("need.releaseAll", { n: held.filter((row) => row.site === site).length, site: siteName(site) })}
            </Button>
          </div>
        ))}
      </div>
      {ending && (
        <Dialog title={t("need.giveBack")} size="md" onClose={() => setEnding(null)}>
          <Sure question={t("need.giveBackSure", { n: format.number(ending.n), name: goods(ending.item).name })} facts={[t("need.giveBackFact")]} action={t("need.giveBack")}
            pending={cancel.isPending} error={cancel.error} onSure={() => cancel.mutate(ending.id)} onBack={() => setEnding(null)} />
        </Dialog>
      )}
    </section>
  );
}
