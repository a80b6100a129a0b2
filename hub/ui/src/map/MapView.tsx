/** The map on the page: feeds a sheet with sites, roads, positions and the picked vehicle's track. */
import { ActionIcon, useComputedColorScheme } from "@mantine/core";
import type { FeatureCollection } from "geojson";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Position, Region, Roads, Site, Track } from "../api";
import { useNow } from "../clock";
import { useFormat } from "../format";
import { Icon } from "../parts/icons";
import { boundsOf, frame, livingFeatures, siteFeatures, trackFeatures, type Living } from "./features";
import { DAY, NIGHT } from "./palette";
import { Sheet, type Bounds, type Pick } from "./sheet";
import { vehicleFeatures } from "./vehicles";

interface Props {
  region: Region;
  sites: Site[];
  roads: Roads | undefined;
  positions: Position[];
  track: Track | undefined;
  picked: Pick | null;
  onPick: (pick: Pick | null) => void;
  /** Where something happened. */
  area?: FeatureCollection;
  /** Whether the map begins there, and shows it where all is asked for. */
  aroundArea?: boolean;
  people?: Living[];
}

/** All that there is to see, or nothing. */
function extent(region: Region, sites: Site[], positions: Position[]): Bounds | null {
  const points = [...sites, ...positions].filter((each) => Number.isFinite(each.lon) && Number.isFinite(each.lat));
  if (points.length === 0) return region.bbox;
  const [lons, lats] = [points.map((each) => each.lon), points.map((each) => each.lat)];
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

export function MapView({ region, sites, roads, positions, track, picked, onPick, area, aroundArea, people }: Props) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const element = useRef<HTMLDivElement>(null);
  const pick = useRef(onPick);
  const [sheet, setSheet] = useState<Sheet | null>(null);
  const [failed, setFailed] = useState(false);
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const now = useNow();
  const label = t("map.canvas");

  useEffect(() => {
    pick.current = onPick;
  });
  useEffect(() => {
    let made: Sheet;
    try {
      made = new Sheet(element.current!, scheme === "dark" ? NIGHT : DAY, region, label, (found) => pick.current(found));
    } catch {
      setFailed(true);
      return;
    }
    setSheet(made);
    return () => {
      setSheet(null);
      made.remove();
    };
  }, [scheme, region, label]);

  useEffect(() => sheet?.set("frame", frame(region)), [sheet, region]);
  useEffect(() => {
    sheet?.set("sites", siteFeatures(sites, picked?.kind === "site" ? picked.id : null, (site) => format.name(site) ?? site.id));
  }, [sheet, sites, picked, format]);
  useEffect(() => {
    if (!roads) return;
    const features = roads.features.map((road) => ({
      ...road,
      properties: { ...road.properties, label: (i18n.language === "zh" ? road.properties?.name_zh : null) || road.properties?.name || "" },
    }));
    sheet?.set("roads", { type: "FeatureCollection", features });
  }, [sheet, roads, i18n.language]);
  useEffect(() => sheet?.set("track", trackFeatures(track)), [sheet, track]);
  const vehicle = picked?.kind === "vehicle" ? picked.id : null;
  useEffect(() => {
    sheet?.set("vehicles", vehicleFeatures(positions, now, vehicle, format.ago));
  }, [sheet, positions, now, vehicle, format]);
  // Only a new choice moves the map; following every position would take it out of the reader's hands.
  const shown = useRef("");
  useEffect(() => {
    const choice = picked ? `${picked.kind}/${picked.id}` : "";
    if (!sheet || choice === shown.current) return;
    const at = picked?.kind === "vehicle" ? positions.find((each) => each.device === picked.id) : sites.find((each) => each.id === picked?.id);
    if (picked && !at) return; // it comes with the next answer
    shown.current = choice;
    if (at) sheet.fly(at.lon, at.lat);
  }, [sheet, picked, positions, sites]);

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

  const everything = (area && aroundArea ? boundsOf(area) : null) ?? extent(region, sites, positions);
  if (failed) return <div className="rr-card rr-map rr-state" role="alert">{t("map.noGl")}</div>;
  return (
    <div className="rr-card rr-map">
      <div ref={element} className="rr-map-canvas" />
      <div className="rr-map-tools">
        <ActionIcon variant="default" size="lg" aria-label="+" onClick={() => sheet?.zoom(1)}><Icon name="plus" /></ActionIcon>
        <ActionIcon variant="default" size="lg" aria-label="−" onClick={() => sheet?.zoom(-1)}><Icon name="minus" /></ActionIcon>
        <ActionIcon variant="default" size="lg" aria-label={t("map.fit")} title={t("map.fit")}
          onClick={() => everything && sheet?.fit(everything)}><Icon name="fit" /></ActionIcon>
      </div>
      <div className="rr-map-source">{t("map.attribution")}</div>
    </div>
  );
}
