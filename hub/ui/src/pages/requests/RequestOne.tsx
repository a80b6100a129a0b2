/** One request: what is asked for and how much of it is kept, its parcels, what happened, and what can be decided. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useMay } from "../../access";
import { relief, type RequestLine, type RequestWhole } from "../../calls/relief";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { useOwnerName } from "../../parts/Account";
import { Decisions } from "../../parts/Decide";
import { Goods, Plain, Quantity } from "../../parts/Goods";
import { Icon } from "../../parts/icons";
import { ForWhom, History, LifeState, Whereto } from "../../parts/Life";
import { Meter } from "../../parts/Meter";
import { Ago, Page, Tag } from "../../parts/Page";
import { ParcelTable } from "../../parts/ParcelTable";
import { Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { Send } from "./Send";

/** Whether something can go: it is kept (or comes from a supplier), and no parcel is planned for it yet. */
function canGo(request: RequestWhole): boolean {
  const kept = request.way === "direct" || request.lines.some((line) => line.kept > 0);
  return kept && ["approved", "allocated"].includes(request.state) && !request.parcels.some((parcel) => parcel.state === "planned");
}

function About({ request }: { request: RequestWhole }) {
  const { t } = useTranslation();
  const format = useFormat();
  const ownerName = useOwnerName();
  return (
    <div className="rr-card rr-pad">
      <dl className="rr-pairs">
        <div><dt>{t("journey.state")}</dt><dd><LifeState kind="request" state={request.state} odd={request.odd} /></dd></div>
        <div><dt>{t("desk.priority")}</dt><dd><Tag tone={request.priority === 1 ? "bad" : "plain"}>{word(t, "priority", String(request.priority))}</Tag></dd></div>
        <div><dt>{t("journey.whom")}</dt><dd><ForWhom {...request} otherwise={ownerName(request.organisation)} /></dd></div>
        {request.groups.length > 0 && <div><dt>{t("desk.groups")}</dt><dd>{request.groups.map((group) => word(t, "group", group)).join(" · ")}</dd></div>}
        <div><dt>{t("needs.to")}</dt><dd><Whereto way={request.way} site={request.site} /></dd></div>
        <div><dt>{t("needs.neededBy")}</dt><dd>{format.date(request.needed_by)}</dd></div>
        <div><dt>{t("requests.servedBy")}</dt><dd><Plain text={ownerName(request.organisation)} /></dd></div>
        <div><dt>{t("need.askedBy")}</dt><dd><Plain text={request.made_by} /> · <Ago at={request.made_at} /></dd></div>
        {request.incident && <div><dt>{t("incidents.one")}</dt><dd><Link className="rr-mono" href={`/incidents/${request.incident}`}>{request.incident}</Link></dd></div>}
        {request.split_of && <div><dt>{t("relief.splitFrom")}</dt><dd><Link className="rr-mono" href={`/requests/${request.split_of}`}>{request.split_of}</Link></dd></div>}
      </dl>
      {request.note && <p className="rr-note"><Plain text={request.note} most={500} /></p>}
    </div>
  );
}

function Lines({ request }: { request: RequestWhole }) {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const columns: Column<RequestLine>[] = [
    { key: "item", title: t("common.item"), lead: true, cell: (row) => <Goods item={row.item} /> },
    { key: "n", title: t("incident.asked"), num: true, cell: (row) => <Quantity item={row.item} n={row.n} /> },
    { key: "kept", title: t("relief.kept"), empty: (row) => !row.need, cell: (row) => row.need && (
      <Meter done={row.kept} all={row.n} tone={row.kept >= row.n ? "ok" : "warn"}>
        {may("GET /needs/{need}") ? <Link href={`/needs/${row.need}`}>{t("relief.keptOf", { done: format.number(row.kept), all: format.number(row.n) })}</Link> : t("relief.keptOf", { done: format.number(row.kept), all: format.number(row.n) })}
      </Meter>
    ) },
  ];
  return <Table label={t("incident.asked")} columns={columns} rows={request.lines} rowKey={(row) => String(row.line)} />;
}

export default function RequestOne({ id }: { id: string }) {
  const { t } = useTranslation();
  const may = useMay();
  const [sending, setSending] = useState(false);
  const found = useQuery({ queryKey: ["request", id], queryFn: () => relief.request(id), retry: false });
  const request = found.data;
  const lacks = request?.lines.some((line) => line.kept < line.n);
  return (
    <Page title={t("requests.one", { id })} asOf={found.dataUpdatedAt} actions={request && (
      <Decisions subject={{ kind: "request", id, way: request.way, site: request.site, lines: request.lines }} may={request.may.filter((event) => lacks || !["allocate", "split"].includes(event))}>
        {canGo(request) && may("POST /consignments") && <Button size="md" leftSection={<Icon name="vehicle" size={18} />} onClick={() => setSending(true)}>{word(t, "deed", "request-send")}</Button>}
      </Decisions>
    )}>
      <Link href="/requests" className="rr-back rr-noprint"><Icon name="left" size={16} /> {t("nav.requests")}</Link>
      <Loaded query={found}>
        {(whole) => (
          <>
            <About request={whole} />
            <div className="rr-card"><Lines request={whole} /></div>
            {whole.parcels.length > 0 && (
              <section className="rr-card" aria-label={t("nav.parcels")}>
                <div className="rr-pad"><h2 className="rr-section" style={{ margin: 0 }}>{t("nav.parcels")}</h2></div>
                <ParcelTable label={t("nav.parcels")} rows={whole.parcels} />
              </section>
            )}
            <History kind="request" id={id} events={whole.history} />
          </>
        )}
      </Loaded>
      {sending && request && <Send requests={[request]} onClose={() => setSending(false)} />}
    </Page>
  );
}
