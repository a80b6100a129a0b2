/** From where to where a consignment goes, by what, and until when. */
import { useTranslation } from "react-i18next";

import type { ConsignmentRow } from "../../calls/relief";
import { useNow } from "../../clock";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { useSites, useSiteName } from "../../parts/Account";
import { dayAt } from "../../parts/Goods";
import { Icon } from "../../parts/icons";
import { Tag } from "../../parts/Page";
import { Whereto } from "../../parts/Life";

export function Journey({ row }: { row: ConsignmentRow }) {
  const { t } = useTranslation();
  const siteName = useSiteName();
  return (
    <span className="rr-way" style={{ marginBottom: 0 }}>
      <span>{row.from_site ? siteName(row.from_site) : row.way === "direct" ? word(t, "way", "direct") : t("consignments.doors")}</span>
      <Icon name="arrow" size={16} role="img" aria-label={t("trace.to")} />
      {row.way === "direct" && !row.to_site ? <span>{t("consignments.recipients")}</span> : <Whereto way={row.way === "direct" ? "station" : row.way} site={row.to_site} />}
    </span>
  );
}

const ON_ROAD = new Set(["planned", "picking", "packed", "in-transit", "returning"]);

export function Due({ row }: { row: ConsignmentRow }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const sites = useSites().data?.sites ?? [];
  if (!row.due) return <span className="rr-dim">{t("common.none")}</span>;
  const today = dayAt(sites.find((each) => each.id === row.to_site)?.zone, now);
  return <span className="rr-expiry"><span className="rr-nowrap">{format.date(row.due)}</span> {ON_ROAD.has(row.state) && row.due < today && <Tag tone="bad">{t("consignments.overdue")}</Tag>}</span>;
}
