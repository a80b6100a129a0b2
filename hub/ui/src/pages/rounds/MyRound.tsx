/** A courier's page, for one hand and a small screen: the next door, what happened there, and what is not sent yet. */
import { Button, Checkbox, Select, Stack } from "@mantine/core";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Page as Rows } from "../../api";
import { rounds, type Round, type RoundRow, type Stop } from "../../calls/rounds";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { useSiteName } from "../../parts/Account";
import { Icon } from "../../parts/icons";
import { Meter } from "../../parts/Meter";
import { Page, Tag } from "../../parts/Page";
import { Empty, Loaded } from "../../parts/States";
import { counted, doors, inHand, over, toDo } from "../../rounds/doors";
import { useSending, type Sending } from "../../rounds/sending";
import { DoorCard, Goods } from "./DoorCard";

/** What was shown last stays in this tab, so that it is there when the network is not; it goes with the tab. */
function useKept<T>(key: string, ask: () => Promise<T>): UseQueryResult<T> {
  return useQuery({
    queryKey: ["round", key],
    queryFn: async () => {
      const found = await ask();
      sessionStorage.setItem(`relay-round/${key}`, JSON.stringify(found));
      return found;
    },
    initialData: () => {
      const text = sessionStorage.getItem(`relay-round/${key}`);
      return text ? (JSON.parse(text) as T) : undefined;
    },
    initialDataUpdatedAt: 0,
  });
}

function Sent({ sending }: { sending: Sending }) {
  const { t } = useTranslation();
  const format = useFormat();
  const open = sending.rows.filter((row) => row.refused === null).length;
  return (
    <Stack gap="xs">
      <div role="status">
        {open === 0 ? <Tag tone="ok" dot="full">{t("round.sent")}</Tag> : <Tag tone="warn" dot="hollow">{t("round.unsent", { n: format.number(open) })}</Tag>}
      </div>
      {sending.rows.filter((row) => row.refused !== null).map((row) => (
        <div key={row.key} className="rr-card rr-pad" role="alert">
          <div className="rr-strong">{t("round.notTaken", { what: word(t, "told", row.outcome.told), parcels: row.outcome.parcels.join(", ") })}</div>
          <p className="rr-small rr-any">{row.refused}</p>
          <Button variant="default" size="md" onClick={() => sending.dismiss(row)}>{t("round.read")}</Button>
        </div>
      ))}
    </Stack>
  );
}

