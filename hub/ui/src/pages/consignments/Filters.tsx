/** The filters that the board and the list of consignments have in common. */
import { Select } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { WAYS } from "../../calls/relief";
import { word } from "../../i18n";
import { OwnerSelect, SiteSelect } from "../../parts/Pickers";
import { useUser } from "../../session";

type Name = "way" | "site" | "organisation";

export function Filters({ values, set, children }: { values: Record<Name, string | null>; set: (name: Name, value: string | null) => void; children?: ReactNode }) {
  const { t } = useTranslation();
  const user = useUser();
  return (
    <div className="rr-card rr-pad rr-filters" role="search" aria-label={t("stock.filters")}>
      {children}
      <Select label={t("desk.way")} placeholder={t("needs.all")} clearable value={values.way} data={WAYS.map((way) => ({ value: way, label: word(t, "way", way) }))} onChange={(value) => set("way", value)} />
      {!user.site && <SiteSelect label={t("consignments.site")} clearable placeholder={t("stock.allSites")} value={values.site} onChange={(value) => set("site", value)} />}
      {user.role !== "staff" && <OwnerSelect clearable placeholder={t("needs.everyone")} value={values.organisation} onChange={(value) => set("organisation", value)} />}
    </div>
  );
}
