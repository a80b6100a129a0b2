/** The sections of alerts. */
import { useTranslation } from "react-i18next";

import type { Section } from "../../parts/Sections";

export function useSections(): Section[] {
  const { t } = useTranslation();
  return [{ href: "/alerts", title: t("watch.title") }, { href: "/alerts/rules", title: t("watch.rules") }];
}
