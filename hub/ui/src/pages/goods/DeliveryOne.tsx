/** One delivery: announced against received, line by line; who received; what was decided; and what can be. */
import { Button, Group, Stack, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "wouter";

import { useMay } from "../../access";
import { query } from "../../api";
import { deliveries, type DeliveryWhole } from "../../calls/deliveries";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { Account, useSiteName } from "../../parts/Account";
import { Dialog, Sure } from "../../parts/Dialog";
import { Goods, Owner, Plain, Quantity } from "../../parts/Goods";
import { Icon } from "../../parts/icons";
import { Ago, Page, Tag } from "../../parts/Page";
import { Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { Expected, isOpen, StateTag } from "./deliveryState";

interface Row {
  key: string;
  item: string;
  lot: string | null;
  /** null: nobody announced it. */
  n: number | null;
  received: number;
}

function Difference({ row, open }: { row: Row; open: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (row.n === null) return <Tag tone="warn">{t("delivery.notAnnounced")}</Tag>;
  const more = row.received - row.n;
  if (more === 0) return <Tag tone="ok">{t("delivery.all")}</Tag>;
  if (more > 0) return <Tag tone="bad">{t("delivery.tooMany", { n: format.number(more) })}</Tag>;
  return <Tag tone={open ? "note" : "bad"}>{open ? t("delivery.yetToCome", { n: format.number(-more) }) : t("delivery.missing", { n: format.number(-more) })}</Tag>;
}

function Lines({ delivery }: { delivery: DeliveryWhole }) {
  const { t } = useTranslation();
  const rows: Row[] = [
    ...delivery.lines.map((line) => ({ key: `line ${line.line}`, item: line.item, lot: line.lot, n: line.n, received: line.received })),
    ...delivery.unexpected.map((came) => ({ key: `came ${came.item} ${came.lot}`, item: came.item, lot: came.lot, n: null, received: came.n })),
  ];
  const columns: Column<Row>[] = [
    { key: "item", title: t("common.item"), lead: true, cell: (row) => <Goods item={row.item} /> },
    { key: "lot", title: t("common.lot"), cell: (row) => row.lot ? <Plain mono text={row.lot} /> : <span className="rr-dim">{row.n === null ? t("common.noLot") : t("delivery.anyLot")}</span> },
    { key: "n", title: t("delivery.announced"), num: true, cell: (row) => row.n === null ? t("common.none") : <Quantity item={row.item} n={row.n} /> },
    { key: "received", title: t("delivery.received"), num: true, cell: (row) => <Quantity item={row.item} n={row.received} /> },
    { key: "difference", title: t("delivery.difference"), cell: (row) => <Difference row={row} open={isOpen(delivery.state)} /> },
  ];
  return <Table label={t("delivery.lines")} columns={columns} rows={rows} rowKey={(row) => row.key} />;
}

function Units({ delivery }: { delivery: DeliveryWhole }) {
  const { t } = useTranslation();
  const more = delivery.units_came.filter((unit) => !delivery.units.includes(unit));
  return (
    <ul className="rr-holders">
      {[...delivery.units, ...more].map((unit) => (
        <li key={unit}>
          <Link className="rr-mono" href={"/trace" + query({ code: `00${unit}` })}>{unit}</Link>
          {!delivery.units.includes(unit) ? <Tag tone="warn">{t("delivery.notAnnounced")}</Tag>
            : delivery.units_came.includes(unit) ? <Tag tone="ok">{t("delivery.cameUnit")}</Tag>
            : <Tag tone={isOpen(delivery.state) ? "note" : "bad"}>{t("delivery.notYet")}</Tag>}
        </li>
      ))}
    </ul>
  );
}

function Receipts({ delivery }: { delivery: DeliveryWhole }) {
  const { t } = useTranslation();
  if (delivery.receipts.length === 0) return <p className="rr-dim">{t("delivery.nobody")}</p>;
  return (
    <ul className="rr-holders">
      {delivery.receipts.map((one, index) => (
        <li key={index}>
          <div style={{ minWidth: 0 }}>
            <div><strong>{word(t, "action", one.said)}</strong> {one.item ? <Quantity item={one.item} n={one.n} /> : null} → <Account account={one.to} /></div>
            {one.item ? <Goods item={one.item} lot={one.lot} /> : <Plain mono text={(one.unit ?? "").replace(/^sscc:/, "")} />}
          </div>
          <div className="rr-small rr-dim" style={{ textAlign: "right" }}>
            <div className="rr-strong">{one.by ? <Plain text={one.by} /> : t("delivery.nobodySignedOn")}</div>
            <div>{one.device}</div>
            <Ago at={one.at} />
          </div>
        </li>
      ))}
    </ul>
  );
}

type Ending = "cancel" | "close";

function End({ delivery, ending, onClose }: { delivery: DeliveryWhole; ending: Ending; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const end = useMutation({
    mutationFn: () => (ending === "close" ? deliveries.close : deliveries.cancel)(delivery.id, reason.trim()),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["delivery", delivery.id] });
      onClose();
    },
  });
  const needed = ending === "close" && !delivery.even;
  const words = ending === "close"
    ? { question: t("delivery.sureClose", { id: delivery.id }), action: t("delivery.close"), facts: [delivery.even ? t("delivery.closeEven") : t("delivery.closeDiffers"), t("delivery.closeLate")] }
    : { question: t("delivery.sureCancel", { id: delivery.id }), action: t("delivery.cancel"), facts: [t("delivery.cancelNothing"), t("delivery.cancelDevices")] };
  return (
    <Dialog title={words.action} size="md" onClose={onClose}>
      <Sure {...words} danger={ending === "cancel"} pending={end.isPending} error={end.error} onBack={onClose}
        onSure={() => (needed && !reason.trim() ? document.getElementById("reason")?.focus() : end.mutate())}>
        <Textarea id="reason" label={t("goods.reason")} withAsterisk={needed} autosize minRows={2} maxLength={500} value={reason}
          description={needed ? t("delivery.reasonHelp") : undefined} onChange={(event) => setReason(event.currentTarget.value)} />
      </Sure>
    </Dialog>
  );
}

function Whole({ delivery }: { delivery: DeliveryWhole }) {
  const { t } = useTranslation();
  const siteName = useSiteName();
  return (
    <>
      <div className="rr-card rr-pad">
        <dl className="rr-pairs">
          <div><dt>{t("delivery.state")}</dt><dd><StateTag state={delivery.state} /></dd></div>
          <div><dt>{t("delivery.expected")}</dt><dd><Expected delivery={delivery} /></dd></div>
          <div><dt>{t("common.site")}</dt><dd>{siteName(delivery.site)}</dd></div>
          <div><dt>{t("common.owner")}</dt><dd><Owner id={delivery.owner} /></dd></div>
          <div><dt>{t("delivery.announcedBy")}</dt><dd><Plain text={delivery.announced_by} /> · <Ago at={delivery.announced_at} /></dd></div>
        </dl>
        {delivery.note && <p className="rr-note"><Plain text={delivery.note} most={500} /></p>}
      </div>
      {delivery.lines.length + delivery.unexpected.length > 0 && <div className="rr-card"><Lines delivery={delivery} /></div>}
      {delivery.units.length + delivery.units_came.length > 0 && (
        <section className="rr-card rr-pad" aria-label={t("delivery.units")}><h2 className="rr-section">{t("delivery.units")}</h2><Units delivery={delivery} /></section>
      )}
      <div className="rr-two">
        <section className="rr-card rr-pad" aria-label={t("delivery.receipts")}><h2 className="rr-section">{t("delivery.receipts")}</h2><Receipts delivery={delivery} /></section>
        <section className="rr-card rr-pad" aria-label={t("delivery.history")}>
          <h2 className="rr-section">{t("delivery.history")}</h2>
          <ul className="rr-holders">
            {[...delivery.history].reverse().map((done, index) => (
              <li key={index}>
                <div style={{ minWidth: 0 }}><strong>{word(t, "deliveryState", done.event)}</strong> · <Plain text={done.who} />
                  {done.reason && done.reason !== delivery.site && <div className="rr-small"><Plain text={done.reason} most={500} /></div>}
                </div>
                <span className="rr-small rr-dim"><Ago at={done.at} /></span>
              </li>
            ))}
          </ul>
        </section>
      </div>
    </>
  );
}

export default function DeliveryOne() {
  const { t } = useTranslation();
  const { id = "" } = useParams<{ id: string }>();
  const may = useMay();
  const found = useQuery({ queryKey: ["delivery", id], queryFn: () => deliveries.one(id) });
  const [ending, setEnding] = useState<Ending | null>(null);
  const state = found.data?.state;
  return (
    <Page title={t("delivery.titleOne", { id })} asOf={found.dataUpdatedAt} actions={
      <Group gap="sm" className="rr-noprint">
        {state === "announced" && may("PUT /deliveries/{key}") && <Button size="md" variant="default" component={Link} href={`/deliveries/${id}/change`}>{t("delivery.change")}</Button>}
        {state === "announced" && may("POST /deliveries/{key}/cancellation") && <Button size="md" variant="default" onClick={() => setEnding("cancel")}>{t("delivery.cancel")}</Button>}
        {state && isOpen(state) && may("POST /deliveries/{key}/closing") && (
          <Button size="md" leftSection={<Icon name="check" size={18} />} onClick={() => setEnding("close")}>{t("delivery.close")}</Button>
        )}
      </Group>
    }>
      <Link href="/deliveries" className="rr-back rr-noprint"><Icon name="left" size={16} /> {t("delivery.title")}</Link>
      <Stack gap="lg"><Loaded query={found}>{(delivery) => <Whole delivery={delivery} />}</Loaded></Stack>
      {ending && found.data && <End delivery={found.data} ending={ending} onClose={() => setEnding(null)} />}
    </Page>
  );
}
