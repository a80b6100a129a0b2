/**
 * Watches alerts on every page: tells of new ones, also of those that came while this screen was away or closed, by a
 * card, a sound where somebody wants it, and the window's title. The key `a` acknowledges the one that has the focus.
 */
import "./watch.css";

import { ActionIcon, Button, CloseButton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useMay } from "../access";
import { alerts, type Alert, type AlertPage } from "../calls/alerts";
import { OPEN_AT_ONCE, openAlertsQuery } from "../first";
import { useFormat } from "../format";
import { useUser } from "../session";
import { play, readySound, soundWanted } from "../sound";
import { setBadge } from "../title";
import { AlertLink, ICONS, Seen, TONES, useAcknowledge } from "./Alerts";
import { Icon } from "./icons";
import { Ago } from "./Page";

const MOST_PAGES = 5;
/** Cards at a time, and on a phone; the others are counted. */
const CARDS = 3;
const CARDS_NARROW = 1;

interface Watched {
  /** The open ones, the most urgent first; up to OPEN_AT_ONCE. */
  open: AlertPage | undefined;
  total: number;
}

const WatchContext = createContext<Watched>({ open: undefined, total: 0 });
export const useWatch = () => useContext(WatchContext);

const storeName = (user: string) => `relay-alerts-seen:${user}`;

/** The alerts raised after `since`, whatever became of them since then; newest first. */
async function raisedSince(since: string): Promise<Alert[]> {
  const found: Alert[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { rows, next }: AlertPage = await alerts.list({ limit: OPEN_AT_ONCE, cursor });
    found.push(...rows.filter((row) => row.raised_at > since));
    if (next === null || rows.some((row) => row.raised_at <= since)) break;
    cursor = next;
  }
  return found;
}

/** What is new since this person's browser last looked; at the very first look nothing is, for all of it stands on the page. */
function useNews(open: AlertPage | undefined): [Alert[], (ids: string[]) => void] {
  const { name } = useUser();
  const [news, setNews] = useState<Alert[]>([]);
  const known = useRef<Map<string, Alert["severity"]> | null>(null);
  const told = useRef<string | null>(null); // of this window: each tells for itself
  useEffect(() => {
    if (!open) return;
    let gone = false;
    const remember = (at: string) => localStorage.setItem(storeName(name), at);
    const tell = async () => {
      const since = told.current ?? localStorage.getItem(storeName(name)) ?? (await alerts.list({ limit: 1 })).rows[0]?.raised_at ?? "";
      remember((told.current ??= since)); // if the link is lost now, this was the first look all the same
      const raised = await raisedSince(since);
      if (gone) return;
      const before = known.current;
      const again = before === null ? [] : open.rows.filter((row) => row.raised_at <= since && (before.get(row.id) ?? 4) > row.severity);
      known.current = new Map(open.rows.map((row) => [row.id, row.severity]));
      told.current = raised.reduce((latest, row) => (row.raised_at > latest ? row.raised_at : latest), since);
      remember(told.current);
      const fresh = [...raised, ...again];
      if (fresh.length === 0) return;
      setNews((old) => [...fresh, ...old.filter((one) => !fresh.some((each) => each.id === one.id))]);
      if (soundWanted()) play(fresh.some((one) => one.severity === 1) ? "urgent" : "plain");
    };
    tell().catch(() => undefined); // the link is down: the next look tells
    return () => {
      gone = true;
    };
  }, [open, name]);
  return [news, (ids) => setNews((old) => old.filter((one) => !ids.includes(one.id)))];
}

