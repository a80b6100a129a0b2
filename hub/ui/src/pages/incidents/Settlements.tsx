/** Where people live and how many: what an alert is held against. They come in as a table. */
import { Button } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useMay } from "../../access";
import { incidents } from "../../calls/incidents";
import { Export } from "../../parts/Export";
import { Icon } from "../../parts/icons";
import { Page } from "../../parts/Page";
import { Pager } from "../../parts/Pager";
import { useFilters } from "../../parts/Pickers";
import { SearchField } from "../../parts/SearchField";
import { Sections } from "../../parts/Sections";
import { Empty, Loaded } from "../../parts/States";
import { SettlementTable } from "./IncidentOne";
import { useSections } from "./sections";

export default function Settlements() {
  const { t } = useTranslation();
  const may = useMay();
  const sections = useSections();
  const { values, cursor, any, set } = useFilters(["text"] as const);
  const list = useQuery({ queryKey: ["settlements", values, cursor], queryFn: () => incidents.settlements(values.text, cursor), placeholderData: keepPreviousData });
  return (
    <Page title={t("settlements.title")} lead={t("settlements.lead")} asOf={list.dataUpdatedAt}
      actions={<>
        <Export list="settlements" filter={values} />
        {may("POST /imports") && <Button size="md" variant="default" component={Link} href="/import?kind=settlements" leftSection={<Icon name="importing" size={18} />}>{t("settlements.import")}</Button>}
      </>}>
      <Sections label={t("incidents.sections")} sections={sections} />
      <div className="rr-card rr-pad rr-filters" role="search" aria-label={t("stock.filters")}>
        <SearchField value={values.text} set={(value) => set("text", value)} help={t("settlements.searchHelp")} />
      </div>
      <div className="rr-card" aria-busy={list.isPlaceholderData}>
        <Loaded query={list} rows={8}>
          {(page) => page.settlements.length === 0 ? <Empty icon="user" title={t("settlements.empty")} help={any ? t("needs.emptyFilter") : t("settlements.emptyHelp")} />
            : <SettlementTable label={t("settlements.title")} rows={page.settlements} />}
        </Loaded>
      </div>
      <Pager cursor={cursor} next={list.data?.next ?? null} onCursor={(next) => set("cursor", next)} />
    </Page>
  );
}
