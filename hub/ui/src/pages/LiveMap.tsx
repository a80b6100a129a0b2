/** Where vehicles and sites are, as a map and, saying the same, as a list. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "wouter";

import { api, query, type Position, type Site, type Track } from "../api";
import { serverNow, useNow } from "../clock";
import { useFormat } from "../format";
import { word } from "../i18n";
import { useAlarms } from "../map/alarms";
import { MapView } from "../map/MapView";
import type { Pick } from "../map/sheet";
import { isMoving, isStale } from "../map/vehicles";
import { useSites } from "../parts/Account";
import { Icon } from "../parts/icons";
import { Ago, Page, Tag } from "../parts/Page";
import { Empty, Failure, Loading } from "../parts/States";

const ORDER = ["warehouse", "station", "hospital", "camp"];

/** Warehouses first, then by name. */
function inOrder(sites: Site[]): Site[] {
  return [...sites].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || a.name.localeCompare(b.name));
}

const TRACK_MS = 7_200_000;
const TRACK_REFETCH_MS = 10_000;

function useTrack(device: string | null) {
  return useQuery({
    queryKey: ["track", device],
    enabled: device !== null,
    refetchInterval: TRACK_REFETCH_MS,
    queryFn: () => api.track(device!, new Date(serverNow() - TRACK_MS).toISOString()),
  });
}

function Vehicle({ position, picked, track, onPick }: { position: Position; picked: boolean; track: Track | undefined; onPick: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const stale = isStale(position, useNow());
  const kmh = format.decimal((position.speed_mps ?? 0) * 3.6, 0);
  const distance = track && (track.distance_m < 1_000 ? t("map.m", { value: format.decimal(track.distance_m, 0) }) : t("map.km", { value: format.decimal(track.distance_m / 1_000, 1) }));
  return (
    <li>
      <button type="button" aria-pressed={picked} onClick={onPick} data-stale={stale || undefined}>
        <Icon name="vehicle" />
        <span>
          <span className="rr-strong">{position.device}</span>
          <span className="rr-small rr-dim rr-line">{isMoving(position) ? t("map.speed", { value: kmh }) : t("map.standing")} · <Ago at={position.at} promise={60} /></span>
          {picked && distance && <span className="rr-small rr-dim rr-line">{t("map.track", { distance })}</span>}
          {picked && position.quality && <span className="rr-small rr-dim rr-line">{t("map.estimated", { quality: word(t, "quality", position.quality) })}</span>}
        </span>
        {stale && <Tag tone="warn">{t("map.stale")}</Tag>}
      </button>
    </li>
  );
}

function SiteEntry({ site, picked, onPick }: { site: Site; picked: boolean; onPick: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <li>
      <button type="button" aria-pressed={picked} onClick={onPick}>
        <Icon name={site.kind === "station" || site.kind === "hospital" || site.kind === "camp" ? site.kind : "warehouse"} />
        <span>
          <span className="rr-strong">{format.name(site)}</span>
          <span className="rr-small rr-dim rr-line">{word(t, "siteKind", site.kind)} · {t("map.units", { n: format.number(site.stock) })}</span>
        </span>
      </button>
      {picked && <Button component={Link} href={"/stock" + query({ site: site.id })} variant="light" size="xs" ml={44} mb={8}>{t("map.openStock")}</Button>}
    </li>
  );
}

export default function LiveMap() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const region = useQuery({ queryKey: ["region"], queryFn: api.region, staleTime: 300_000, refetchInterval: false });
  const roads = useQuery({ queryKey: ["roads"], queryFn: api.roads, staleTime: 300_000, refetchInterval: false });
  const sites = useSites();
  const positions = useQuery({ queryKey: ["positions"], queryFn: api.positions });
  const device = params.get("device");
  const siteId = params.get("site");
  const track = useTrack(device);
  const picked = useMemo<Pick | null>(() => (device ? { kind: "vehicle", id: device } : siteId ? { kind: "site", id: siteId } : null), [device, siteId]);
  const pick = (next: Pick | null) =>
    setParams(!next || (next.kind === picked?.kind && next.id === picked.id) ? {} : { [next.kind === "vehicle" ? "device" : "site"]: next.id }, { replace: true });
  const vehicles = [...(positions.data?.positions ?? [])].sort((a, b) => a.device.localeCompare(b.device));
  const allSites = useMemo(() => inOrder(sites.data?.sites ?? []), [sites.data]);
  const alarms = useAlarms();
  const trackOf = device ? track.data : undefined;
  return (
    <Page title={t("map.title")} asOf={positions.dataUpdatedAt}>
      <div className="rr-mapgrid">
        {region.data
          ? <MapView region={region.data} sites={allSites} roads={roads.data} positions={vehicles} track={trackOf} picked={picked} onPick={pick} area={alarms} />
          : <div className="rr-card rr-map">{region.isError ? <Failure error={region.error} retry={() => void region.refetch()} /> : <Loading rows={8} />}</div>}
        <aside className="rr-card rr-maplist" aria-label={t("map.list")}>
          <h2>{t("map.vehicles")}</h2>
          {positions.isError && !positions.data ? <Failure error={positions.error} retry={() => void positions.refetch()} />
            : positions.data && vehicles.length === 0 ? <Empty icon="vehicle" title={t("map.noVehicles")} help={t("map.noVehiclesHelp")} />
            : <ul>{vehicles.map((each) => <Vehicle key={each.device} position={each} picked={each.device === device} track={each.device === device ? trackOf : undefined} onPick={() => pick({ kind: "vehicle", id: each.device })} />)}</ul>}
          <h2>{t("map.sites")}</h2>
          {sites.data && allSites.length === 0 ? <p className="rr-pad rr-dim">{t("map.noSites")}</p>
            : <ul>{allSites.map((each) => <SiteEntry key={each.id} site={each} picked={each.id === siteId} onPick={() => pick({ kind: "site", id: each.id })} />)}</ul>}
        </aside>
      </div>
    </Page>
  );
}
