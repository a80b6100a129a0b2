/** Scans that nobody named an owner for: say whose goods they moved, several at once. */
import { Button, Checkbox, Group, Stack, Textarea } from "@mantine/core";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../access";
import { discrepancies, type Ownerless } from "../../calls/discrepancies";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { Account } from "../../parts/Account";
import { Dialog } from "../../parts/Dialog";
import { Export } from "../../parts/Export";
import { Goods, Plain, Quantity } from "../../parts/Goods";
import { Icon } from "../../parts/icons";
import { Ago, Page } from "../../parts/Page";
import { Pager } from "../../parts/Pager";
import { OwnerSelect, SiteSelect, useFilters } from "../../parts/Pickers";
import { Refused } from "../../parts/Refused";
import { Sections } from "../../parts/Sections";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { useSections } from "./sections";

const nameOf = (row: Ownerless) => `${row.device}/${row.stream}/${row.seq}`;

function SettleOwner({ rows, onClose, onDone }: { rows: Ownerless[]; onClose: () => void; onDone: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const [owner, setOwner] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const settle = useMutation({
    mutationFn: () => discrepancies.settleOwner(rows.map(({ device, stream, seq }) => ({ device, stream, seq })), owner!, reason.trim()),
    onSuccess: () => {
      void client.invalidateQueries({ predicate: (each) => ["unsettled", "discrepancies", "stock", "summary"].includes(String(each.queryKey[0])) });
      onDone();
    },
  });
  return (
    <Dialog title={t("settle.ownerTitle", { n: format.number(rows.length) })} size="md" onClose={onClose}>
      <form noValidate onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (owner && reason.trim()) settle.mutate();
      }}>
        <Stack>
          <OwnerSelect size="md" label={t("common.owner")} withAsterisk value={owner} onChange={setOwner} error={tried && !owner ? t("goods.choose") : null} data-autofocus />
          <Textarea size="md" label={t("goods.reason")} withAsterisk autosize minRows={2} maxLength={500} description={t("settle.ownerReason")} value={reason}
            error={tried && !reason.trim() ? t("goods.reasonNeeded") : null} onChange={(event) => setReason(event.currentTarget.value)} />
          <div className="rr-small rr-dim">{t("settle.ownerOnce")}</div>
          <Refused error={settle.error} />
          <Group justify="space-between">
            <Button size="md" variant="default" onClick={onClose}>{t("ask.back")}</Button>
            <Button size="md" type="submit" loading={settle.isPending}>{t("settle.ownerSettle")}</Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function useColumns(chosen: ReadonlySet<string>, toggle: ((row: Ownerless) => void) | null): Column<Ownerless>[] {
  const { t } = useTranslation();
  const columns: Column<Ownerless>[] = [
    { key: "item", title: t("common.item"), lead: true, cell: (row) => <Goods item={row.item} lot={row.lot} /> },
    { key: "quantity", title: t("common.quantity"), num: true, cell: (row) => <Quantity item={row.item} n={row.quantity} /> },
    { key: "what", title: t("settle.done"), cell: (row) => (
      <><strong>{word(t, "action", row.said)}</strong><div className="rr-step-way">{row.from !== row.to && <><Account account={row.from} /> <Icon name="arrow" size={16} role="img" aria-label={t("trace.to")} /> </>}<Account account={row.to} /></div></>
    ) },
    { key: "who", title: t("settle.who"), cell: (row) => (
      <>{row.by ? <Plain text={row.by} /> : <span className="rr-dim">{t("delivery.nobodySignedOn")}</span>}<div className="rr-small rr-dim">{row.device} · <Ago at={row.at} /></div></>
    ) },
  ];
  if (!toggle) return columns;
  return [{ key: "choose", title: t("settle.choose"), corner: true, cell: (row) => (
    <Checkbox size="lg" className="rr-check" aria-label={t("settle.chooseOne", { device: row.device, seq: row.seq })} checked={chosen.has(nameOf(row))} onChange={() => toggle(row)} />
  ) }, ...columns];
}

export default function Owners() {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const { values, cursor, set } = useFilters(["site"] as const);
  const sections = useSections();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [settling, setSettling] = useState(false);
  const list = useQuery({ queryKey: ["unsettled", values.site, cursor], queryFn: () => discrepancies.unsettled(values.site, cursor), placeholderData: keepPreviousData });
  const steers = may("POST /unsettled/settlement");
  const rows = list.data?.rows ?? [];
  const picked = rows.filter((row) => chosen.has(nameOf(row)));
  const toggle = (row: Ownerless) => setChosen((old) => {
    const next = new Set(old);
    if (!next.delete(nameOf(row))) next.add(nameOf(row));
    return next;
  });
  const columns = useColumns(chosen, steers ? toggle : null);
  return (
    <Page title={t("discrepancies.title")} lead={t("settle.ownersLead")} asOf={list.dataUpdatedAt} actions={<Export list="unsettled" filter={values} />}>
      <Sections label={t("settle.sections")} sections={sections} />
      <div className="rr-card rr-pad rr-filters" role="search" aria-label={t("stock.filters")}>
        <SiteSelect clearable placeholder={t("stock.allSites")} value={values.site} onChange={(value) => set("site", value)} />
      </div>
      {steers && rows.length > 0 && (
        <Group justify="space-between" className="rr-bar-choose">
          <Checkbox size="lg" label={t("settle.chooseAll")} checked={picked.length === rows.length} indeterminate={picked.length > 0 && picked.length < rows.length}
            onChange={(event) => setChosen(new Set(event.currentTarget.checked ? rows.map(nameOf) : []))} />
          <Button size="md" disabled={picked.length === 0} onClick={() => setSettling(true)}>{t("settle.ownerOf", { n: format.number(picked.length) })}</Button>
        </Group>
      )}
      <div className="rr-card" aria-busy={list.isPlaceholderData}>
        <Loaded query={list}>
          {(page) => page.rows.length === 0
            ? <Empty icon="check" title={t("settle.noOwners")} help={t("settle.noOwnersHelp")} />
            : <Table label={t("settle.owners")} columns={columns} rows={page.rows} rowKey={nameOf} />}
        </Loaded>
      </div>
      <Pager cursor={cursor} next={list.data?.next ?? null} onCursor={(next) => set("cursor", next)} />
      {settling && <SettleOwner rows={picked} onClose={() => setSettling(false)} onDone={() => {
        setSettling(false);
        setChosen(new Set());
      }} />}
    </Page>
  );
}
