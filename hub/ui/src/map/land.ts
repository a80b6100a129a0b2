/** The world's land, from a file of this hub. */
import type { Feature, FeatureCollection } from "geojson";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import landUrl from "world-atlas/land-50m.json?url";

let loading: Promise<FeatureCollection> | undefined;

export function loadLand(): Promise<FeatureCollection> {
  loading ??= fetch(landUrl)
    .then((response) => response.json() as Promise<Topology<{ land: GeometryCollection }>>)
    .then((topology) => {
      const land = feature(topology, topology.objects.land) as FeatureCollection | Feature;
      return land.type === "Feature" ? { type: "FeatureCollection" as const, features: [land] } : land;
    });
  loading.catch(() => (loading = undefined)); // the next look at the map tries again
  return loading;
}
