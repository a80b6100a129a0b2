/** Language and colours, each one press away, also before signing in. */
import { ActionIcon, Button, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { setLanguage } from "../i18n";
import { Icon } from "./icons";

export function Preferences() {
  const { t, i18n } = useTranslation();
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("light", { getInitialValueInEffect: false }) === "dark";
  const label = dark ? t("prefs.light") : t("prefs.dark");
  return (
    <>
      <Button variant="subtle" color="gray" px={10} c="inherit" lang={i18n.language === "zh" ? "en" : "zh"}
        aria-label={t("prefs.otherLabel")} onClick={() => void setLanguage(i18n.language === "zh" ? "en" : "zh").catch(() => undefined)}>
        {t("prefs.other")}
      </Button>
      <ActionIcon variant="subtle" color="gray" c="inherit" size="lg" aria-label={label} title={label}
        onClick={() => setColorScheme(dark ? "light" : "dark")}>
        <Icon name={dark ? "sun" : "moon"} />
      </ActionIcon>
    </>
  );
}
