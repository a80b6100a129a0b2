/** The vehicles that the map draws, as a list that says the same. */
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useNow } from "../../clock";
import { useFormat } from "../../format";
import { stateOf } from "../../map/choosing";
import type { Shown } from "../../map/useSigns";
import { Icon } from "../../parts/icons";
import { Ago, Tag } from "../../parts/Page";
import { Empty } from "../../parts/States";
import { VirtualList } from "../../parts/VirtualList";

const ROW_PX = 60;

export function VehicleList({ shown, picked, onPick, filtered, clear }: {
  shown: Shown;
  picked: string | null;
  onPick: (name: string) => void;
  filtered: boolean;
  clear: () => void;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const { fleet, promiseMs } = shown;
  const slots = shown.slots();
  const old = slots.reduce((n, slot) => n + Number(now - fleet.columns.at[slot]! > promiseMs), 0);
  if (slots.length === 0) {
    return filtered && fleet.size > 0
      ? <Empty icon="search" title={t("map.noneFound")} help={t("map.noneFoundHelp", { n: format.number(fleet.size) })}><Button variant="default" onClick={clear}>{t("common.clear")}</Button></Empty>
      : <Empty icon="vehicle" title={t("map.noVehicles")} help={t("map.noVehiclesHelp")} />;
  }
  const row = (index: number) => {
    const slot = slots[index]!;
    const name = fleet.names[slot]!;
    const state = stateOf(fleet, slot, now, promiseMs);
    const kmh = format.decimal((fleet.speed(slot) ?? 0) * 3.6, 0);
    return {
      key: name,
      pressed: name === picked,
      press: () => onPick(name),
      attributes: { "data-stale": state === "old" ? "true" : undefined },
      content: (
        <>
          <Icon name="vehicle" />
          <span>
            <span className="rr-strong rr-clip">{name}</span>
            <span className="rr-small rr-dim rr-line">{fleet.isMoving(slot) ? t("map.speed", { value: kmh }) : t("map.standing")} · <Ago at={new Date(fleet.columns.at[slot]!).toISOString()} promise={promiseMs / 1_000} /></span>
          </span>
          {state === "old" && <Tag tone="warn">{t("map.stale")}</Tag>}
        </>
      ),
    };
  };
  return (
    <>
      <p className="rr-small rr-dim rr-count" role="status">
        {filtered ? t("map.someVehicles", { n: format.number(slots.length), all: format.number(fleet.size) }) : t("map.allVehicles", { n: format.number(slots.length) })}
        {old > 0 && <> · {t("map.oldOnes", { n: format.number(old) })}</>}
      </p>
      <VirtualList count={slots.length} rowPx={ROW_PX} label={t("map.vehicles")} row={row} chosenKey={picked}
        chosen={picked === null ? -1 : slots.indexOf(fleet.slot(picked) ?? -1)} />
    </>
  );
}
