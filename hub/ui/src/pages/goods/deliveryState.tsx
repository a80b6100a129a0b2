/** What the pages of deliveries share: the mark of a state, whether one is late, and who it waits for. */
import { useTranslation } from "react-i18next";

import type { Delivery, DeliveryState } from "../../calls/deliveries";
import { useNow } from "../../clock";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { useSites } from "../../parts/Account";
import { dayAt } from "../../parts/Goods";
import { Tag, type Tone } from "../../parts/Page";

const TONES: Record<DeliveryState, Tone> = { announced: "note", arriving: "warn", received: "ok", closed: "plain", cancelled: "plain" };
export const isOpen = (state: DeliveryState) => state === "announced" || state === "arriving";

export function StateTag({ state }: { state: DeliveryState }) {
  const { t } = useTranslation();
  return <Tag tone={TONES[state]}>{word(t, "deliveryState", state)}</Tag>;
}

/** The day on which it is expected, by the calendar of its site; late where that is over and nothing has come. */
export function Expected({ delivery }: { delivery: Delivery }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const zone = useSites().data?.sites.find((each) => each.id === delivery.site)?.zone;
  const today = dayAt(zone, now);
  return (
    <span className="rr-expiry">
      <span className="rr-nowrap">{format.date(delivery.expected)}</span>
      {isOpen(delivery.state) && delivery.expected === today && <Tag tone="note">{t("delivery.today")}</Tag>}
      {delivery.state === "announced" && delivery.expected < today && <Tag tone="bad">{t("delivery.late")}</Tag>}
    </span>
  );
}
