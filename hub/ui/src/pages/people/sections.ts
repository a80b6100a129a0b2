/** The sections about people that somebody may see. */
import { useTranslation } from "react-i18next";

import { useMay } from "../../access";
import type { Section } from "../../parts/Sections";

export function useSections(): Section[] {
  const { t } = useTranslation();
  const may = useMay();
  return [
    { href: "/people", title: t("people.title"), seen: may("GET /users") },
    { href: "/people/programs", title: t("tokens.title"), seen: may("GET /tokens") },
    { href: "/people/log", title: t("log.title"), seen: may("GET /audit-log") },
  ].filter(({ seen }) => seen);
}
