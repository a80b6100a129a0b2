/** The sections about room. */
import { useTranslation } from "react-i18next";

import type { Section } from "../../parts/Sections";

export function useSections(): Section[] {
  const { t } = useTranslation();
  return [
    { href: "/space", title: t("space.title") },
    { href: "/space/capacities", title: t("capacity.title") },
  ];
}