/** Before setting out: what is on the shelf goes along, what is not stays behind. */
function Taking({ stops, site, say }: { stops: Stop[]; site: string; say: (told: "taken" | "back", parcels: string[]) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const siteName = useSiteName();
  const [without, setWithout] = useState<string[]>([]);
  const taken = stops.filter((stop) => !without.includes(stop.parcel)).map((stop) => stop.parcel);
  return (
    <section className="rr-card rr-pad" aria-label={t("round.take")}>
      <h2 className="rr-section">{t("round.takeAt", { site: siteName(site) })}</h2>
      <Stack gap="sm">
        {stops.map((stop) => (
          <Checkbox key={stop.parcel} size="lg" checked={!without.includes(stop.parcel)}
            label={<><span className="rr-mono rr-strong">{stop.parcel}</span> <span className="rr-any">{stop.shown}</span></>}
            description={<Goods stops={[stop]} />}
            onChange={(event) => setWithout(event.currentTarget.checked ? without.filter((each) => each !== stop.parcel) : [...without, stop.parcel])} />
        ))}
        <Button size="xl" fullWidth disabled={taken.length === 0} onClick={() => say("taken", taken)}>{t("round.takeAll", { n: format.number(taken.length) })}</Button>
        {without.length > 0 && <Button size="lg" fullWidth variant="default" onClick={() => say("back", without)}>{t("round.leave", { n: format.number(without.length) })}</Button>}
      </Stack>
    </section>
  );
}

/** What was refused, or where nobody was: tried again, or handed in where the round began. */
function Held({ stops, site, again, handIn }: { stops: Stop[]; site: string; again: (place: number) => void; handIn: (parcels: string[]) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const siteName = useSiteName();
  return (
    <section className="rr-card rr-pad" aria-label={t("round.held")}>
      <h2 className="rr-section">{t("round.held")}</h2>
      <Stack gap="sm">
        {doors(stops).map(({ place, first }) => (
          <Button key={place} size="lg" variant="default" fullWidth justify="space-between" onClick={() => again(place)}
            rightSection={<Tag tone={first.state === "refused" ? "bad" : "warn"}>{word(t, "stopState", first.state)}</Tag>}>
            {place}. {first.door?.name ?? first.shown}
          </Button>
        ))}
        <Button size="xl" fullWidth onClick={() => handIn(stops.map((stop) => stop.parcel))}>{t("round.handIn", { n: format.number(stops.length), site: siteName(site) })}</Button>
      </Stack>
    </section>
  );
}

function Working({ round, sending }: { round: Round; sending: Sending }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [chosen, setChosen] = useState<number | null>(null);
  const stops = counted(round, sending.rows);
  const waiting = stops.filter((stop) => stop.state === "waiting");
  const open = doors(stops.filter(toDo));
  const held = stops.filter((stop) => inHand(stop) && !toDo(stop));
  const current = doors(stops.filter(inHand)).find((door) => door.place === chosen) ?? open[0];
  const done = stops.filter(over).length;
  const say: Sending["say"] = async (...all) => {
    await sending.say(...all);
    setChosen(null);
    window.scrollTo({ top: 0 });
  };
  return (
    <>
      <Meter done={done} all={stops.length} tone={done === stops.length ? "ok" : "note"}>{t("round.progress", { done: format.number(done), all: format.number(stops.length) })}</Meter>
      {waiting.length > 0 && <Taking key={waiting.length} stops={waiting} site={round.site} say={(told, parcels) => void say(round.id, { told, parcels })} />}
      {current && <DoorCard key={current.place} round={round.id} door={current} others={stops.filter((stop) => inHand(stop) && stop.place !== current.place)} say={say} />}
      {open.length > 1 && (
        <section className="rr-card rr-pad" aria-label={t("round.next")}>
          <h2 className="rr-section">{t("round.next")}</h2>
          <Stack gap="sm">
            {open.filter((door) => door.place !== current?.place).map(({ place, first }) => (
              <Button key={place} size="lg" variant="default" fullWidth justify="flex-start" onClick={() => setChosen(place)}>{place}. {first.door?.name ?? first.shown}</Button>
            ))}
          </Stack>
        </section>
      )}
      {held.length > 0 && <Held stops={held} site={round.site} again={setChosen} handIn={(parcels) => void say(round.id, { told: "back", parcels })} />}
      {done === stops.length && <div className="rr-card"><Empty icon="check" title={t("round.done")} help={t("round.doneHelp")} /></div>}
    </>
  );
}

function One({ id, sending }: { id: string; sending: Sending }) {
  const found = useKept(id, () => rounds.one(id));
  return <Loaded query={found}>{(round) => <Working round={round} sending={sending} />}</Loaded>;
}

const live = (row: RoundRow) => row.state === "planned" || row.state === "out";

export default function MyRound() {
  const { t } = useTranslation();
  const format = useFormat();
  const siteName = useSiteName();
  const sending = useSending();
  const [chosen, setChosen] = useState<string | null>(null);
  const list = useKept<Rows<RoundRow>>("mine", () => rounds.list({}));
  return (
    <Page title={t("round.title")} asOf={list.dataUpdatedAt}>
      <div className="rr-phone">
      <Sent sending={sending} />
      <Loaded query={list}>
        {({ rows }) => {
          const mine = rows.filter(live);
          const id = chosen ?? (mine.find((row) => row.state === "out") ?? mine[0])?.id;
          if (!id) return <div className="rr-card"><Empty icon="check" title={t("round.none")} help={t("round.noneHelp")} /></div>;
          return (
            <>
              {mine.length > 1 && (
                <Select size="lg" label={t("round.which")} allowDeselect={false} value={id} onChange={setChosen} leftSection={<Icon name="trace" />}
                  data={mine.map((row) => ({ value: row.id, label: `${siteName(row.site)} · ${format.number(row.parcels)} · ${word(t, "roundState", row.state)}` }))} />
              )}
              <One key={id} id={id} sending={sending} />
            </>
          );
        }}
      </Loaded>
      </div>
    </Page>
  );
}
