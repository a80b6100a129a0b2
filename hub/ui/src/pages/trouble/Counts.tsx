/** What was counted, by whom, what each count changed, and what the device said against it. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { discrepancies, type Count } from "../../calls/discrepancies";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { Account } from "../../parts/Account";
import { Export } from "../../parts/Export";
import { Condition, Goods, Owner, Plain, Quantity } from "../../parts/Goods";
import { Ago, Page, Tag } from "../../parts/Page";
import { Pager } from "../../parts/Pager";
import { SiteSelect, useFilters } from "../../parts/Pickers";
import { Sections } from "../../parts/Sections";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { useSections } from "./sections";

export default function Counts() {
  const { t } = useTranslation();
  const format = useFormat();
  const { values, cursor, set } = useFilters(["site"] as const);
  const sections = useSections();
  const list = useQuery({ queryKey: ["counts", values.site, cursor], queryFn: () => discrepancies.counts(values.site, cursor), placeholderData: keepPreviousData });
  const columns: Column<Count>[] = [
    { key: "item", title: t("common.item"), lead: true, cell: (row) => <><Goods item={row.item} lot={row.lot} /> <Condition value={row.condition} /><div className="rr-small"><Owner id={row.owner} /></div></> },
    { key: "where", title: t("counts.where"), cell: (row) => <Account account={row.account} /> },
    { key: "counted", title: t("counts.counted"), num: true, cell: (row) => <><Quantity item={row.item} n={row.counted} />{row.round > 1 && <div className="rr-small rr-dim">{t("counts.round", { n: format.number(row.round) })}</div>}</> },
    { key: "difference", title: t("counts.difference"), num: true, cell: (row) => <Quantity item={row.item} n={row.difference} signed /> },
    { key: "warned", title: t("counts.warned"), empty: (row) => row.warned.length === 0 && !row.voided, cell: (row) => (
      <>{row.voided && <Tag tone="plain">{t("counts.voided")}</Tag>} {row.warned.map((each) => <Tag key={each} tone="warn">{word(t, "caution", each)}</Tag>)}</>
    ) },
    { key: "who", title: t("settle.who"), cell: (row) => (
      <>{row.by ? <Plain text={row.by} /> : <span className="rr-dim">{t("delivery.nobodySignedOn")}</span>}<div className="rr-small rr-dim">{row.device} · <Ago at={row.at} /></div></>
    ) },
  ];
  return (
    <Page title={t("discrepancies.title")} lead={t("counts.lead")} asOf={list.dataUpdatedAt} actions={<Export list="counts" filter={values} />}>
      <Sections label={t("settle.sections")} sections={sections} />
      <div className="rr-card rr-pad rr-filters" role="search" aria-label={t("stock.filters")}>
        <SiteSelect clearable placeholder={t("stock.allSites")} value={values.site} onChange={(value) => set("site", value)} />
      </div>
      <div className="rr-card" aria-busy={list.isPlaceholderData}>
        <Loaded query={list}>
          {(page) => page.rows.length === 0 ? <Empty icon="check" title={t("counts.empty")} help={t("counts.emptyHelp")} />
            : <Table label={t("counts.title")} columns={columns} rows={page.rows} rowKey={(row) => `${row.device}/${row.stream}/${row.seq}`} />}
        </Loaded>
      </div>
      <Pager cursor={cursor} next={list.data?.next ?? null} onCursor={(next) => set("cursor", next)} />
    </Page>
  );
}
