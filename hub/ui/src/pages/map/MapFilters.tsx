/** Which vehicles the map and its list show; it stands in the address. */
import { Select, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useFormat } from "../../format";
import type { Alarms } from "../../map/alarms";
import { STATES } from "../../map/choosing";
import { Icon } from "../../parts/icons";
import { useTyped } from "../../parts/Pickers";

export const FILTERS = ["q", "state", "near"] as const;
export type Filter = (typeof FILTERS)[number];

export function MapFilters({ values, set, alarms }: {
  values: Record<Filter, string | null>;
  set: (name: Filter, value: string | null) => void;
  alarms: Alarms;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const [text, type] = useTyped(values.q, (found) => set("q", found));
  return (
    <search className="rr-mapfilters">
      <TextInput type="search" size="md" aria-label={t("map.find")} placeholder={t("map.find")} value={text} onChange={(event) => type(event.currentTarget.value)}
        leftSection={<Icon name="search" />} maxLength={64} />
      <Select size="md" aria-label={t("map.state")} placeholder={t("map.anyState")} clearable value={values.state} onChange={(value) => set("state", value)}
        data={STATES.map((state) => ({ value: state, label: t(`map.stateIs.${state}`) }))} />
      {alarms.each.length > 0 && <Select size="md" aria-label={t("map.near")} placeholder={t("map.anywhere")} clearable value={values.near} onChange={(value) => set("near", value)}
        data={alarms.each.map(({ incident }) => ({ value: incident.id, label: t("map.nearIt", { name: format.name(incident) ?? incident.id }) }))} />}
    </search>
  );
}
