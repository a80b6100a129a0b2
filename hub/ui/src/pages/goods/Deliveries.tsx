/** Announced deliveries: what is expected, what is arriving, what is over. */
import { Button, Select } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useMay } from "../../access";
import { deliveries, type Delivery, type DeliveryState } from "../../calls/deliveries";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { useSiteName } from "../../parts/Account";
import { Export } from "../../parts/Export";
import { Owner, Plain, useGoodsName } from "../../parts/Goods";
import { Icon } from "../../parts/icons";
import { Page, Tag } from "../../parts/Page";
import { Pager } from "../../parts/Pager";
import { OwnerSelect, SiteSelect, useFilters } from "../../parts/Pickers";
import { SearchField } from "../../parts/SearchField";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { useUser } from "../../session";
import { Expected, isOpen, StateTag } from "./deliveryState";

const SHOWN = 2;
/** What the filter means: without one, what has yet to come or to be closed. */
const WANTED: Record<string, DeliveryState[]> = { open: ["announced"], received: ["received"], closed: ["closed"], cancelled: ["cancelled"], all: [] };

function What({ delivery }: { delivery: Delivery }) {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = useGoodsName();
  const more = delivery.lines.length - SHOWN;
  return (
    <>
      {delivery.lines.slice(0, SHOWN).map((line) => (
        <div key={line.line}>{nameOf(line.item)} <span className="rr-dim rr-nowrap">× {format.number(line.n)}</span></div>
      ))}
      {more > 0 && <div className="rr-dim">{t("delivery.more", { n: format.number(more) })}</div>}
      {delivery.units.length > 0 && <div>{t("delivery.nUnits", { n: format.number(delivery.units.length) })}</div>}
    </>
  );
}

/** How much of it came, and whether that is what was announced. */
function Came({ delivery }: { delivery: Delivery }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (delivery.state === "announced" || delivery.state === "cancelled") return <span className="rr-dim">{t("common.none")}</span>;
  if (delivery.even) return <Tag tone="ok">{t("delivery.even")}</Tag>;
  const came = delivery.lines.filter((line) => line.received === line.n).length + delivery.units.filter((unit) => delivery.units_came.includes(unit)).length;
  const all = delivery.lines.length + delivery.units.length;
  return <Tag tone={isOpen(delivery.state) ? "note" : "warn"}>{t("delivery.linesCame", { came: format.number(came), all: format.number(all) })}</Tag>;
}

function useColumns(): Column<Delivery>[] {
  const { t } = useTranslation();
  const siteName = useSiteName();
  return [
    { key: "id", title: t("delivery.one"), lead: true, cell: (row) => (
      <Link href={`/deliveries/${row.id}`} className="rr-strong rr-quiet rr-nowrap"><Plain text={row.id} /></Link>
    ) },
    { key: "state", title: t("delivery.state"), cell: (row) => <StateTag state={row.state} /> },
    { key: "expected", title: t("delivery.expected"), cell: (row) => <Expected delivery={row} /> },
    { key: "site", title: t("common.site"), cell: (row) => siteName(row.site) },
    { key: "owner", title: t("common.owner"), cell: (row) => <Owner id={row.owner} /> },
    { key: "what", title: t("delivery.what"), cell: (row) => <What delivery={row} /> },
    { key: "came", title: t("delivery.came"), cell: (row) => <Came delivery={row} /> },
  ];
}

export default function Deliveries() {
  const { t } = useTranslation();
  const may = useMay();
  const user = useUser();
  const { values, cursor, any, set, clear } = useFilters(["text", "state", "site", "owner"] as const);
  const states = WANTED[values.state ?? "open"] ?? [];
  const list = useQuery({
    queryKey: ["deliveries", values, cursor],
    queryFn: () => deliveries.list({ text: values.text, site: values.site, owner: values.owner, states, cursor }),
    placeholderData: keepPreviousData,
  });
  const columns = useColumns();
  const announces = may("POST /deliveries");
  const announce = announces && (
    <Button component={Link} href="/deliveries/new" size="md" leftSection={<Icon name="plus" size={18} />}>{t("delivery.announce")}</Button>
  );
  return (
    <Page title={t("delivery.title")} lead={t("delivery.lead")} asOf={list.dataUpdatedAt} actions={<><Export list="deliveries" filter={deliveries.query({ text: values.text, site: values.site, owner: values.owner, states })} />{announce}</>}>
      <div className="rr-card rr-pad rr-filters" role="search" aria-label={t("stock.filters")}>
        <SearchField value={values.text} set={(value) => set("text", value)} />
        <Select label={t("delivery.state")} allowDeselect={false} value={values.state ?? "open"} onChange={(value) => set("state", value === "open" ? null : value)}
          data={Object.keys(WANTED).map((each) => ({ value: each, label: word(t, "deliveryFilter", each) }))} />
        <SiteSelect clearable placeholder={t("stock.allSites")} value={values.site} onChange={(value) => set("site", value)} />
        {user.role !== "staff" && (
          <OwnerSelect label={t("common.owner")} clearable placeholder={t("stock.allOwners")} value={values.owner} onChange={(value) => set("owner", value)} />
        )}
      </div>
      <div className="rr-card" aria-busy={list.isPlaceholderData}>
        <Loaded query={list} rows={8}>
          {(page) => page.rows.length === 0
            ? <Empty icon="deliveries" title={any ? t("delivery.nothingFits") : t("delivery.nothing")} help={any ? t("delivery.nothingFitsHelp") : announces ? t("delivery.nothingHelp") : t("delivery.nothingHelpOther")}>
                {any && <Button variant="default" onClick={clear}>{t("common.clear")}</Button>}
              </Empty>
            : <Table label={t("delivery.title")} columns={columns} rows={page.rows} rowKey={(row) => row.id} />}
        </Loaded>
      </div>
      <Pager cursor={cursor} next={list.data?.next ?? null} onCursor={(next) => set("cursor", next)} />
    </Page>
  );
}
