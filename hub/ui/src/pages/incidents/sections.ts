/** The sections about incidents that somebody may see. */
import { useTranslation } from "react-i18next";

import { useMay } from "../../access";
import type { Section } from "../../parts/Sections";

export function useSections(): Section[] {
  const { t } = useTranslation();
  const may = useMay();
  return [
    { href: "/incidents", title: t("incidents.title"), seen: may("GET /incidents") },
    { href: "/incidents/settlements", title: t("settlements.title"), seen: may("GET /settlements") },
    { href: "/incidents/rates", title: t("rates.title"), seen: may("GET /rates") },
  ].filter(({ seen }) => seen);
}
