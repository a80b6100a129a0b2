/** What is free of one room on each day, week by week; the words say what the colours show. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { space, type Day, type Room } from "../../calls/space";
import { useFormat } from "../../format";
import { Empty, Loaded } from "../../parts/States";
import { useNumber } from "./amounts";

const DAY_MS = 86_400_000;
const WEEKS = 8;
export const DAYS = WEEKS * 7;

export function later(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

function OneDay({ day, room }: { day: Day; room: Room }) {
  const { t } = useTranslation();
  const format = useFormat();
  const amount = useNumber();
  const used = day.capacity - day.free;
  const tone = (day.over ?? 0) > 0 ? "bad" : day.free === 0 ? "warn" : "ok";
  return (
    <li className="rr-day" data-tone={tone}>
      <time dateTime={day.day} className="rr-small">{format.date(day.day)}</time>
      <strong>{t("space.free", { amount: amount(day.free, room.measure) })}</strong>
      <div className="rr-meter" aria-hidden="true"><span data-tone={tone === "ok" ? "note" : tone} style={{ width: `${day.capacity ? Math.min(100, (used / day.capacity) * 100) : 100}%` }} /></div>
      <span className="rr-small rr-dim">{t("space.used", { amount: amount(used, room.measure) })}</span>
      {day.own > 0 && <span className="rr-small">{t("space.own", { amount: amount(day.own, room.measure) })}</span>}
      {(day.over ?? 0) > 0 && <span className="rr-small" style={{ color: "var(--rr-bad)" }}>{t("space.over", { amount: amount(day.over ?? 0, room.measure) })}</span>}
    </li>
  );
}

export function Calendar({ room, from }: { room: Room; from: string }) {
  const { t } = useTranslation();
  const days = useQuery({ queryKey: ["calendar", room, from], queryFn: () => space.calendar(room, from, later(from, DAYS - 1)) });
  return (
    <Loaded query={days}>
      {(found) => found.days.every((day) => day.capacity === 0 && (day.over ?? 0) === 0)
        ? <Empty icon="warehouse" title={t("space.noRoom")} help={t("space.noRoomHelp")} />
        : <ol className="rr-days" aria-label={t("space.calendar")}>{found.days.map((day) => <OneDay key={day.day} day={day} room={room} />)}</ol>}
    </Loaded>
  );
}
