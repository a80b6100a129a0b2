/** A quarter larger letters for whoever reads from afar or without glasses, on the pages that offer it. */
import { Button } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { Key, keyed, useKeys } from "./keys";

const STORED = "relay-large";

export function LargeType() {
  const { t } = useTranslation();
  const [large, setLarge] = useState(() => localStorage.getItem(STORED) === "yes");
  useEffect(() => {
    document.documentElement.toggleAttribute("data-large", large);
    localStorage.setItem(STORED, large ? "yes" : "no");
    return () => document.documentElement.removeAttribute("data-large");
  }, [large]);
  const turn = () => setLarge(!large);
  useKeys({ B: turn });
  return <Button variant="default" aria-pressed={large} {...keyed("B")} rightSection={<Key of="B" />} onClick={turn}>{t("prefs.large")}</Button>;
}
