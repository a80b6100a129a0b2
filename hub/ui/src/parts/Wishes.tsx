/** Goods that are asked for, line by line. */
import { Button, NumberInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { newId } from "../calls/identity";
import { GoodsField } from "./GoodsField";
import { Icon } from "./icons";

const MOST_LINES = 50;

export interface Wished {
  key: string;
  item: string | null;
  n: string | number;
}
export const wished = (): Wished => ({ key: newId(), item: null, n: 1 });

/** The lines that say both what and how many. */
export const whole = (rows: Wished[]): { item: string; n: number }[] => rows.flatMap(({ item, n }) => (item && Number(n) > 0 ? [{ item, n: Number(n) }] : []));

export function Wishes({ rows, setRows }: { rows: Wished[]; setRows: (rows: Wished[]) => void }) {
  const { t } = useTranslation();
  const set = (key: string, change: Partial<Wished>) => setRows(rows.map((each) => (each.key === key ? { ...each, ...change } : each)));
  return (
    <div role="group" aria-label={t("desk.needs")}>
      {rows.map((each) => (
        <div key={each.key} className="rr-wish">
          <GoodsField label={t("desk.goods")} autoFocus item={each.item} onItem={(item) => set(each.key, { item })} />
          <NumberInput size="md" label={t("common.quantity")} min={1} max={1_000_000} allowDecimal={false} value={each.n} onChange={(n) => set(each.key, { n })} />
          {rows.length > 1 && (
            <Button size="md" variant="default" aria-label={t("desk.dropGoods")} onClick={() => setRows(rows.filter((other) => other.key !== each.key))}><Icon name="close" size={18} /></Button>
          )}
        </div>
      ))}
      <Button variant="default" mt={10} leftSection={<Icon name="plus" size={18} />} disabled={rows.length >= MOST_LINES} onClick={() => setRows([...rows, wished()])}>{t("desk.moreGoods")}</Button>
    </div>
  );
}
