/** The two ways to look at consignments. */
import { useTranslation } from "react-i18next";

import type { Section } from "../../parts/Sections";

export function useSections(): Section[] {
  const { t } = useTranslation();
  return [{ href: "/consignments", title: t("consignments.board") }, { href: "/consignments/list", title: t("consignments.list") }];
}
