/** Where people live and how many: what an alert is held against. They come in as a table. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useMay } from "../../access";
import { incidents } from "../../calls/incidents";
import { useFormat } from "../../format";
import { Icon } from "../../parts/icons";
import { Page } from "../../parts/Page";
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
  const list = useQuery({ queryKey: ["settlements"], queryFn: incidents.settlements });
  const all = list.data?.settlements.length ?? 0;
  return (
    <Page title={t("settlements.title")} lead={t("settlements.lead")} asOf={list.dataUpdatedAt}
      actions={may("POST /imports") && <Button size="md" variant="default" component={Link} href="/import?kind=settlements" leftSection={<Icon name="importing" size={18} />}>{t("settlements.import")}</Button>}>
      <Sections label={t("incidents.sections")} sections={sections} />
      <div className="rr-card">
        <Loaded query={list} rows={8}>
          {({ settlements }) => settlements.length === 0 ? <Empty icon="user" title={t("settlements.empty")} help={t("settlements.emptyHelp")} />
            : <SettlementTable label={t("settlements.title")} rows={[...settlements].sort((a, b) => b.population - a.population).slice(0, SHOWN)} />}
        </Loaded>
      </div>
      {all > SHOWN && <div className="rr-small rr-dim">{t("incident.more", { n: format.number(all - SHOWN) })}</div>}
    </Page>
  );
}
