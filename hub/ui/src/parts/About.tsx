/** How sure a time is: nothing where it is, else a small mark, and the bounds in words. */
import { useTranslation } from "react-i18next";

import { useFormat } from "../format";
import type { Bounds } from "../shapes";
import { Tag } from "./Page";

export function useBounds(time: Bounds): string {
  const { t } = useTranslation();
  const format = useFormat();
  if (!time.latest) return t("time.unknown");
  const to = format.dateTime(time.latest);
  return time.earliest ? t("time.between", { from: format.dateTime(time.earliest), to }) : t("time.until", { to });
}

export function About({ time }: { time: Bounds }) {
  const { t } = useTranslation();
  const bounds = useBounds(time);
  if (!time.estimated) return null;
  return <Tag tone="warn" title={`${bounds}. ${t("time.help")}`}>≈ {t("time.about")}</Tag>;
}

/** The bounds, for those who cannot point at the mark. */
export function BoundsLine({ time }: { time: Bounds }) {
  const bounds = useBounds(time);
  return time.estimated ? <div>≈ {bounds}</div> : null;
}
