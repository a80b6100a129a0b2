/** Who saw whose data, when and what for. The data itself is nowhere here. */
import { Button, TextInput } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { helpline, type View } from "../../calls/helpline";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { Export } from "../../parts/Export";
import { Page } from "../../parts/Page";
import { Pager } from "../../parts/Pager";
import { useFilters, useTyped } from "../../parts/Pickers";
import { Sections } from "../../parts/Sections";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { useSections } from "./sections";

export default function Views() {
  const { t } = useTranslation();
  const format = useFormat();
  const sections = useSections();
  const { values, cursor, any, set, clear } = useFilters(["who", "recipient"] as const);
  const [who, setWho] = useTyped(values.who, (value) => set("who", value));
  const [recipient, setRecipient] = useTyped(values.recipient, (value) => set("recipient", value));
  const filter = { ...values, recipient: /^[0-9a-f]{16}$/.test(values.recipient ?? "") ? values.recipient : null, cursor };
  const list = useQuery({ queryKey: ["helpline", "views", filter], queryFn: () => helpline.views(filter), placeholderData: keepPreviousData });
  const columns: Column<View>[] = [
    { key: "who", title: t("views.who"), lead: true, cell: (row) => <span className="rr-strong rr-any">{row.who}</span> },
    { key: "recipient", title: t("views.whose"), cell: (row) => <code>{row.recipient}</code> },
    { key: "why", title: t("views.why"), cell: (row) => word(t, "viewWhy", row.why) },
    { key: "at", title: t("calls.when"), cell: (row) => <time dateTime={row.at} className="rr-small rr-nowrap">{format.dateTime(row.at)}</time> },
  ];
  return (
    <Page title={t("views.title")} lead={t("views.lead")} asOf={list.dataUpdatedAt} actions={<>{any && <Button variant="default" onClick={clear}>{t("common.clear")}</Button>}<Export list="personal-views" filter={filter} /></>}>
      <Sections label={t("desk.sections")} sections={sections} />
      <div className="rr-card rr-pad rr-filters" role="search" aria-label={t("stock.filters")}>
        <TextInput label={t("views.who")} value={who} spellCheck={false} maxLength={300} onChange={(event) => setWho(event.currentTarget.value)} />
        <TextInput label={t("views.whose")} value={recipient} spellCheck={false} maxLength={16} onChange={(event) => setRecipient(event.currentTarget.value)} />
      </div>
      <div className="rr-card" aria-busy={list.isPlaceholderData}>
        <Loaded query={list} rows={10}>
          {(page) => page.rows.length === 0 ? <Empty icon="search" title={t("views.empty")} help={t("views.emptyHelp")} />
            : <Table label={t("views.title")} columns={columns} rows={page.rows} rowKey={(row) => `${row.at} ${row.who} ${row.recipient} ${row.why}`} />}
        </Loaded>
      </div>
      <Pager cursor={cursor} next={list.data?.next ?? null} onCursor={(next) => set("cursor", next)} />
    </Page>
  );
}
