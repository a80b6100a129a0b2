/** The picked vehicle: how it stands, and where it went, played again from fix to fix; a silence stays a silence. */
import { ActionIcon, Button, Select } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { query, type Track } from "../../api";
import { serverNow, useNow } from "../../clock";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { stateOf } from "../../map/choosing";
import { fixAt, gapAt, type Played } from "../../map/replay";
import type { Shown } from "../../map/useSigns";
import { Icon } from "../../parts/icons";
import { Ago, Tag } from "../../parts/Page";
import { Failure } from "../../parts/States";

export const HOURS = ["2", "6", "24"] as const;
const SPEEDS = ["30", "120", "600"] as const;
const HOUR_MS = 3_600_000;
const TICK_MS = 100;
const KEY_STEP_MS = 10_000;

/** From when to when is played. */
export interface Span {
  from: number;
  to: number;
}

function Silences({ track, span }: { track: Played; span: Span }) {
  const percent = (ms: number) => `${Math.max(0, Math.min(100, ((ms - span.from) / (span.to - span.from)) * 100))}%`;
  const { at } = track;
  const spans = [[span.from, at[0] ?? span.to], ...track.gaps, ...(at.length > 0 ? [[at.at(-1)!, span.to]] : [])] as [number, number][];
  return (
    <svg className="rr-silences" height="6" width="100%" aria-hidden="true">
      <rect width="100%" height="6" rx="3" data-heard="" />
      {spans.filter(([from, to]) => to > from).map(([from, to]) => (
        <svg key={from} x={percent(from)} width={percent(span.from + to - from)} height="6" preserveAspectRatio="none"><rect width="100%" height="6" /></svg>
      ))}
    </svg>
  );
}

function Moment({ track, ms }: { track: Played; ms: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const index = fixAt(track, ms);
  const gap = gapAt(track, ms);
  const fix = track.at[index];
  const after = index === track.at.length - 1 && fix !== undefined && ms - fix > 60_000;
  return (
    <p className="rr-moment" data-silent={gap || after || fix === undefined ? "true" : undefined}>
      <span className="rr-strong">{format.dateTime(new Date(ms).toISOString())}</span>{" "}
      {fix === undefined ? t("map.noFixYet")
        : gap ? t("map.silent", { from: format.time(gap[0]), to: format.time(gap[1]) })
        : after ? t("map.silentSince", { from: format.time(fix) })
        : t("map.fixAt", { time: format.time(fix), speed: track.speed[index] == null ? "" : ` · ${t("map.speed", { value: format.decimal(track.speed[index]! * 3.6, 0) })}` })}
    </p>
  );
}

function Player({ track, span, ms, onMs }: { track: Played; span: Span; ms: number | null; onMs: (ms: number | null) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<string>("120");
  const at = ms ?? span.to;
  useEffect(() => {
    if (!playing) return;
    const timer = setTimeout(() => {
      const next = at + Number(speed) * TICK_MS;
      onMs(Math.min(next, span.to));
      if (next >= span.to) setPlaying(false);
    }, TICK_MS);
    return () => clearTimeout(timer);
  }, [playing, at, speed, span.to, onMs]);
  const toggle = () => {
    if (!playing && at >= span.to) onMs(Math.max(span.from, track.at[0] ?? span.from));
    setPlaying(!playing);
  };
  return (
    <div className="rr-player">
      <ActionIcon size={44} variant="default" onClick={toggle} aria-label={t(playing ? "map.pause" : "map.play")} title={t(playing ? "map.pause" : "map.play")}><Icon name={playing ? "pause" : "play"} /></ActionIcon>
      <div className="rr-slider">
        <input type="range" min={span.from} max={span.to} step={KEY_STEP_MS} value={at} aria-label={t("map.slider")} aria-valuetext={format.dateTime(new Date(at).toISOString())}
          onChange={(event) => {
            setPlaying(false);
            onMs(Math.min(span.to, Number(event.currentTarget.value)));
          }} />
        <Silences track={track} span={span} />
      </div>
      <Select size="md" w={104} aria-label={t("map.pace")} value={speed} allowDeselect={false} onChange={(value) => setSpeed(value ?? "120")} data={SPEEDS.map((value) => ({ value, label: `${value}×` }))} />
      <Button variant="default" h={44} disabled={ms === null} onClick={() => {
        setPlaying(false);
        onMs(null);
      }}>{t("map.now")}</Button>
    </div>
  );
}

function Distance({ track, left }: { track: Track; left: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const far = track.distance_m < 1_000 ? t("map.m", { value: format.decimal(track.distance_m, 0) }) : t("map.km", { value: format.decimal(track.distance_m / 1_000, 1) });
  return (
    <span className="rr-small rr-dim">
      {t("map.distance", { distance: far })}
      {left > 0 && <> · {t("map.leftOut", { n: format.number(left) })}</>}
    </span>
  );
}

export function Replay({ name, shown, track, whole, error, retry, span, hours, onHours, ms, onMs, onClose }: {
  name: string;
  shown: Shown;
  track: Played | null;
  whole: Track | undefined;
  error: unknown;
  retry: () => void;
  span: Span;
  hours: string;
  onHours: (hours: string) => void;
  ms: number | null;
  onMs: (ms: number | null) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const { fleet, promiseMs } = shown;
  const slot = fleet.slot(name);
  const old = slot !== undefined && stateOf(fleet, slot, now, promiseMs) === "old";
  const heading = slot === undefined || !fleet.isMoving(slot) ? null : fleet.heading(slot);
  return (
    <section className="rr-card rr-replay" aria-label={t("map.picked", { name })}>
      <header>
        <h2>{name}</h2>
        {slot === undefined ? <span className="rr-dim">{t("map.notKnown")}</span> : (
          <span className="rr-small rr-dim">
            {fleet.isMoving(slot) ? t("map.speed", { value: format.decimal((fleet.speed(slot) ?? 0) * 3.6, 0) }) : t("map.standing")}
            {heading !== null && <> · {t("map.heading", { value: format.decimal(heading, 0) })}</>}
            {" · "}<Ago at={new Date(fleet.columns.at[slot]!).toISOString()} promise={promiseMs / 1_000} />
            {fleet.qualities[slot] && <> · {t("map.estimated", { quality: word(t, "quality", fleet.qualities[slot]!) })}</>}
          </span>
        )}
        {old && <Tag tone="warn">{t("map.stale")}</Tag>}
        {whole && track && <Distance track={whole} left={track.left} />}
        <span className="rr-replay-acts">
          <Select size="md" w={124} aria-label={t("map.span")} value={hours} allowDeselect={false} onChange={(value) => onHours(value ?? "2")}
            data={HOURS.map((value) => ({ value, label: t("map.lastHours", { n: value }) }))} />
          <Button component={Link} href={"/devices" + query({ q: name })} variant="default" h={44}>{t("map.openDevice")}</Button>
          <ActionIcon size={44} variant="subtle" color="gray" aria-label={t("map.letGo")} title={t("map.letGo")} onClick={onClose}><Icon name="close" /></ActionIcon>
        </span>
      </header>
      {error && !whole ? <Failure error={error} retry={retry} />
        : track && track.at.length > 0 ? <><Player track={track} span={span} ms={ms} onMs={onMs} />{ms !== null && <Moment track={track} ms={ms} />}</>
        : <p className="rr-small rr-dim">{whole ? t("map.noTrack", { n: hours }) : t("state.loading")}</p>}
    </section>
  );
}

export function spanOf(hours: string): Span {
  const to = serverNow();
  return { from: to - Number(hours) * HOUR_MS, to };
}
