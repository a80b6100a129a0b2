/** The whole way of whatever one code names: what it is, where it is now, who holds it, and every event. */
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "wouter";

import { api, type Trace as TraceOf, type TraceEvent, type Traced } from "../api";
import { namesStory } from "../calls/story";
import { useFormat } from "../format";
import { About, BoundsLine } from "../parts/About";
import { Account } from "../parts/Account";
import { Icon, type IconName } from "../parts/icons";
import { Ago, Page, Tag } from "../parts/Page";
import { ScanField } from "../parts/ScanField";
import { Empty, Failure, Loading } from "../parts/States";
import { Timeline } from "../parts/Timeline";
import { GS, toShown } from "../scan";
import { PartOf, StoryOf } from "./relief/StoryOf";
import { TraceFound } from "./TraceFound";

function What({ what, code }: { what: Traced; code: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const kinds: Record<Traced["kind"], [string, IconName]> = {
    unit: [what.sscc ? t("trace.kindUnit") : t("trace.kindPiece"), "stock"],
    lot: [t("trace.kindLot"), "stock"],
    item: [t("trace.kindItem"), "stock"],
    unknown: [t("trace.kindUnknown"), "scan"],
  };
  const [kind, icon] = kinds[what.kind] ?? kinds.unknown;
  const facts: [string, string | null][] = [
    ["SSCC", what.sscc],
    ["GTIN", what.gtin],
    [t("common.lot"), what.lot],
    [t("common.serial"), what.serial],
    [t("common.expiry"), what.expiry && format.date(what.expiry)],
  ];
  return (
    <div className="rr-card rr-pad">
      <div className="rr-small rr-dim" style={{ display: "flex", gap: 8, alignItems: "center" }}><Icon name={icon} size={18} />{kind}</div>
      <h2 style={{ margin: "2px 0 10px", fontSize: "1.3rem" }}>{format.name(what) ?? toShown(code)}</h2>
      <dl className="rr-pairs">
        {facts.filter(([, value]) => value).map(([name, value]) => (
          <div key={name}><dt>{name}</dt><dd className="rr-mono">{value}</dd></div>
        ))}
      </dl>
    </div>
  );
}

function Now({ trace }: { trace: TraceOf }) {
  const { t } = useTranslation();
  const { now } = trace;
  if (!now && trace.holders.length > 0) return <div className="rr-card rr-pad"><Holders trace={trace} /></div>;
  return (
    <div className="rr-card rr-pad">
      <div className="rr-small rr-dim">{t("trace.now")}</div>
      {now ? (
        <>
          <div style={{ fontSize: "1.3rem", fontWeight: 650, margin: "2px 0 6px" }}><Account account={now.account} /></div>
          <div className="rr-dim"><Ago at={now.since} /> <About time={now} /></div>
          <div className="rr-small rr-dim"><BoundsLine time={now} /></div>
          {now.uncertain && <p style={{ margin: "10px 0 0" }}><Tag tone="warn">{t("trace.uncertain")}</Tag> <span className="rr-small">{t("trace.uncertainHelp")}</span></p>}
        </>
      ) : <div style={{ fontSize: "1.15rem", marginTop: 4 }}>{t("trace.nowhere")}</div>}
    </div>
  );
}

function Holders({ trace }: { trace: TraceOf }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      <div className="rr-small rr-dim">{t("trace.holders")}</div>
      {trace.holders.length === 0 && <p className="rr-dim" style={{ margin: "6px 0 0" }}>{t("trace.noHolders")}</p>}
      <ul className="rr-holders">
        {trace.holders.map((holder) => (
          <li key={holder.account}>
            <Account account={holder.account} />
            <span className="rr-strong" style={holder.quantity < 0 ? { color: "var(--rr-bad)" } : undefined}>{format.number(holder.quantity)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Start({ onTrace }: { onTrace: (code: string) => void }) {
  const { t } = useTranslation();
  const examples: [string, string][] = [
    ["00095011015300000013", t("trace.exampleSscc")],
    [`01095011015300031727123110LOT7${GS}21SN42`, t("trace.exampleItem")],
    ["9501101530003", t("trace.exampleEan")],
  ];
  return (
    <div className="rr-card">
      <Empty icon="trace" title={t("trace.start")} help={t("trace.startHelp")}>
        <div className="rr-small rr-dim">{t("trace.examples")}</div>
        <ul className="rr-examples">
          {examples.map(([code, meaning]) => (
            <li key={code}>
              <button type="button" className="rr-mono" onClick={() => onTrace(code)}>{toShown(code)}</button>
              <span className="rr-small rr-dim">{meaning}</span>
            </li>
          ))}
        </ul>
      </Empty>
    </div>
  );
}

function Result({ code }: { code: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const trace = useInfiniteQuery({
    queryKey: ["trace", code],
    queryFn: ({ pageParam }) => api.trace(code, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
  if (!trace.data) return trace.isError ? <div className="rr-card"><Failure error={trace.error} retry={() => void trace.refetch()} /></div> : <div className="rr-card"><Loading rows={7} /></div>;
  const first = trace.data.pages[0]!;
  const events: TraceEvent[] = trace.data.pages.flatMap((page) => page.events);
  if (events.length === 0 && first.holders.length === 0 && !first.now) {
    return <TraceFound key={code} code={code} />;
  }
  return (
    <>
      <div className="rr-two">
        <What what={first.what} code={code} />
        <Now trace={first} />
        {first.now && first.holders.some((holder) => holder.account !== first.now?.account) && <div className="rr-card rr-pad"><Holders trace={first} /></div>}
      </div>
      <PartOf code={code} />
      <section className="rr-card rr-pad" aria-labelledby="timeline">
        <h2 className="rr-section" id="timeline">
          {t("trace.timeline")} <span className="rr-small rr-dim" style={{ fontWeight: 400 }}>{t("trace.events", { n: format.number(events.length) })}</span>
        </h2>
        <Timeline events={events} />
        {trace.hasNextPage && <Button variant="default" mt="md" loading={trace.isFetchingNextPage} onClick={() => void trace.fetchNextPage()}>{t("trace.more")}</Button>}
      </section>
    </>
  );
}

export default function Trace() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const code = params.get("code") ?? "";
  const trace = (raw: string) => setParams({ code: raw });
  return (
    <Page title={t("trace.title")} lead={t("trace.lead")}>
      <div>
        <ScanField size="lg" code={code} onScan={trace} autoFocus aria-describedby="scan-help" />
        <div id="scan-help" className="rr-small rr-dim" style={{ marginTop: 6 }}>{t("trace.help")}</div>
      </div>
      {code === "" ? <Start onTrace={trace} /> : namesStory(code) ? <StoryOf key={code} code={code} /> : <Result key={code} code={code} />}
    </Page>
  );
}
