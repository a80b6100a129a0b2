/** Which room: site, temperature, measure. */
import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { MEASURES, TEMPERATURES, type Room } from "../../calls/space";
import { word } from "../../i18n";
import { SiteSelect } from "../../parts/Pickers";

export type MaybeRoom = { [Key in keyof Room]: Room[Key] | null };

export function RoomFields({ room, faults = {}, size = "sm", set }: {
  room: MaybeRoom;
  faults?: Record<string, string>;
  size?: string;
  set: (name: keyof Room, value: string | null) => void;
}) {
  const { t } = useTranslation();
  return (
    <>
      <SiteSelect size={size} value={room.site} error={faults.site} onChange={(value) => set("site", value)} />
      <Select size={size} label={t("space.temperature")} allowDeselect={false} value={room.temperature} error={faults.temperature}
        data={TEMPERATURES.map((value) => ({ value, label: word(t, "temperature", value) }))} onChange={(value) => set("temperature", value)} />
      <Select size={size} label={t("space.measure")} allowDeselect={false} value={room.measure} error={faults.measure}
        data={MEASURES.map((value) => ({ value, label: word(t, "measure", value) }))} onChange={(value) => set("measure", value)} />
    </>
  );
}
