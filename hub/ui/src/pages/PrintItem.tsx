/** What the label of a trade item says: its GTIN, and what else is known of it, as GS1 writes it. */
import { SegmentedControl, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Label } from "../calls/printing";
import { GoodsField } from "../parts/GoodsField";
import { useGoodsName } from "../parts/Goods";
import { GS } from "../scan";

export interface Said {
  item: string | null;
  lot: string;
  expiry: string;
  serial: string;
  square: boolean;
}

export const NOTHING: Said = { item: null, lot: "", expiry: "", serial: "", square: false };
/** Characters in AI 10 and in AI 21 (GS1 General Specifications 3.4 and 3.5). */
const LONGEST = 20;

/** The element string; what has no fixed length stands behind, parted by GS (General Specifications 7.8). */
function elements(said: Said, gtin: string): string {
  const [year = "", month = "", day = ""] = said.expiry.split("-");
  const dated = said.expiry ? `17${year.slice(-2)}${month}${day}` : "";
  const open = [said.lot.trim() && `10${said.lot.trim()}`, said.serial.trim() && `21${said.serial.trim()}`].filter(Boolean);
  return `01${gtin}${dated}${open.join(GS)}`;
}

/** The label; null while no goods are named that have a GTIN. */
export function useItemLabel(said: Said): Label | null {
  const nameOf = useGoodsName();
  const gtin = /^gtin:(\d{14})$/.exec(said.item ?? "")?.[1];
  return gtin === undefined ? null : { code: elements(said, gtin), title: nameOf(`gtin:${gtin}`) };
}

export function PrintItem({ said, onSay }: { said: Said; onSay: (said: Said) => void }) {
  const { t } = useTranslation();
  const text = (key: "lot" | "serial", label: string, description: string) => (
    <TextInput size="md" label={label} description={description} spellCheck={false} autoCapitalize="off" autoComplete="off" maxLength={LONGEST} value={said[key]}
      onChange={(event) => onSay({ ...said, [key]: event.currentTarget.value })} />
  );
  return (
    <div className="rr-pad">
      <p style={{ marginTop: 0 }}>{t("print.itemHelp")}</p>
      <div className="rr-two">
        <GoodsField label={t("common.item")} item={said.item} onItem={(item, lot) => onSay({ ...said, item, lot: lot ?? said.lot })} />
        <TextInput size="md" type="date" label={t("print.expiry")} value={said.expiry} onChange={(event) => onSay({ ...said, expiry: event.currentTarget.value })} />
      </div>
      <div className="rr-two">
        {text("lot", t("print.lot"), t("print.optional"))}
        {text("serial", t("print.serial"), t("print.serialHelp"))}
      </div>
      <SegmentedControl size="md" mt="md" aria-label={t("print.symbol")} value={said.square ? "square" : "bars"} onChange={(value) => onSay({ ...said, square: value === "square" })}
        data={[{ value: "bars", label: t("print.bars") }, { value: "square", label: t("print.square") }]} />
    </div>
  );
}
