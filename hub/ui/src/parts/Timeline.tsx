/** The events of one code, newest first: what was done, between which accounts, when, by which device, how sure. */
import { useTranslation } from "react-i18next";

import type { TraceEvent } from "../api";
import { useFormat } from "../format";
import { word } from "../i18n";
import { toShown } from "../scan";
import { About, BoundsLine } from "./About";
import { Account } from "./Account";
import { Icon } from "./icons";
import { Tag } from "./Page";

/** Arriving within a minute is the ordinary way; more is worth a word. */
const LATE_S = 60;

function Marks({ event }: { event: TraceEvent }) {
  const { t } = useTranslation();
  const format = useFormat();
  const late = event.received_at ? (Date.parse(event.received_at) - Date.parse(event.at)) / 1_000 : 0;
  return (
    <>
      {event.voided && <Tag tone="bad" title={t("trace.voidedHelp")}>{t("trace.voided")}</Tag>}
      {event.uncertain && <Tag tone="warn" title={t("trace.uncertainHelp")}>{t("trace.uncertain")}</Tag>}
      <About time={event} />
      {event.received_at && late > LATE_S && <Tag tone="note" title={format.dateTime(event.received_at)}>{t("trace.late", { span: format.span(late) })}</Tag>}
    </>
  );
}

function Step({ event }: { event: TraceEvent }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <li data-voided={event.voided || undefined}>
      <div className="rr-step-head">
        <span className="rr-strong rr-step-what">{word(t, "action", event.action)}</span>
        {event.quantity > 1 && <span className="rr-strong">× {format.number(event.quantity)}</span>}
        <Marks event={event} />
        <time className="rr-dim rr-small rr-step-time" dateTime={event.at}>{format.dateTime(event.at)}</time>
      </div>
      <div className="rr-step-way">
        {event.from && event.from !== event.to && <><Account account={event.from} /> <Icon name="arrow" size={16} role="img" aria-label={t("trace.to")} /> </>}
        <Account account={event.to} />
      </div>
      <details className="rr-small rr-dim">
        <summary>{event.device} · {t("trace.seq", { seq: format.number(event.seq), stream: event.stream.slice(0, 6) })}</summary>
        <BoundsLine time={event} />
        {event.estimated && event.said_at && <div>{t("time.said", { time: format.dateTime(event.said_at) })}</div>}
        <div>{t("trace.labels")}</div>
        {event.labels.map((label, index) => <div key={index} className="rr-mono">{toShown(label)}</div>)}
      </details>
    </li>
  );
}

export function Timeline({ events }: { events: TraceEvent[] }) {
  const sorted = [...events].sort((a, b) => Date.parse(b.at) - Date.parse(a.at) || b.seq - a.seq);
  return (
    <ol className="rr-timeline">
      {sorted.map((event) => <Step key={`${event.device}/${event.stream}/${event.seq}`} event={event} />)}
    </ol>
  );
}
