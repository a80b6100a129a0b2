/** What people decided about things that did not add up. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { discrepancies, type Discrepancy } from "../../calls/discrepancies";
import { word } from "../../i18n";
import { Export } from "../../parts/Export";
import { Goods, Plain } from "../../parts/Goods";
import { Ago, Page, Tag } from "../../parts/Page";
import { Pager } from "../../parts/Pager";
import { useFilters } from "../../parts/Pickers";
import { SearchField } from "../../parts/SearchField";
import { Sections } from "../../parts/Sections";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { Place } from "./Discrepancies";
import { useSections } from "./sections";
import { useStory } from "./story";

export default function Settled() {
  const { t } = useTranslation();
  const { values, cursor, any, set } = useFilters(["text"] as const);
  const sections = useSections();
  const story = useStory();
  const list = useQuery({ queryKey: ["discrepancies", "settled", values, cursor], queryFn: () => discrepancies.list("settled", values, cursor), placeholderData: keepPreviousData });
  const columns: Column<Discrepancy>[] = [
    { key: "what", title: t("discrepancies.what"), lead: true, cell: (row) => (
      <div className="rr-story"><Tag>{word(t, "discrepancyKind", row.kind)}</Tag>{row.code !== "settled" && <div>{story(row)}</div>}</div>
    ) },
    { key: "decision", title: t("settle.decision"), cell: (row) => row.settlement && (
      <>
        <Tag tone="ok">{word(t, "settleAs", row.settlement.decision)}</Tag>
        {!row.settlement.posted && <> <Tag tone="warn" title={t("transfer.notPostedHelp")}>{t("transfer.notPosted")}</Tag></>}
        <div><Plain text={row.settlement.reason} most={300} /></div>
      </>
    ) },
    { key: "place", title: t("common.place"), empty: (row) => !row.account && !row.site, cell: (row) => <Place row={row} /> },
    { key: "item", title: t("common.item"), empty: (row) => !row.item, cell: (row) => row.item ? <Goods item={row.item} lot={row.lot} /> : <span className="rr-dim">{t("common.none")}</span> },
    { key: "who", title: t("settle.who"), cell: (row) => row.settlement && <><Plain text={row.settlement.by} /><div className="rr-small rr-dim"><Ago at={row.settlement.at} /></div></> },
  ];
  return (
    <Page title={t("discrepancies.title")} lead={t("settle.settledLead")} asOf={list.dataUpdatedAt} actions={<Export list="discrepancies" filter={{ state: "settled", ...values }} />}>
      <Sections label={t("settle.sections")} sections={sections} />
      <div className="rr-card rr-pad rr-filters" role="search" aria-label={t("stock.filters")}>
        <SearchField value={values.text} set={(value) => set("text", value)} help={t("settle.searchHelp")} />
      </div>
      <div className="rr-card" aria-busy={list.isPlaceholderData}>
        <Loaded query={list}>
          {(page) => page.rows.length === 0
            ? <Empty icon="discrepancies" title={any ? t("settle.noneFound") : t("settle.nothingSettled")} help={any ? t("settle.noneFoundHelp") : t("settle.nothingSettledHelp")} />
            : <Table label={t("settle.settled")} columns={columns} rows={page.rows} rowKey={(row) => row.settlement?.id ?? row.key} />}
        </Loaded>
      </div>
      <Pager cursor={cursor} next={list.data?.next ?? null} onCursor={(next) => set("cursor", next)} />
    </Page>
  );
}
