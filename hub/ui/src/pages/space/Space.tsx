/** Room in warehouses: what is free on which day, and who asked for it. */
import { Button, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../access";
import { space, type Measure, type Temperature } from "../../calls/space";
import { useNow } from "../../clock";
import { word } from "../../i18n";
import { Icon } from "../../parts/icons";
import { Page } from "../../parts/Page";
import { useFilters } from "../../parts/Pickers";
import { Sections } from "../../parts/Sections";
import { Empty } from "../../parts/States";
import { Ask } from "./Ask";
import { Bookings } from "./Bookings";
import { Calendar, DAYS, later, type Span } from "./Calendar";
import { RoomFields } from "./RoomFields";
import { useSections } from "./sections";

export default function Space() {
  const { t } = useTranslation();
  const may = useMay();
  const sections = useSections();
  const now = useNow();
  const { values, set } = useFilters(["site", "temperature", "measure", "from"] as const);
  const [asking, setAsking] = useState(false);
  const [span, setSpan] = useState<Span | null>(null);
  const capacities = useQuery({ queryKey: ["capacities"], queryFn: space.capacities });
  const first = capacities.data?.capacities[0];
  const site = values.site ?? first?.site ?? null;
  const there = capacities.data?.capacities.find((each) => each.site === site);
  const room = { site, temperature: (values.temperature ?? there?.temperature ?? "ambient") as Temperature, measure: (values.measure ?? there?.measure ?? "pallets") as Measure };
  const from = values.from ?? new Date(now).toISOString().slice(0, 10);
  return (
    <Page title={t("space.title")} lead={t("space.lead")} asOf={capacities.dataUpdatedAt}
      actions={may("POST /space/bookings") && <Button size="md" leftSection={<Icon name="plus" size={18} />} onClick={() => setAsking(true)}>{t("space.ask")}</Button>}>
      <Sections label={t("space.sections")} sections={sections} />
      <div className="rr-card rr-pad rr-filters" role="search" aria-label={t("stock.filters")}>
        <RoomFields room={room} set={(name, value) => set(name, value)} />
        <TextInput type="date" label={t("space.from")} value={from} onChange={(event) => set("from", event.currentTarget.value || null)} />
      </div>
      <section aria-labelledby="calendar">
        <h2 className="rr-section" id="calendar">{t("space.calendarIn", { unit: word(t, "measure", room.measure) })}</h2>
        <div className="rr-card">
          {site ? <Calendar room={{ ...room, site }} from={from} span={span} choose={setSpan} ask={may("POST /space/bookings") ? () => setAsking(true) : null} /> : <Empty icon="warehouse" title={t("space.noRoom")} help={t("space.noRoomHelp")} />}
          <div className="rr-pad rr-deeds">
            <Button variant="default" leftSection={<Icon name="left" size={16} />} onClick={() => set("from", later(from, -DAYS))}>{t("space.earlier")}</Button>
            <Button variant="default" rightSection={<Icon name="right" size={16} />} onClick={() => set("from", later(from, DAYS))}>{t("space.later")}</Button>
          </div>
        </div>
      </section>
      <Bookings site={values.site} />
      {asking && <Ask room={room} span={span} onClose={() => setAsking(false)} />}
    </Page>
  );
}
