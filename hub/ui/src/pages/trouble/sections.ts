/** The sections of what does not add up. */
import { useTranslation } from "react-i18next";

import { useMay } from "../../access";
import type { Section } from "../../parts/Sections";

export function useSections(): Section[] {
  const { t } = useTranslation();
  const may = useMay();
  const owners = may("GET /unsettled") ? [{ href: "/discrepancies/owners", title: t("settle.owners") }] : [];
  const counts = may("GET /counts") ? [{ href: "/discrepancies/counts", title: t("counts.title") }] : [];
  return [{ href: "/discrepancies", title: t("settle.open") }, ...owners, { href: "/discrepancies/settled", title: t("settle.settled") }, ...counts];
}
