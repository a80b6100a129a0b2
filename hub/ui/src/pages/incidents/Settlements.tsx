/** Where people live and how many: what an alert is held against. They come in as a table. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useMay } from "../../access";
import { incidents } from "../../calls/incidents";
import { useFormat } from "../../format";
import { Export } from "../../parts/Export";
import { Icon } from "../../parts/icons";
import { Page } from "../../parts/Page";
import { useFilters } from "../../parts/Pickers";
import { SearchField } from "../../parts/SearchField";
import { Sections } from "../../parts/Sections";
import { Empty, Loaded } from "../../parts/States";
import { SettlementTable } from "./IncidentOne";
import { useSections } from "./sections";

const SHOWN = 500;

export default function Settlements() {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const sections = useSections();
  const { values, any, set } = useFilters(["text"] as const);
  const list = useQuery({ queryKey: ["settlements"], queryFn: incidents.settlements });
  const words = (values.text ?? "").toLowerCase().split(/\s+/);
  const found = (list.data?.settlements ?? []).filter((one) => words.every((each) => `${one.id} ${one.name} ${one.name_zh}`.toLowerCase().includes(each))).sort((a, b) => b.population - a.population);
  const all = found.length;
  return (
    <Page title={t("settlements.title")} lead={t("settlements.lead")} asOf={list.dataUpdatedAt}
      actions={<>
        <Export list="settlements" />
        {may("POST /imports") && <Button size="md" variant="default" component={Link} href="/import?kind=settlements" leftSection={<Icon name="importing" size={18} />}>{t("settlements.import")}</Button>}
      </>}>
      <Sections label={t("incidents.sections")} sections={sections} />
      <div className="rr-card rr-pad rr-filters" role="search" aria-label={t("stock.filters")}>
        <SearchField value={values.text} set={(value) => set("text", value)} help={t("settlements.searchHelp")} />
      </div>
      <div className="rr-card">
        <Loaded query={list} rows={8}>
          {() => all === 0 ? <Empty icon="user" title={t("settlements.empty")} help={any ? t("needs.emptyFilter") : t("settlements.emptyHelp")} />
            : <SettlementTable label={t("settlements.title")} rows={found.slice(0, SHOWN)} />}
        </Loaded>
      </div>
      {all > SHOWN && <div className="rr-small rr-dim">{t("incident.more", { n: format.number(all - SHOWN) })}</div>}
    </Page>
  );
}
