/** What the map's signs mean. */
import { useTranslation } from "react-i18next";

import { word } from "../../i18n";
import { Icon } from "../../parts/icons";

const SITES = ["warehouse", "station", "hospital", "camp"] as const;

export function Legend() {
  const { t } = useTranslation();
  return (
    <details className="rr-legend">
      <summary>{t("map.legend")}</summary>
      <ul>
        <li><svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true" data-sign="live"><path d="M10 2 16 17 10 14 4 17z" /></svg>{t("map.stateIs.moving")}</li>
        <li><svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true" data-sign="live"><circle cx="10" cy="10" r="5.5" /></svg>{t("map.stateIs.standing")}</li>
        <li><svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true" data-sign="old"><path d="M10 2 16 17 10 14 4 17z" /></svg>{t("map.stateIs.old")}</li>
        <li><svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true" data-sign="track"><path d="M2 15 8 7 12 12 18 4" /></svg>{t("map.legendTrack")}</li>
        <li><svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true" data-sign="area"><rect x="3" y="4" width="14" height="12" /></svg>{t("map.legendArea")}</li>
        {SITES.map((kind) => <li key={kind}><Icon name={kind} />{word(t, "siteKind", kind)}</li>)}
      </ul>
    </details>
  );
}
