/** How far a need is covered. */
import { useTranslation } from "react-i18next";

import type { Need } from "../../calls/allocation";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { Meter } from "../../parts/Meter";
import { Tag, type Tone } from "../../parts/Page";
import { useGoods } from "../../parts/Pickers";

const TONES: Record<Need["state"], Tone> = { open: "warn", partly: "note", met: "ok", cancelled: "plain" };

export function NeedState({ need }: { need: Need }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { unit } = useGoods()(need.item);
  return (
    <Meter done={need.covered} all={need.n} tone={TONES[need.state]}>
      <Tag tone={TONES[need.state]}>{word(t, "needState", need.state)}</Tag>{" "}
      <span className="rr-nowrap rr-small">{t("needs.covered", { done: format.number(need.covered), all: format.number(need.n), unit })}</span>
    </Meter>
  );
}
