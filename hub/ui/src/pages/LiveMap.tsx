/** Where vehicles and sites are, as a map and, saying the same, as a list. */
import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "wouter";

import { useMay } from "../access";
import { api } from "../api";
import { asServerTime, serverNow, useNow } from "../clock";
import { useFormat } from "../format";
import { useLink } from "../live";
import { useAlarms, type Alarms } from "../map/alarms";
import { choose, promiseMs, STATES, type VehicleState } from "../map/choosing";
import type { Fleet } from "../map/fleet";
import { MapView } from "../map/MapView";
import { nearness } from "../map/nearness";
import { played } from "../map/replay";
import type { Pick } from "../map/sheet";
import { useFleet } from "../map/useFleet";
import type { Shown } from "../map/useSigns";
import { useSites } from "../parts/Account";
import { Page, Tag } from "../parts/Page";
import { useFilters } from "../parts/Pickers";
import { Failure, Loading } from "../parts/States";
import { Legend } from "./map/Legend";
import { FILTERS, MapFilters, type Filter } from "./map/MapFilters";
import { HOURS, Replay, spanOf } from "./map/Replay";
import { inOrder, SiteList } from "./map/SiteList";
import { VehicleList } from "./map/VehicleList";

const TRACK_REFETCH_MS = 10_000;

function useTrack(device: string | null, hours: string) {
  const may = useMay();
  const track = useQuery({
    queryKey: ["track", device, hours],
    enabled: device !== null && may("GET /devices/{name}/track"),
    refetchInterval: TRACK_REFETCH_MS,
    queryFn: async () => {
      const span = spanOf(hours);
      return { span, track: await api.track(device!, new Date(span.from).toISOString()) };
    },
  });
  const { data } = track;
  return { track, data, played: useMemo(() => (data ? played(data.track) : null), [data]) };
}

/** Whom the filters of the address mean. */
function useShown(fleet: Fleet, values: Record<Filter, string | null>, alarms: Alarms): Shown {
  const linked = useLink().link !== "lost";
  const { q, state, near } = values;
  return useMemo(() => {
    const area = near && alarms.each.find(({ incident }) => incident.id === near)?.area;
    const wish = { text: (q ?? "").toLowerCase(), state: STATES.includes(state as VehicleState) ? (state as VehicleState) : null,
      near: area ? nearness(area) : null, promiseMs: promiseMs(linked) };
    return { fleet, slots: () => choose(fleet, wish, serverNow()), promiseMs: wish.promiseMs };
  }, [fleet, q, state, near, alarms, linked]);
}

/** Says when positions do not come in as they change. */
function NotLive({ live, heardAt }: { live: boolean; heardAt: () => number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  if (live) return null;
  const at = heardAt();
  return <div className="rr-notlive" role="status"><Tag tone="warn" dot="hollow">{at === 0 ? t("map.connecting") : t("map.notLive", { span: format.span(Math.max(0, now - asServerTime(at)) / 1_000) })}</Tag></div>;
}

export default function LiveMap() {
  const { t } = useTranslation();
  const { values, any, set, params, change } = useMapAddress();
  const region = useQuery({ queryKey: ["region"], queryFn: api.region, staleTime: 300_000, refetchInterval: false });
  const roads = useQuery({ queryKey: ["roads"], queryFn: api.roads, staleTime: 300_000, refetchInterval: false });
  const sites = useSites();
  const allSites = useMemo(() => inOrder(sites.data?.sites ?? []), [sites.data]);
  const alarms = useAlarms();
  const { fleet, all, look, live, heardAt } = useFleet();
  const shown = useShown(fleet, values, alarms);
  const [ms, setMs] = useState<number | null>(null);
  const { device, site } = params;
  const hours = HOURS.find((each) => each === params.hours) ?? "2";
  const track = useTrack(device, hours);
  const picked = useMemo<Pick | null>(() => (device ? { kind: "vehicle", id: device } : site ? { kind: "site", id: site } : null), [device, site]);
  const pick = useCallback((next: Pick | null) => {
    const same = next !== null && next.kind === picked?.kind && next.id === picked.id;
    setMs(null);
    change({ device: next?.kind === "vehicle" && !same ? next.id : null, site: next?.kind === "site" && !same ? next.id : null });
  }, [picked, change]);
  const clear = () => change({ q: null, state: null, near: null });
  return (
    <Page title={t("map.title")} asOf={live ? undefined : all.dataUpdatedAt}>
      <div className="rr-mapgrid">
        <div className="rr-mapside">
          {region.data
            ? (
              <MapView region={region.data} sites={allSites} roads={roads.data} vehicles={shown} track={device ? track.played : null} replayMs={device ? ms : null}
                picked={picked} onPick={pick} onView={look} area={alarms.all}>
                <NotLive live={live} heardAt={heardAt} />
                <Legend />
              </MapView>
            )
            : <div className="rr-card rr-map">{region.isError ? <Failure error={region.error} retry={() => void region.refetch()} /> : <Loading rows={8} />}</div>}
          {device && <Replay key={`${device} ${hours}`} name={device} shown={shown} track={track.played} whole={track.data?.track} error={track.track.error} retry={() => void track.track.refetch()}
            span={track.data?.span ?? spanOf(hours)} hours={hours} onHours={(value) => change({ hours: value === "2" ? null : value })} ms={ms} onMs={setMs} onClose={() => pick(null)} />}
        </div>
        <aside className="rr-card rr-maplist" aria-label={t("map.list")}>
          <MapFilters values={values} set={set} alarms={alarms} />
          <h2>{t("map.vehicles")}</h2>
          {all.isError && fleet.size === 0 ? <Failure error={all.error} retry={() => void all.refetch()} />
            : all.isPending && fleet.size === 0 ? <Loading rows={4} />
            : <VehicleList shown={shown} picked={device} onPick={(id) => pick({ kind: "vehicle", id })} filtered={any} clear={clear} />}
          <h2>{t("map.sites")}</h2>
          {sites.data && allSites.length === 0 ? <p className="rr-pad rr-dim">{t("map.noSites")}</p>
            : <SiteList sites={allSites} picked={site} onPick={(id) => pick({ kind: "site", id })} />}
        </aside>
      </div>
    </Page>
  );
}

/** What of the map stands in the address: whom it shows, whom it picked, of how many hours. */
function useMapAddress() {
  const { values, any, set } = useFilters(FILTERS);
  const [params, setParams] = useSearchParams();
  const change = useCallback((changes: Record<string, string | null>) => setParams((old) => {
    const next = new URLSearchParams(old);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null) next.delete(name);
      else next.set(name, value);
    }
    return next;
  }, { replace: true }), [setParams]);
  return { values, any, set, change, params: { device: params.get("device"), site: params.get("site"), hours: params.get("hours") } };
}
