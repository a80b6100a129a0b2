/** Parcels: found by their label, or by where they are handed out and how far they are. */
import { Button, Select } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";

import { parcelOf, PARCEL_STATES, relief, WAYS } from "../../calls/relief";
import { word } from "../../i18n";
import { Export } from "../../parts/Export";
import { Page, Tag } from "../../parts/Page";
import { Pager } from "../../parts/Pager";
import { ParcelTable } from "../../parts/ParcelTable";
import { SiteSelect, useFilters } from "../../parts/Pickers";
import { ScanField } from "../../parts/ScanField";
import { SearchField } from "../../parts/SearchField";
import { Empty, Loaded } from "../../parts/States";

const FILTERS = ["text", "state", "way", "site", "consignment"] as const;

function Finder() {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const [wrong, setWrong] = useState(false);
  const find = (text: string) => {
    const id = parcelOf(text);
    setWrong(id === null);
    if (id !== null) go(`/parcels/${id}`);
  };
  return (
    <div className="rr-card rr-pad">
      <ScanField label={t("parcels.find")} aria-label={t("parcels.find")} placeholder="RR:P:st-1.0AB2CD" description={t("parcels.findHelp")} size="md" maxLength={100}
        error={wrong ? t("parcels.noLabel") : null} onScan={find} />
    </div>
  );
}

export default function Parcels() {
  const { t } = useTranslation();
  const { values, cursor, any, set, clear } = useFilters(FILTERS);
  const list = useQuery({ queryKey: ["parcels", values, cursor], queryFn: () => relief.parcels({ ...values, cursor }), placeholderData: keepPreviousData });
  return (
    <Page title={t("nav.parcels")} lead={t("parcels.lead")} asOf={list.dataUpdatedAt} actions={<>{any && <Button variant="default" onClick={clear}>{t("common.clear")}</Button>}<Export list="parcels" filter={values} /></>}>
      <Finder />
      <div className="rr-card rr-pad rr-filters" role="search" aria-label={t("stock.filters")}>
        <SearchField value={values.text} set={(value) => set("text", value)} />
        <Select label={t("journey.state")} placeholder={t("needs.all")} clearable value={values.state} data={PARCEL_STATES.map((state) => ({ value: state, label: word(t, "parcelState", state) }))} onChange={(value) => set("state", value)} />
        <Select label={t("desk.way")} placeholder={t("needs.all")} clearable value={values.way} data={WAYS.map((way) => ({ value: way, label: word(t, "way", way) }))} onChange={(value) => set("way", value)} />
        <SiteSelect label={t("desk.station")} clearable placeholder={t("stock.allSites")} value={values.site} onChange={(value) => set("site", value)} />
        {values.consignment && <div style={{ alignSelf: "end" }}><Tag tone="note">{t("relief.ofConsignment")} <Link className="rr-mono" href={`/consignments/${values.consignment}`}>{values.consignment}</Link></Tag></div>}
      </div>
      <div className="rr-card" aria-busy={list.isPlaceholderData}>
        <Loaded query={list} rows={8}>
          {(page) => page.rows.length === 0 ? <Empty icon="deliveries" title={t("parcels.empty")} help={any ? t("needs.emptyFilter") : t("parcels.emptyHelp")} />
            : <ParcelTable label={t("nav.parcels")} rows={page.rows} />}
        </Loaded>
      </div>
      <Pager cursor={cursor} next={list.data?.next ?? null} onCursor={(next) => set("cursor", next)} />
    </Page>
  );
}
