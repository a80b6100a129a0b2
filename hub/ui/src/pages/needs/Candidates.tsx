/** The lots that may answer a need, in the order in which they should go; each can be reserved, whole or in part. */
import { Button, Group, NumberInput, Select, Stack } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../access";
import { allocation, type Candidate, type Need } from "../../calls/allocation";
import { newId } from "../../calls/identity";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { useOwnerName, useSiteName } from "../../parts/Account";
import { Dialog } from "../../parts/Dialog";
import { Tag } from "../../parts/Page";
import { ItemSelect, SiteSelect, useFilters, useGoods } from "../../parts/Pickers";
import { faultsOf, Refused } from "../../parts/Refused";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";

const DAY_S = 86_400;
const HOLDS = [1, 3, 7, 30];
/** What the hub takes as the ordinary time. */
const USUAL_DAYS = 3;

function LotOf({ row }: { row: { item: string; lot: string } }) {
  const { t } = useTranslation();
  const goods = useGoods();
  return (
    <>
      <div className="rr-strong rr-any">{goods(row.item).name}</div>
      <div className="rr-small rr-dim">{row.lot ? <>{t("common.lot")} <span className="rr-mono">{row.lot}</span></> : t("common.noLot")}</div>
    </>
  );
}

function Reserve({ need, lot, onDone }: { need: Need; lot: Candidate; onDone: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const siteName = useSiteName();
  const ownerName = useOwnerName();
  const { unit } = useGoods()(lot.item);
  const [id] = useState(newId);
  const [n, setN] = useState<string | number>(lot.take || Math.min(lot.free, 1));
  const [days, setDays] = useState(String(USUAL_DAYS));
  const reserve = useMutation({
    mutationFn: () => allocation.reserve(need.id, { id, site: lot.site, item: lot.item, lot: lot.lot, owner: lot.owner, n: Number(n), hold_s: Number(days) * DAY_S }),
    onSuccess: () => {
      void client.invalidateQueries({ predicate: ({ queryKey }) => ["needs", "need", "candidates", "reservations"].includes(String(queryKey[0])) });
      onDone();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    reserve.mutate();
  };
  const faults = faultsOf(reserve.error);
  return (
    <Dialog title={t("need.reserve")} size="md" onClose={onDone}>
      <form onSubmit={submit}>
        <Stack>
          <LotOf row={lot} />
          <div>{siteName(lot.site)} · {ownerName(lot.owner)}</div>
          <NumberInput size="md" data-autofocus label={t("need.howMany", { unit })} description={t("need.atMost", { n: format.number(lot.free) })} min={1} max={lot.free} clampBehavior="none"
            allowDecimal={false} value={n} error={faults.n} onChange={setN} />
          {lot.pieces > 1 && <div className="rr-small" role="status">{t("need.makes", { n: format.number(Number(n) * lot.pieces), unit: t("need.piecesOf") })}</div>}
          <Select size="md" label={t("need.hold")} description={t("need.holdHelp")} allowDeselect={false} value={days} error={faults.hold_s}
            data={HOLDS.map((each) => ({ value: String(each), label: format.span(each * DAY_S) }))} onChange={(value) => setDays(value ?? String(USUAL_DAYS))} />
          <Refused error={reserve.error} shown={["n", "hold_s"]} />
          <Group justify="space-between">
            <Button size="md" variant="default" onClick={onDone}>{t("ask.back")}</Button>
            <Button size="md" type="submit" loading={reserve.isPending} disabled={Number(n) < 1}>{t("need.reserve")}</Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function useColumns(onReserve: ((lot: Candidate) => void) | null): Column<Candidate>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const goods = useGoods();
  const siteName = useSiteName();
  const ownerName = useOwnerName();
  const amount = (units: number, pieces: number, row: Candidate) => (
    <>
      <span className="rr-strong">{format.number(units)}</span> <span className="rr-small rr-dim">{goods(row.item).unit}</span>
      {row.pieces > 1 && <div className="rr-small rr-dim rr-nowrap">{t("need.times", { n: format.number(row.pieces), all: format.number(pieces) })}</div>}
    </>
  );
  const columns: Column<Candidate>[] = [
    { key: "what", title: t("common.lot"), lead: true, cell: (row) => <LotOf row={row} /> },
    { key: "expiry", title: t("common.expiry"), cell: (row) => row.expiry ? <span className="rr-nowrap">{format.date(row.expiry)}</span> : <span className="rr-dim">{t("common.none")}</span> },
    { key: "site", title: t("common.site"), cell: (row) => siteName(row.site) },
    { key: "owner", title: t("common.owner"), cell: (row) => ownerName(row.owner) },
    { key: "free", title: t("need.free"), num: true, cell: (row) => amount(row.free, row.free_pieces, row) },
    { key: "take", title: t("need.proposed"), num: true, cell: (row) => row.take > 0 ? amount(row.take, row.take_pieces, row) : <span className="rr-dim">{t("common.none")}</span> },
  ];
  if (!onReserve) return columns;
  return [...columns, { key: "do", title: "", cell: (row) => (
    <Button disabled={row.free < 1} variant={row.take > 0 ? "filled" : "default"} aria-label={t("need.reserveLot", { lot: row.lot || goods(row.item).name })} onClick={() => onReserve(row)}>{t("need.reserve")}</Button>
  ) }];
}

export function CandidateList({ need }: { need: Need }) {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const siteName = useSiteName();
  const { values, set } = useFilters(["item", "site"] as const);
  const [chosen, setChosen] = useState<Candidate | null>(null);
  const list = useQuery({ queryKey: ["candidates", need.id, values], queryFn: () => allocation.candidates(need.id, values) });
  const columns = useColumns(may("POST /needs/{need}/reservations") && need.open > 0 ? setChosen : null);
  const { unit, name } = useGoods()(need.item);
  return (
    <section aria-labelledby="candidates">
      <h2 className="rr-section" id="candidates">{t("need.candidates")}</h2>
      <div className="rr-card">
        <div className="rr-pad rr-filters">
          <SiteSelect clearable placeholder={t("stock.allSites")} value={values.site} onChange={(value) => set("site", value)} />
          {need.substitutes && <ItemSelect label={t("need.substitute")} placeholder={name} clearable value={values.item} onChange={(value) => set("item", value)} />}
        </div>
        <Loaded query={list}>
          {(found) => (
            <>
              {found.lacking > 0 && <div className="rr-pad" role="status"><Tag tone="warn">{t("need.lacking", { n: format.number(found.lacking), unit })}</Tag></div>}
              {found.rows.length === 0 ? <Empty icon="stock" title={t("need.none")} help={t("need.noneHelp")} />
                : <Table label={t("need.candidates")} columns={columns} rows={found.rows} rowKey={(row) => [row.site, row.item, row.lot, row.owner].join("|")} />}
              {found.more && <div className="rr-pad rr-small rr-dim">{t("need.more")}</div>}
              {found.unfit.length > 0 && (
                <details className="rr-pad">
                  <summary>{t("need.unfit", { n: format.number(found.unfit.length) })}</summary>
                  <ul className="rr-facts">
                    {found.unfit.map((row) => <li key={[row.site, row.item, row.lot, row.owner].join("|")}>{siteName(row.site)} · <span className="rr-mono">{row.lot || t("common.noLot")}</span>: {word(t, "unfit", row.why, row.sentence)}</li>)}
                  </ul>
                </details>
              )}
            </>
          )}
        </Loaded>
      </div>
      {chosen && <Reserve need={need} lot={chosen} onDone={() => setChosen(null)} />}
    </section>
  );
}