/** `a` acknowledges the alert that has the focus, or in whose row or card the focus is. */
function useAKey(): void {
  const may = useMay();
  const seen = useAcknowledge();
  const allowed = may("POST /alerts/{alert}/acknowledgement");
  const { mutate } = seen;
  useEffect(() => {
    if (!allowed) return;
    const listener = (event: KeyboardEvent) => {
      if (event.key !== "a" || event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
      const at = event.target as HTMLElement | null;
      if (!at || at.closest("input, textarea, select, [contenteditable]")) return;
      const box = at.closest("[data-alert]") ?? at.closest("tr, li, [data-alert-box]")?.querySelector("[data-alert]");
      const id = box?.getAttribute("data-alert");
      if (id && box?.hasAttribute("data-open")) mutate(id);
    };
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, [allowed, mutate]);
}

function Cards({ news, drop }: { news: Alert[]; drop: (ids: string[]) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const narrow = useMediaQuery("(max-width: 40em)");
  const shown = [...news].sort((a, b) => a.severity - b.severity).slice(0, narrow ? CARDS_NARROW : CARDS);
  const more = news.length - shown.length;
  return (
    <section className="rr-cards rr-noprint" aria-label={t("watch.news")} aria-live={news.some((one) => one.severity === 1) ? "assertive" : "polite"}>
      {shown.map((alert) => (
        <div key={alert.id} className="rr-alertcard" data-tone={TONES[alert.severity]} data-alert-box="">
          <Icon name={ICONS[alert.kind]} size={24} />
          <div onClick={() => drop([alert.id])}>
            <AlertLink alert={alert} />
            <div className="rr-small rr-dim"><Ago at={alert.raised_at} />{alert.cleared_at !== null && <> · {t("watch.overBynow")}</>}</div>
          </div>
          <CloseButton size="lg" aria-label={t("watch.hide")} onClick={() => drop([alert.id])} />
          <div className="rr-alertcard-do" onClick={() => drop([alert.id])}><Seen alert={alert} /></div>
        </div>
      ))}
      {(more > 0 || news.length > 1) && (
        <div className="rr-alertcard-more">
          {more > 0 && <Link href="/alerts" onClick={() => drop(news.map((one) => one.id))}>{t("watch.more", { n: format.number(more) })}</Link>}
          <Button size="md" variant="default" onClick={() => drop(news.map((one) => one.id))}>{t("watch.hideAll")}</Button>
        </div>
      )}
    </section>
  );
}

function Watching({ children }: { children: ReactNode }) {
  const open = useQuery(openAlertsQuery).data;
  const [news, drop] = useNews(open);
  const total = open ? Object.values(open.open).reduce((sum, n) => sum + n, 0) : 0;
  useAKey();
  useEffect(() => {
    setBadge(total);
    return () => setBadge(0);
  }, [total]);
  useEffect(() => {
    window.addEventListener("pointerdown", readySound);
    window.addEventListener("keydown", readySound);
    return () => {
      window.removeEventListener("pointerdown", readySound);
      window.removeEventListener("keydown", readySound);
    };
  }, []);
  const acknowledged = open ? news.filter((one) => one.state !== "open" || open.rows.some((row) => row.id === one.id) || open.rows.length >= OPEN_AT_ONCE) : news;
  return (
    <WatchContext value={{ open, total }}>
      {children}
      <Cards news={acknowledged} drop={drop} />
    </WatchContext>
  );
}

export function Watch({ children }: { children: ReactNode }) {
  return useMay()("GET /alerts") ? <Watching>{children}</Watching> : children;
}

/** In the header: how many are open, one press from the list. */
export function Bell() {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const { open, total } = useWatch();
  if (!may("GET /alerts")) return null;
  const label = total === 0 ? t("watch.noneOpen") : t("watch.open", { n: format.number(total) });
  return (
    <ActionIcon component={Link} href="/alerts" variant="subtle" color="gray" c="inherit" size="lg" aria-label={label} title={label} className="rr-bell">
      <Icon name="bell" />
      {total > 0 && <span className="rr-bellcount" data-tone={open && open.open["1"] ? "bad" : "warn"} aria-hidden="true">{total > 99 ? "99+" : total}</span>}
    </ActionIcon>
  );
}
