/** A chart, whose drawing is loaded when it is first needed. */
import { Skeleton } from "@mantine/core";
import { lazy, Suspense } from "react";

import type { PlotProps } from "./Plot";

const Plot = lazy(() => import("./Plot"));

export function Chart(props: PlotProps) {
  return <Suspense fallback={<Skeleton height={props.height ?? 240} radius="sm" />}><Plot {...props} /></Suspense>;
}
