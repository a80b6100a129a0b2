/** A chart over time. Loaded when it is first needed; whoever shows one has its numbers in a table beside it. */
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import { useFormat } from "../format";

export interface Line {
  label: string;
  /** One for each time; null where nothing is known. */
  values: (number | null)[];
  /** A custom property of CSS. */
  color: string;
  shape: "bars" | "steps" | "line";
  /** Drawn dashed, so that two lines differ not in colour alone. */
  dashed?: boolean;
}

export interface PlotProps {
  label: string;
  /** Unix seconds, ascending. */
  times: number[];
  lines: Line[];
  show?: (value: number) => string;
  height?: number;
  /** Charts of one name share their cursor. */
  group?: string;
}

const shaped = (line: Line, at: number, of: number): uPlot.Series.PathBuilder | undefined => {
  if (line.shape === "steps") return uPlot.paths.stepped?.({ align: 1 });
  if (line.shape === "bars") return uPlot.paths.bars?.({ size: [0.8 / of, 60], align: of === 1 ? 0 : at === 0 ? -1 : 1 });
  return undefined;
};

/** A time on the axis, `step` seconds from the next: a day, or an hour and minute. */
const tick = (language: string, at: number, step: number) =>
  new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", step >= 86_400
    ? { day: "numeric", month: "short" } : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(at * 1000));

export default function Plot({ label, times, lines, show, height = 240, group }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const format = useFormat();
  const { t, i18n } = useTranslation();
  const scheme = useComputedColorScheme("light");
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const style = getComputedStyle(element);
    const paint = (name: string) => style.getPropertyValue(name).trim();
    const ink = paint("--mantine-color-dimmed") || style.color;
    const grid = { stroke: paint("--rr-line"), width: 1 };
    const axis = { stroke: ink, grid, ticks: grid, font: `12px ${style.fontFamily}` };
    const value = show ?? format.number;
    const bars = lines.filter((line) => line.shape === "bars").length;
    const chart = new uPlot({
      width: element.clientWidth,
      height,
      legend: { live: true },
      cursor: { drag: { x: false, y: false }, ...(group && { sync: { key: group } }) },
      scales: { y: { range: (_, low, high) => [Math.min(0, low), high > 0 ? high * 1.08 : 1] } },
      axes: [{ ...axis, space: 76, values: (_, splits, __, ___, step) => splits.map((at) => tick(i18n.language, at, step)) }, { ...axis, size: 64, values: (_, splits) => splits.map((each) => value(each)) }],
      series: [
        { label: t("log.when"), value: (_, at) => (at === null ? "" : format.dateTime(new Date(at * 1000).toISOString())) },
        ...lines.map((line, at): uPlot.Series => ({
          label: line.label,
          stroke: paint(line.color),
          fill: line.shape === "bars" ? paint(line.color) : undefined,
          width: line.shape === "bars" ? 0 : 2,
          dash: line.dashed ? [6, 4] : undefined,
          points: { show: line.shape === "line" && times.length < 60 },
          paths: shaped(line, at, bars),
          value: (_, each) => (each === null ? "" : value(each)),
        })),
      ],
    }, [times, ...lines.map((line) => line.values)], element);
    const watch = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      chart.destroy();
    };
  }, [times, lines, show, height, group, format, scheme, t, i18n.language]);
  return <div ref={box} className="rr-plot" role="img" aria-label={label} />;
}
