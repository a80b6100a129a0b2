/** What each warehouse could give of what is needed, and how far away it is. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { incidents, type Ready } from "../../calls/incidents";
import { useFormat } from "../../format";
import { useGoodsName } from "../../parts/Goods";
import { Icon } from "../../parts/icons";
import { Meter } from "../../parts/Meter";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";

export function ReadySites({ incident }: { incident: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const goodsName = useGoodsName();
  const found = useQuery({ queryKey: ["readiness", incident], queryFn: () => incidents.readiness(incident) });
  const columns: Column<Ready>[] = [
    { key: "site", title: t("common.site"), lead: true, cell: (row) => <span className="rr-strong"><Icon name={row.kind === "station" || row.kind === "hospital" || row.kind === "camp" ? row.kind : "warehouse"} size={18} style={{ verticalAlign: "-4px" }} /> {format.name(row)}</span> },
    { key: "far", title: t("ready.far"), num: true, cell: (row) => row.km === null ? <span className="rr-dim">{t("ready.unknown")}</span>
      : <span className="rr-nowrap">{t("map.km", { value: format.decimal(row.km, 1) })} <span className="rr-small rr-dim">{row.by === "road" ? t("ready.road") : t("ready.line")}</span></span> },
    { key: "covers", title: t("ready.covers"), cell: (row) => <Meter done={row.percent} all={100} tone={row.percent >= 80 ? "ok" : row.percent >= 30 ? "warn" : "bad"}>{row.percent} %</Meter> },
    { key: "held", title: t("ready.held"), cell: (row) => (
      <ul className="rr-facts" style={{ margin: 0 }}>{row.held.filter((one) => one.free > 0 || one.could > 0).map((one) => (
        <li key={one.item} className="rr-small">{goodsName(one.item)}: <strong>{format.number(one.free)}</strong> / {format.number(one.needed)}{one.could > 0 && <> · {t("ready.could", { n: format.number(one.could) })}</>}</li>
      ))}</ul>
    ), empty: (row) => row.held.every((one) => one.free === 0 && one.could === 0) },
  ];
  return (
    <section aria-label={t("ready.title")}>
      <h2 className="rr-section">{t("ready.title")} {found.data && <span className="rr-small rr-dim" style={{ fontWeight: 400 }}>{found.data.of === "requests" ? t("ready.ofRequests") : t("ready.ofProposal")}</span>}</h2>
      <div className="rr-card">
      <Loaded query={found} rows={3}>
        {({ of, rows }) => of === "nothing" ? <Empty icon="needs" title={t("ready.nothing")} help={t("ready.nothingHelp")} />
          : rows.length === 0 ? <Empty icon="warehouse" title={t("ready.nobody")} help={t("ready.nobodyHelp")} />
          : <Table label={t("ready.title")} columns={columns} rows={rows} rowKey={(row) => row.site} />}
      </Loaded>
      </div>
    </section>
  );
}
