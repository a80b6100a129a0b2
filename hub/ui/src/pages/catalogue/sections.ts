import { useTranslation } from "react-i18next";

import type { Section } from "../../parts/Sections";

export function useSections(): Section[] {
  const { t } = useTranslation();
  return [
    { href: "/catalogue", title: t("catalogue.items") },
    { href: "/catalogue/sites", title: t("catalogue.sites") },
    { href: "/catalogue/organisations", title: t("catalogue.organisations") },
  ];
}
