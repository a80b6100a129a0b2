/** The map on the page: feeds a sheet with sites, roads, positions and the picked vehicle's track. */
import { ActionIcon, useComputedColorScheme } from "@mantine/core";
import type { FeatureCollection } from "geojson";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Region, Roads, Site } from "../api";
import { useFormat } from "../format";
import { Icon } from "../parts/icons";
import { boundsOf, frame, livingFeatures, replayFeatures, siteFeatures, trackFeatures, type Living } from "./features";
import { DAY, NIGHT } from "./palette";
import type { Bounds } from "./positionLink";
import type { Played } from "./replay";
import { Sheet, type Pick } from "./sheet";
import { useSigns, type Shown } from "./useSigns";

interface Props {
  region: Region;
  sites: Site[];
  roads: Roads | undefined;
  vehicles?: Shown;
  track?: Played | null;
  /** The time that is played, in Unix ms. */
  replayMs?: number | null;
  picked: Pick | null;
  onPick: (pick: Pick | null) => void;
  /** What is in view, with each move. */
  onView?: (bounds: Bounds, zoom: number) => void;
  /** Where something happened. */
  area?: FeatureCollection;
  /** Whether the map begins there, and shows it where all is asked for. */
  aroundArea?: boolean;
  people?: Living[];
  children?: ReactNode;
}

/** All that there is to see, or nothing. */
function extent(region: Region, sites: Site[], vehicles: Shown | undefined): Bounds | null {
  const [lons, lats]: [number[], number[]] = [[], []];
  const add = (lon: number, lat: number) => {
    if (!Number.isFinite(lon) || !Number.isFinite(lat)) return;
    lons.push(lon);
    lats.push(lat);
  };
  for (const { lon, lat } of sites) add(lon, lat);
  vehicles?.slots().forEach((slot) => add(...vehicles.fleet.lonLat(slot)));
  if (lons.length === 0) return region.bbox;
  const least = (values: number[]) => values.reduce((a, b) => Math.min(a, b));
  const most = (values: number[]) => values.reduce((a, b) => Math.max(a, b));
  return [least(lons), least(lats), most(lons), most(lats)];
}

export function MapView({ region, sites, roads, vehicles, track, replayMs, picked, onPick, onView, area, aroundArea, people, children }: Props) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const element = useRef<HTMLDivElement>(null);
  const told = useRef({ pick: onPick, view: onView });
  const [sheet, setSheet] = useState<Sheet | null>(null);
  const [failed, setFailed] = useState(false);
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const label = t("map.canvas");

  useEffect(() => {
    told.current = { pick: onPick, view: onView };
  });
  useEffect(() => {
    let made: Sheet;
    try {
      made = new Sheet(element.current!, scheme === "dark" ? NIGHT : DAY, region, label, i18n.language,
        { pick: (found) => told.current.pick(found), view: (bounds, zoom) => told.current.view?.(bounds, zoom) });
    } catch {
      setFailed(true);
      return;
    }
    setSheet(made);
    return () => {
      setSheet(null);
      made.remove();
    };
  }, [scheme, region, label, i18n.language]);

  useEffect(() => sheet?.set("frame", frame(region)), [sheet, region]);
  useEffect(() => {
    sheet?.set("sites", siteFeatures(sites, picked?.kind === "site" ? picked.id : null, (site) => format.name(site) ?? site.id, (site) => (site.stock > 0 ? t("map.units", { n: format.number(site.stock) }) : "")));
  }, [sheet, sites, picked, format, t]);
  useEffect(() => {
    if (!roads) return;
    const features = roads.features.map((road) => ({
      ...road,
      properties: { ...road.properties, label: (i18n.language === "zh" ? road.properties?.name_zh : null) || road.properties?.name || "" },
    }));
    sheet?.set("roads", { type: "FeatureCollection", features });
  }, [sheet, roads, i18n.language]);
  useEffect(() => sheet?.set("track", trackFeatures(track ?? null)), [sheet, track]);
  useEffect(() => sheet?.set("replay", replayFeatures(track ?? null, replayMs ?? null)), [sheet, track, replayMs]);
  useSigns(sheet, vehicles, picked?.kind === "vehicle" ? picked.id : null);
  // Only a new choice moves the map; following every position would take it out of the reader's hands.
  const shown = useRef("");
  useEffect(() => {
    const choice = picked ? `${picked.kind}/${picked.id}` : "";
    if (!sheet || choice === shown.current) return;
    const slot = picked?.kind === "vehicle" ? vehicles?.fleet.slot(picked.id) : undefined;
    const site = picked?.kind === "site" ? sites.find((each) => each.id === picked.id) : undefined;
    const at = slot !== undefined ? vehicles!.fleet.lonLat(slot) : site && ([site.lon, site.lat] as const);
    if (picked && !at) return; // it comes with the next answer
    shown.current = choice;
    if (at) sheet.fly(...at);
  }); // a vehicle's place is in no state: looked for whenever the page is drawn, until it is there

  useEffect(() => {
    if (area) sheet?.set("area", area);
  }, [sheet, area]);
  useEffect(() => {
    if (people) sheet?.set("people", livingFeatures(people));
  }, [sheet, people]);
  const around = useRef("");
  useEffect(() => {
    const bounds = area && aroundArea ? boundsOf(area) : null;
    if (!sheet || !bounds || around.current === bounds.join()) return;
    around.current = bounds.join(); // an update of the alert moves the map, and a new answer that says the same does not
    sheet.fit(bounds, false);
  }, [sheet, area, aroundArea]);

  const fit = () => {
    const everything = (area && aroundArea ? boundsOf(area) : null) ?? extent(region, sites, vehicles);
    if (everything) sheet?.fit(everything);
  };
  if (failed) return <div className="rr-card rr-map rr-state" role="alert">{t("map.noGl")}</div>;
  return (
    <div className="rr-card rr-map">
      <div ref={element} className="rr-map-canvas" />
      <div className="rr-map-tools">
        <ActionIcon variant="default" size={44} aria-label="+" onClick={() => sheet?.zoom(1)}><Icon name="plus" /></ActionIcon>
        <ActionIcon variant="default" size={44} aria-label="−" onClick={() => sheet?.zoom(-1)}><Icon name="minus" /></ActionIcon>
        <ActionIcon variant="default" size={44} aria-label={t("map.fit")} title={t("map.fit")} onClick={fit}><Icon name="fit" /></ActionIcon>
      </div>
      {children}
      <div className="rr-map-source">
        {region.base_map && <>{t("map.baseMap", { whose: region.base_map.attribution })} · </>}
        {region.base_map_fault && <span className="rr-bad">{t("map.baseMapFault", { fault: region.base_map_fault })} · </span>}
        {t("map.attribution")}
      </div>
    </div>
  );
}
