/** The door where the courier stands: whom to ask for, what to give, and four large buttons for what happened. */
import { Button, Stack } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { rounds, type Stop } from "../../calls/rounds";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { Dialog } from "../../parts/Dialog";
import { Icon } from "../../parts/icons";
import { Tag } from "../../parts/Page";
import { useGoods } from "../../parts/Pickers";
import type { DoorStop } from "../../rounds/doors";
import type { Sending } from "../../rounds/sending";
import { Giving } from "./Giving";

const WHY = ["nobody-there", "wrong-address", "not-reachable", "asked-later", "danger", "other"];

export function Goods({ stops }: { stops: Stop[] }) {
  const format = useFormat();
  const goods = useGoods();
  return (
    <>
      {stops.flatMap((stop) => stop.lines).map((line, at) => (
        <span key={at} className="rr-any">{at > 0 && " · "}{format.number(line.n)} × {format.name(line) || goods(line.item).name}</span>
      ))}
    </>
  );
}

export function DoorCard({ round, door, others, say }: { round: string; door: DoorStop; others: Stop[]; say: Sending["say"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [asking, setAsking] = useState<"give" | "nobody" | "refused" | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const { first } = door;
  const who = first.door;
  const parcels = door.stops.map((stop) => stop.parcel);
  const close = () => setAsking(null);
  const tell: Sending["say"] = async (...all) => {
    try {
      await say(...all);
      close();
    } catch (caught) {
      setError(caught instanceof Error ? caught : new Error(String(caught)));
    }
  };
  return (
    <section className="rr-card rr-pad rr-door" aria-label={t("round.door", { n: format.number(door.place) })}>
      <div className="rr-small rr-dim">{t("round.door", { n: format.number(door.place) })}{first.attempts > 0 && <> · <Tag tone="warn">{t("round.tried", { n: format.number(first.attempts) })}</Tag></>}</div>
      <h2 className="rr-any">{who?.name ?? first.shown}</h2>
      {who && who.groups.length > 0 && <div>{who.groups.map((group) => <Tag key={group} tone="note">{word(t, "group", group)}</Tag>)}</div>}
      {who?.address && <p className="rr-any rr-address">{who.address}</p>}
      {who?.note && <p className="rr-any">{who.note}</p>}
      <p><Goods stops={door.stops} /></p>
      <div className="rr-small rr-mono rr-dim">{parcels.join(" · ")}</div>
      {error && <p role="alert" className="rr-strong">{t("round.noRoom")} {error.message}</p>}
      <Stack gap="sm" mt="sm">
        {who?.phone && <Button size="lg" fullWidth variant="default" component="a" href={`tel:${who.phone.replace(/[^+\d]/g, "")}`} leftSection={<Icon name="devices" />}>{t("round.call", { phone: who.phone })}</Button>}
        {first.lat !== null && <Button size="lg" fullWidth variant="default" component="a" href={`geo:${first.lat},${first.lon}`} leftSection={<Icon name="map" />}>{t("round.way")}</Button>}
        <Button size="xl" fullWidth color="green.9" leftSection={<Icon name="check" />} onClick={() => setAsking("give")}>{t("round.give")}</Button>
        <Button size="lg" fullWidth variant="default" onClick={() => setAsking("nobody")}>{t("round.nobody")}</Button>
        <Button size="lg" fullWidth variant="default" onClick={() => setAsking("refused")}>{t("round.refused")}</Button>
      </Stack>
      {asking === "give" && (
        <Dialog title={t("round.giveTitle", { name: who?.name ?? first.shown })} onClose={close}>
          <Giving parcels={parcels} others={others} check={(code) => rounds.check(round, parcels, code)} give={(outcome, photo) => tell(round, { told: "given", ...outcome }, photo)} />
        </Dialog>
      )}
      {asking === "nobody" && (
        <Dialog title={t("round.nobodyWhy")} onClose={close}>
          <Stack className="rr-phone">{WHY.map((why) => <Button key={why} size="lg" fullWidth variant="default" onClick={() => void tell(round, { told: "attempt", parcels, why })}>{word(t, "why", why)}</Button>)}</Stack>
        </Dialog>
      )}
      {asking === "refused" && (
        <Dialog title={t("round.refusedSure")} onClose={close}>
          <Stack className="rr-phone">
            <Button size="xl" fullWidth color="red.9" onClick={() => void tell(round, { told: "refused", parcels })}>{t("round.refusedYes")}</Button>
            <Button size="lg" fullWidth variant="default" onClick={close}>{t("ask.back")}</Button>
          </Stack>
        </Dialog>
      )}
    </section>
  );
}
