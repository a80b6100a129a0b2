/** What suppliers bring directly to people: planned, sent, and said of each parcel what became of it. */
import { Button, Checkbox, Stack, TextInput } from "@mantine/core";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";

import { useMay } from "../../access";
import { shipments, type Shipment, type WholeShipment } from "../../calls/lastMile";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { useOwnerName } from "../../parts/Account";
import { Dialog } from "../../parts/Dialog";
import { Export } from "../../parts/Export";
import { Icon } from "../../parts/icons";
import { Ago, Page, Tag } from "../../parts/Page";
import { Pager } from "../../parts/Pager";
import { useFilters, useGoods } from "../../parts/Pickers";
import { Refused } from "../../parts/Refused";
import { SearchField } from "../../parts/SearchField";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";

function Plan({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const goods = useGoods();
  const [, go] = useLocation();
  const [supplier, setSupplier] = useState("");
  const [chosen, setChosen] = useState<string[]>([]);
  const found = useQuery({ queryKey: ["requests", "direct"], queryFn: () => shipments.requests() });
  const plan = useMutation({ mutationFn: () => shipments.plan(chosen, supplier.trim()), onSuccess: (made) => go(`/direct/${made.consignment}`) });
  return (
    <Dialog title={t("direct.plan")} onClose={onClose}>
      <Stack>
        <TextInput size="md" label={t("direct.supplier")} description={t("direct.supplierHelp")} maxLength={200} value={supplier} onChange={(event) => setSupplier(event.currentTarget.value)} />
        <Loaded query={found} rows={3}>
          {({ rows }) => rows.length === 0 ? <Empty icon="check" title={t("direct.noRequests")} help={t("direct.noRequestsHelp")} /> : (
            <Checkbox.Group label={t("direct.requests")} value={chosen} onChange={setChosen}>
              <Stack gap="sm" mt="xs">
                {rows.map((row) => (
                  <Checkbox key={row.id} value={row.id} size="md" label={<><span className="rr-mono rr-strong">{row.id.slice(0, 8)}</span> {row.shown}</>}
                    description={row.lines.map((line) => `${format.number(line.n)} × ${goods(line.item).name}`).join(" · ")} />
                ))}
              </Stack>
            </Checkbox.Group>
          )}
        </Loaded>
        <Refused error={plan.error} />
        <Button size="md" disabled={chosen.length === 0 || !supplier.trim()} loading={plan.isPending} onClick={() => plan.mutate()}>{t("direct.planThese", { n: format.number(chosen.length) })}</Button>
      </Stack>
    </Dialog>
  );
}

export default function Direct() {
  const { t } = useTranslation();
  const may = useMay();
  const ownerName = useOwnerName();
  const { values, cursor, any, set } = useFilters(["text"] as const);
  const [planning, setPlanning] = useState(false);
  const list = useQuery({ queryKey: ["shipments", values, cursor], queryFn: () => shipments.list({ ...values, cursor }), placeholderData: keepPreviousData });
  const columns: Column<Shipment>[] = [
    { key: "id", title: t("trips.consignment"), lead: true, cell: (row) => <Link href={`/direct/${row.consignment}`} className="rr-mono rr-strong">{row.consignment}</Link> },
    { key: "supplier", title: t("direct.supplier"), cell: (row) => <span className="rr-any">{row.supplier}</span> },
    { key: "owner", title: t("trips.organisation"), cell: (row) => ownerName(row.organisation) },
    { key: "sent", title: t("direct.sent"), cell: (row) => row.sent_at ? <><Ago at={row.sent_at} /> <span className="rr-small rr-dim rr-any">{row.sent_by}</span></> : <Tag tone="note">{t("direct.notSent")}</Tag> },
    { key: "made", title: t("rounds.made"), cell: (row) => <><Ago at={row.made_at} /> <span className="rr-small rr-dim rr-any">{row.made_by}</span></> },
  ];
  return (
    <Page title={t("direct.title")} lead={t("direct.lead")} asOf={list.dataUpdatedAt}
      actions={<>
        <Export list="direct-shipments" filter={values} />
        {may("POST /direct-shipments") && <Button size="md" leftSection={<Icon name="plus" size={18} />} onClick={() => setPlanning(true)}>{t("direct.plan")}</Button>}
      </>}>
      <div className="rr-card rr-pad rr-filters" role="search" aria-label={t("stock.filters")}>
        <SearchField value={values.text} set={(value) => set("text", value)} />
      </div>
      <div className="rr-card" aria-busy={list.isPlaceholderData}>
        <Loaded query={list}>
          {(page) => page.rows.length === 0 ? <Empty icon="deliveries" title={t("direct.empty")} help={any ? t("needs.emptyFilter") : t("direct.emptyHelp")} />
            : <Table label={t("direct.title")} columns={columns} rows={page.rows} rowKey={(row) => row.consignment} />}
        </Loaded>
      </div>
      <Pager cursor={cursor} next={list.data?.next ?? null} onCursor={(next) => set("cursor", next)} />
      {planning && <Plan onClose={() => setPlanning(false)} />}
    </Page>
  );
}

export function DirectOne({ id }: { id: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const goods = useGoods();
  const client = useQueryClient();
  const found = useQuery({ queryKey: ["shipment", id], queryFn: () => shipments.one(id) });
  const keep = (whole: WholeShipment) => client.setQueryData(["shipment", id], whole);
  const dispatch = useMutation({ mutationFn: () => shipments.dispatch(id), onSuccess: keep });
  const tell = useMutation({
    mutationFn: ({ told, parcel }: { told: "given" | "attempt" | "refused"; parcel: string }) => shipments.tell(id, told, [parcel]),
    onSuccess: (answer) => keep(answer.shipment),
  });
  const says = may("POST /direct-shipments/{key}/outcomes");
  const columns: Column<WholeShipment["parcels"][number]>[] = [
    { key: "parcel", title: t("rounds.parcel"), lead: true, cell: (row) => <span className="rr-mono rr-strong">{row.parcel}</span> },
    { key: "who", title: t("rounds.who"), cell: (row) => <>{row.shown} <span className="rr-small rr-dim">{row.last4}</span></> },
    { key: "what", title: t("common.item"), cell: (row) => row.contents.map((line) => `${format.number(line.n)} × ${goods(line.item).name}`).join(" · ") },
    { key: "state", title: t("rounds.state"), cell: (row) => <Tag tone={row.state === "handed-over" ? "ok" : row.state === "refused" ? "bad" : "note"}>{word(t, "parcelState", row.state)}</Tag> },
    { key: "say", title: t("direct.say"), empty: (row) => !says || !found.data?.sent_at || row.state === "handed-over", cell: (row) => says && found.data?.sent_at && row.state !== "handed-over" && (
      <div className="rr-deeds">
        <Button disabled={tell.isPending} onClick={() => tell.mutate({ told: "given", parcel: row.parcel })}>{t("round.give")}</Button>
        <Button variant="default" disabled={tell.isPending} onClick={() => tell.mutate({ told: "attempt", parcel: row.parcel })}>{t("round.nobody")}</Button>
        <Button variant="default" disabled={tell.isPending} onClick={() => tell.mutate({ told: "refused", parcel: row.parcel })}>{t("round.refused")}</Button>
      </div>
    ) },
  ];
  return (
    <Loaded query={found}>
      {(whole) => (
        <Page title={t("direct.one", { id })} lead={whole.supplier} asOf={found.dataUpdatedAt}
          actions={whole.sent_at ? <Tag tone="ok">{t("direct.sent")} <Ago at={whole.sent_at} /></Tag> : may("POST /direct-shipments/{key}/dispatch") && <Button size="md" loading={dispatch.isPending} onClick={() => dispatch.mutate()}>{t("direct.dispatch")}</Button>}>
          <Refused error={dispatch.error ?? tell.error} />
          <section className="rr-card"><Table label={t("direct.parcels")} columns={columns} rows={whole.parcels} rowKey={(row) => row.parcel} /></section>
        </Page>
      )}
    </Loaded>
  );
}
