/** What is free of one room on each day, week by week; the words say what the colours show. Days are chosen to ask for room. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import { space, type Day, type Room } from "../../calls/space";
import { useFormat } from "../../format";
import { Empty, Loaded } from "../../parts/States";
import { useAmount, useNumber } from "./amounts";

const DAY_MS = 86_400_000;
const WEEKS = 8;
export const DAYS = WEEKS * 7;

export function later(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The days that somebody wants, both included; before the second day is chosen they are the same. */
export interface Span {
  first: string;
  last: string;
}

function OneDay({ day, room }: { day: Day; room: Room }) {
  const { t } = useTranslation();
  const format = useFormat();
  const amount = useNumber();
  const used = day.capacity - day.free;
  const tone = toneOf(day);
  return (
    <>
      <time dateTime={day.day} className="rr-small">{format.date(day.day)}</time>
      <strong>{t("space.free", { amount: amount(day.free, room.measure) })}</strong>
      <span className="rr-meter" aria-hidden="true"><span data-tone={tone === "ok" ? "note" : tone} style={{ width: `${day.capacity ? Math.min(100, (used / day.capacity) * 100) : 100}%` }} /></span>
      <span className="rr-small rr-dim">{t("space.used", { amount: amount(used, room.measure) })}</span>
      {day.own > 0 && <span className="rr-small">{t("space.own", { amount: amount(day.own, room.measure) })}</span>}
      {(day.over ?? 0) > 0 && <span className="rr-small" style={{ color: "var(--rr-bad)" }}>{t("space.over", { amount: amount(day.over ?? 0, room.measure) })}</span>}
    </>
  );
}

const toneOf = (day: Day) => ((day.over ?? 0) > 0 ? "bad" : day.free === 0 ? "warn" : "ok");
const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

/** The days as buttons: the first press begins a span, the second ends it. Arrows go from day to day and week to week. */
function Choosing({ days, room, span, choose }: { days: Day[]; room: Room; span: Span | null; choose: (span: Span | null) => void }) {
  const { t } = useTranslation();
  const [at, setAt] = useState(0);
  const press = (day: string) => choose(!span || span.first !== span.last || day < span.first ? { first: day, last: day } : { first: span.first, last: day });
  const step = (event: KeyboardEvent<HTMLOListElement>) => {
    const next = at + (STEPS[event.key] ?? 0);
    if (!(event.key in STEPS) || next < 0 || next >= days.length) return;
    event.preventDefault();
    setAt(next);
    event.currentTarget.querySelectorAll<HTMLButtonElement>("button")[next]?.focus();
  };
  return (
    <ol className="rr-days" aria-label={t("space.calendar")} onKeyDown={step}>
      {days.map((day, index) => {
        const within = span !== null && day.day >= span.first && day.day <= span.last;
        return (
          <li key={day.day}>
            <button type="button" className="rr-day" data-tone={toneOf(day)} data-chosen={within || undefined} aria-pressed={within} tabIndex={index === Math.min(at, days.length - 1) ? 0 : -1}
              onFocus={() => setAt(index)} onClick={() => press(day.day)}><OneDay day={day} room={room} /></button>
          </li>
        );
      })}
    </ol>
  );
}

/** What is chosen, and how much is free on all of these days. */
function Chosen({ days, room, span, ask, clear }: { days: Day[]; room: Room; span: Span; ask: () => void; clear: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const amount = useAmount();
  const within = days.filter(({ day }) => day >= span.first && day <= span.last);
  const free = Math.min(...within.map((day) => day.free));
  return (
    <div className="rr-chosen rr-noprint" role="status">
      <div>
        <strong>{format.date(span.first)}{span.last !== span.first && <> – {format.date(span.last)}</>}</strong>
        {within.length > 0 && <div className="rr-small">{t("space.freeThroughout", { amount: amount(free, room.measure) })}</div>}
        {span.first === span.last && <div className="rr-small rr-dim">{t("space.chooseLast")}</div>}
      </div>
      <div className="rr-deeds"><Button size="md" onClick={ask}>{t("space.askThese")}</Button><Button size="md" variant="default" onClick={clear}>{t("space.otherDays")}</Button></div>
    </div>
  );
}

export function Calendar({ room, from, span, choose, ask }: { room: Room; from: string; span: Span | null; choose: (span: Span | null) => void; ask: (() => void) | null }) {
  const { t } = useTranslation();
  const days = useQuery({ queryKey: ["calendar", room, from], queryFn: () => space.calendar(room, from, later(from, DAYS - 1)) });
  return (
    <Loaded query={days}>
      {(found) => {
        if (found.days.every((day) => day.capacity === 0 && (day.over ?? 0) === 0)) return <Empty icon="warehouse" title={t("space.noRoom")} help={t("space.noRoomHelp")} />;
        if (!ask) return <ol className="rr-days" aria-label={t("space.calendar")}>{found.days.map((day) => <li key={day.day} className="rr-day" data-tone={toneOf(day)}><OneDay day={day} room={room} /></li>)}</ol>;
        return (
          <>
            {!span && <p className="rr-pad rr-small rr-dim rr-noprint" style={{ paddingBottom: 0 }}>{t("space.chooseFirst")}</p>}
            <Choosing days={found.days} room={room} span={span} choose={choose} />
            {span && <Chosen days={found.days} room={room} span={span} ask={ask} clear={() => choose(null)} />}
          </>
        );
      }}
    </Loaded>
  );
}
