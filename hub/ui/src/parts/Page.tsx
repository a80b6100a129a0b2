/** The frame of a page: its heading, what it is for, how old it is. */
import { useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { asServerTime, useNow } from "../clock";
import { useFormat } from "../format";
import { useLink } from "../live";
import { setTitle } from "../title";

export type Tone = "ok" | "warn" | "bad" | "note" | "plain";

export function Tag({ tone = "plain", title, dot, children }: {
  tone?: Tone;
  title?: string;
  dot?: "full" | "hollow";
  children: ReactNode;
}) {
  return (
    <span className="rr-tag" data-tone={tone} title={title}>
      {dot && <span className="rr-dot" data-hollow={dot === "hollow" || undefined} />}
      {children}
    </span>
  );
}

/** When what is shown was true; with the live link up it is renewed by itself, without it it turns amber. */
const PROMISE_MS = 60_000;

export function AsOf({ at }: { at: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { link } = useLink();
  const age = Math.max(0, useNow() - asServerTime(at));
  if (at === 0) return null;
  const old = link === "lost" || age > PROMISE_MS;
  return (
    <span className="rr-small rr-dim rr-nowrap">
      {t("state.asOf", { time: format.time(asServerTime(at)) })}
      {old && <> <Tag tone="warn">{t("state.old", { span: format.span(age / 1_000) })}</Tag></>}
    </span>
  );
}

export function Page({ title, lead, asOf, actions, children }: {
  title: string;
  lead?: string;
  asOf?: number;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  useEffect(() => {
    setTitle(`${title} · ${t("brand")}`);
  }, [title, t]);
  return (
    <div className="rr-page">
      <div className="rr-head">
        <div>
          <h1>{title}</h1>
          {lead && <p>{lead}</p>}
        </div>
        <div style={{ display: "flex", alignItems: "center", gap: 14, flexWrap: "wrap" }}>
          {asOf !== undefined && <AsOf at={asOf} />}
          {actions}
        </div>
      </div>
      {children}
    </div>
  );
}

/** How long ago, with the exact time on hover and for screen readers; amber when older than `promise` seconds. */
export function Ago({ at, promise }: { at: string | null | undefined; promise?: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  if (!at) return <span className="rr-dim">{t("common.never")}</span>;
  const seconds = Math.max(0, (now - Date.parse(at)) / 1_000);
  const stale = promise !== undefined && seconds > promise;
  return (
    <time dateTime={at} title={format.dateTime(at)} className="rr-nowrap"
      style={stale ? { color: "var(--rr-warn)", fontWeight: 600 } : undefined}>
      {format.ago(seconds)}
    </time>
  );
}
