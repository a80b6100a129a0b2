/** The sections of the page of stock. */
import { useTranslation } from "react-i18next";

import type { Section } from "../parts/Sections";

export function useStockSections(): Section[] {
  const { t } = useTranslation();
  return [
    { href: "/stock", title: t("stock.title") },
    { href: "/stock/flows", title: t("flows.title") },
  ];
}
