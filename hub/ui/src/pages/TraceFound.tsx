/** Words instead of a code: whatever of goods, lots, requests, consignments, parcels, deliveries and devices they are found in. */
import { useQueries } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useMay } from "../access";
import { api, query } from "../api";
import { deliveries } from "../calls/deliveries";
import { relief } from "../calls/relief";
import { useFormat } from "../format";
import { Account, useItems, useOwnerName, useSiteName } from "../parts/Account";
import { traceCode, useGoodsName } from "../parts/Goods";
import { ForWhom, LifeState } from "../parts/Life";
import { Empty, Failure, Loading } from "../parts/States";
import { toShown } from "../scan";

/** Of each kind; the rest is one press away. */
const MOST = 6;
/** As hub/store/queries/searching.py takes them. */
const LONGEST = 100;

interface Hit {
  key: string;
  href: string;
  name: ReactNode;
  more?: ReactNode;
}
interface Group {
  name: string;
  hits: Hit[];
  /** Where all of them are listed. */
  all: string;
}

const way = (code: string) => "/trace" + query({ code });

function useItemHits(text: string): Hit[] {
  const format = useFormat();
  const items = useItems().data?.items ?? [];
  const words = text.toLowerCase().split(/\s+/);
  return items
    .filter((item) => words.every((each) => `${item.gtin} ${item.name} ${item.name_zh}`.toLowerCase().includes(each)))
    .map((item) => ({ key: item.gtin, href: way(traceCode(`gtin:${item.gtin}`) ?? item.gtin), name: format.name(item) ?? item.gtin, more: <span className="rr-mono">{item.gtin}</span> }));
}

/** One question for each list that the reader may see. */
function useLists(text: string) {
  const { t } = useTranslation();
  const may = useMay();
  const goodsName = useGoodsName();
  const siteName = useSiteName();
  const ownerName = useOwnerName();
  const all = query({ text });
  const ask = (name: string, path: string, enabled: boolean, hits: () => Promise<Hit[]>) =>
    ({ queryKey: ["found", path, text], enabled, queryFn: async (): Promise<Group> => ({ name, hits: await hits(), all: path }) });
  return useQueries({ queries: [
    ask(t("nav.stock"), "/stock" + all, may("GET /stock"), async () => (await api.stock({ text, limit: MOST })).rows.map((row) => ({
      key: [row.account, row.item, row.lot, row.owner, row.condition].join("|"), href: way(traceCode(row.item, row.lot) ?? row.item), name: <>{goodsName(row.item)} {row.lot}</>, more: <Account account={row.account} />,
    }))),
    ask(t("nav.requests"), "/requests" + all, may("GET /requests"), async () => (await relief.requests({ text })).rows.map((row) => ({
      key: row.id, href: way(`request:${row.id}`), name: row.lines.map((line) => `${line.n} × ${goodsName(line.item)}`).join(", "),
      more: <><ForWhom {...row} otherwise={ownerName(row.organisation)} /> <LifeState kind="request" state={row.state} odd={row.odd} /></>,
    }))),
    ask(t("nav.consignments"), "/consignments/list" + all, may("GET /consignments"), async () => (await relief.consignments({ text })).rows.map((row) => ({
      key: row.id, href: way(`consignment:${row.id}`), name: <span className="rr-mono">{row.id}</span>, more: <>{row.to_site && siteName(row.to_site)} <LifeState kind="consignment" state={row.state} odd={row.odd} /></>,
    }))),
    ask(t("nav.parcels"), "/parcels" + all, may("GET /parcels"), async () => (await relief.parcels({ text })).rows.map((row) => ({
      key: row.id, href: way(`parcel:${row.id}`), name: <span className="rr-mono">{row.id}</span>, more: <>{row.station && siteName(row.station)} <LifeState kind="parcel" state={row.state} odd={row.odd} /></>,
    }))),
    ask(t("nav.deliveries"), "/deliveries" + all, may("GET /deliveries"), async () => (await deliveries.list({ text, site: null, owner: null, states: [] })).rows.map((row) => ({
      key: row.id, href: `/deliveries/${row.id}`, name: <span className="rr-mono">{row.id}</span>, more: <>{ownerName(row.owner)} · {siteName(row.site)}</>,
    }))),
    ask(t("nav.devices"), "/devices" + query({ q: text }), may("GET /devices"), async () => (await api.devicesOf({ text, limit: MOST })).devices.map((row) => ({
      key: row.name, href: `/devices/${row.name}`, name: row.name,
    }))),
  ] });
}

function Groups({ groups }: { groups: Group[] }) {
  const { t } = useTranslation();
  return groups.map(({ name, hits, all }) => (
    <section key={name} aria-label={name}>
      <h2 className="rr-section">{name}</h2>
      <ul className="rr-card rr-entries">
        {hits.slice(0, MOST).map((hit) => (
          <li key={hit.key} className="rr-entry"><Link href={hit.href} className="rr-strong rr-any">{hit.name}</Link> {hit.more && <span className="rr-small rr-dim">{hit.more}</span>}</li>
        ))}
        {hits.length >= MOST && <li className="rr-entry"><Link href={all}>{t("trace.allOf", { list: name })}</Link></li>}
      </ul>
    </section>
  ));
}

export function TraceFound({ code }: { code: string }) {
  const { t } = useTranslation();
  const text = toShown(code).trim().slice(0, LONGEST);
  const items = useItemHits(text);
  const lists = useLists(text);
  const groups = lists.flatMap(({ data }) => (data && data.hits.length > 0 ? [data] : []));
  if (items.length > 0) groups.unshift({ name: t("trace.kindItem"), hits: items, all: "/catalogue" + query({ text }) });
  const failed = lists.find((each) => each.isError);
  if (failed) return <div className="rr-card"><Failure error={failed.error} retry={() => void lists.forEach((each) => void each.refetch())} /></div>;
  const waiting = lists.some((each) => each.isLoading);
  if (groups.length === 0 && waiting) return <div className="rr-card"><Loading rows={5} /></div>;
  if (groups.length === 0) {
    return <div className="rr-card"><Empty icon="search" title={t("trace.unknown")} help={t("trace.unknownHelp")}><span className="rr-mono rr-any">{toShown(code)}</span></Empty></div>;
  }
  return (
    <>
      <p className="rr-dim" role="status" style={{ margin: 0 }} aria-busy={waiting}>{t("trace.found")}</p>
      <Groups groups={groups} />
    </>
  );
}
