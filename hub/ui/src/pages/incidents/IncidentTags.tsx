/** How an incident stands, how bad it is, and whether it is only an exercise. */
import { useTranslation } from "react-i18next";

import type { Incident } from "../../calls/incidents";
import { word } from "../../i18n";
import { Tag, type Tone } from "../../parts/Page";

const TONES: Record<string, Tone> = { open: "warn", cancelled: "plain", closed: "plain", Extreme: "bad", Severe: "bad", Moderate: "warn" };

export function IncidentTags({ incident }: { incident: Incident }) {
  const { t } = useTranslation();
  return (
    <span style={{ display: "inline-flex", gap: 6, flexWrap: "wrap" }}>
      <Tag tone={TONES[incident.state]}>{word(t, "incidentState", incident.state)}</Tag>
      {incident.severity !== "Unknown" && <Tag tone={TONES[incident.severity]}>{word(t, "severity", incident.severity)}</Tag>}
      {incident.exercise && <Tag tone="note">{t("incidents.exercise")}</Tag>}
    </span>
  );
}
