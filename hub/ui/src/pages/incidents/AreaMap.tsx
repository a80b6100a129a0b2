/** Where it happened: the area, the settlements in it by their size, and the sites. */
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api";
import type { Whole } from "../../calls/incidents";
import { useFormat } from "../../format";
import { MapView } from "../../map/MapView";
import type { Pick } from "../../map/sheet";
import { useSites } from "../../parts/Account";
import { Loading } from "../../parts/States";

export function AreaMap({ whole }: { whole: Whole }) {
  const { t } = useTranslation();
  const format = useFormat();
  const region = useQuery({ queryKey: ["region"], queryFn: api.region });
  const roads = useQuery({ queryKey: ["roads"], queryFn: api.roads });
  const sites = useSites().data?.sites ?? [];
  const [picked, setPicked] = useState<Pick | null>(null);
  const people = useMemo(() => whole.settlements.map((one) => ({ lon: one.lon, lat: one.lat, people: one.population, label: format.name(one) ?? one.id })), [whole.settlements, format]);
  if (!region.data) return <div className="rr-card rr-map"><Loading rows={6} /></div>;
  return (
    <section aria-label={t("incident.map")} style={{ display: "grid", minHeight: "clamp(320px, 52vh, 520px)" }}>
      <MapView region={region.data} sites={sites} roads={roads.data} picked={picked} onPick={setPicked} area={whole.area} aroundArea people={people} />
    </section>
  );
}
