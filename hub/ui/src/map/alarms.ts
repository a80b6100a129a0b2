/** The areas of what is going on: those of the newest open incidents, for whoever may see incidents. */
import { useQueries, useQuery } from "@tanstack/react-query";
import type { FeatureCollection } from "geojson";
import { useMemo } from "react";

import { useMay } from "../access";
import { incidents, type Incident } from "../calls/incidents";

const MOST = 5;

export interface Alarms {
  all: FeatureCollection;
  each: { incident: Incident; area: FeatureCollection }[];
}

export function useAlarms(): Alarms {
  const may = useMay();
  const open = useQuery({ queryKey: ["incidents", { state: "open" }], queryFn: () => incidents.list({ state: "open" }), enabled: may("GET /incidents") });
  const found = useQueries({
    queries: (open.data?.rows ?? []).slice(0, MOST).map(({ id }) => ({ queryKey: ["incident", id], queryFn: () => incidents.one(id) })),
  });
  const known = found.flatMap(({ data }) => (data ? [{ incident: data.incident, area: data.area }] : []));
  const at = found.map(({ dataUpdatedAt }) => dataUpdatedAt).join();
  return useMemo<Alarms>(() => ({ all: { type: "FeatureCollection", features: known.flatMap(({ area }) => area.features) }, each: known }), [at]); // `at` changes with what was found
}
