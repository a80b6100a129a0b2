/** The sections of the help desk that somebody may see. */
import { useTranslation } from "react-i18next";

import { useMay } from "../../access";
import type { Section } from "../../parts/Sections";
import { useUser } from "../../session";

export function useSections(): Section[] {
  const { t } = useTranslation();
  const may = useMay();
  const { role } = useUser();
  return [
    { href: "/helpline", title: t("desk.title"), seen: role === "helpline" },
    { href: "/helpline/calls", title: t("calls.title"), seen: may("GET /calls") },
    { href: "/helpline/lines", title: t("lines.title"), seen: may("GET /lines") },
    { href: "/helpline/views", title: t("views.title"), seen: may("GET /personal-views") },
  ].filter(({ seen }) => seen);
}
