/** An account in words, for sentences and lists to choose from; parts/Account shows it with its links. */
import { useTranslation } from "react-i18next";

import { word } from "../i18n";
import { toHarmless } from "../scan";
import { useSiteName } from "./Account";

export function useAccountText(): (account: string) => string {
  const { t } = useTranslation();
  const siteName = useSiteName();
  return (account) => {
    const [, kind, rest] = /^(\w+):(.*)$/s.exec(account) ?? [];
    if (kind === "place") {
      const [site = "", ...bin] = rest!.split("/");
      return toHarmless([siteName(site), bin.join("/").toUpperCase()].filter(Boolean).join(" "));
    }
    if (kind === "virtual") return word(t, "virtual", rest!);
    if (kind === "transit") return `${t("accountKind.transit")} ${toHarmless(rest!)}`;
    if (kind === "unit") return `${t("accountKind.unit")} ${toHarmless(rest!)}`;
    return toHarmless(account);
  };
}
