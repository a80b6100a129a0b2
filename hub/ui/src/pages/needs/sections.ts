/** The sections about needs that somebody may see. */
import { useTranslation } from "react-i18next";

import { useMay } from "../../access";
import type { Section } from "../../parts/Sections";

export function useSections(): Section[] {
  const { t } = useTranslation();
  const may = useMay();
  return [
    { href: "/needs", title: t("needs.title"), seen: may("GET /needs") },
    { href: "/picks", title: t("picks.title"), seen: may("GET /picks") },
    { href: "/needs/lending", title: t("lending.title"), seen: may("GET /consents") },
  ].filter(({ seen }) => seen);
}
