/** One round as those see it who sent it: each parcel, and what the courier said. */
import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../access";
import { rounds, type SaidOf, type Stop } from "../../calls/rounds";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { useSiteName } from "../../parts/Account";
import { Dialog, Sure } from "../../parts/Dialog";
import { Page, Tag, type Tone } from "../../parts/Page";
import { Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { Goods } from "./DoorCard";
import { ROUND_TONES } from "./Rounds";

const TONES: Record<Stop["state"], Tone> = { waiting: "plain", open: "note", again: "warn", given: "ok", refused: "bad", back: "plain" };

export default function RoundOne({ id }: { id: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const siteName = useSiteName();
  const client = useQueryClient();
  const [ending, setEnding] = useState(false);
  const found = useQuery({ queryKey: ["round", id], queryFn: () => rounds.one(id) });
  const cancel = useMutation({
    mutationFn: () => rounds.cancel(id, ""),
    onSuccess: (round) => {
      setEnding(false);
      client.setQueryData(["round", id], round);
    },
  });
  const stops: Column<Stop>[] = [
    { key: "place", title: t("rounds.place"), num: true, cell: (row) => format.number(row.place) },
    { key: "parcel", title: t("rounds.parcel"), lead: true, cell: (row) => <span className="rr-mono rr-strong">{row.parcel}</span> },
    { key: "who", title: t("rounds.who"), cell: (row) => <>{row.shown} <span className="rr-small rr-dim">{row.last4}</span></> },
    { key: "what", title: t("common.item"), cell: (row) => <Goods stops={[row]} /> },
    { key: "state", title: t("rounds.state"), cell: (row) => <><Tag tone={TONES[row.state]}>{word(t, "stopState", row.state)}</Tag> {row.attempts > 0 && <span className="rr-small rr-dim">{t("round.tried", { n: format.number(row.attempts) })}</span>}</> },
  ];
  const said: Column<SaidOf>[] = [
    { key: "at", title: t("rounds.when"), cell: (row) => <span className="rr-nowrap">{format.dateTime(row.at)}</span> },
    { key: "told", title: t("rounds.what"), lead: true, cell: (row) => (
      <>{word(t, "told", row.told)}{row.way && <> · {word(t, "givenWay", row.way)}{row.checked && <> <Tag tone="ok">{t("rounds.checked")}</Tag></>}</>}{row.why && <> · {word(t, "why", row.why)}</>}
        {row.warned.map((each) => <Tag key={each} tone="warn">{word(t, "codeSays", each)}</Tag>)}</>
    ) },
    { key: "parcel", title: t("rounds.parcel"), cell: (row) => <span className="rr-mono">{row.parcel}</span> },
    { key: "by", title: t("rounds.courier"), cell: (row) => <span className="rr-any">{row.by}</span> },
    { key: "photo", title: t("rounds.photo"), empty: (row) => !row.photo, cell: (row) => row.photo && (may("GET /photos/{digest}") ? <a href={rounds.picture(row.photo)} target="_blank" rel="noreferrer">{t("rounds.look")}</a> : <span className="rr-mono">{row.photo.slice(0, 8)}</span>) },
  ];
  return (
    <Loaded query={found}>
      {(round) => (
        <Page title={t("rounds.one", { id })} lead={t("rounds.oneLead", { courier: round.courier, site: siteName(round.site) })} asOf={found.dataUpdatedAt}
          actions={<><Tag tone={ROUND_TONES[round.state]}>{word(t, "roundState", round.state)}</Tag>{round.state === "planned" && may("POST /rounds/{id_}/cancellation") && <Button size="md" variant="light" color="red" onClick={() => setEnding(true)}>{t("rounds.cancel")}</Button>}</>}>
          <section className="rr-card"><Table label={t("rounds.stops")} columns={stops} rows={round.stops} rowKey={(row) => row.parcel} /></section>
          {round.outcomes.length > 0 && <section className="rr-card"><Table label={t("rounds.said")} columns={said} rows={[...round.outcomes].reverse()} rowKey={(row) => row.id + row.parcel} /></section>}
          {ending && (
            <Dialog title={round.id} size="md" onClose={() => setEnding(false)}>
              <Sure question={t("rounds.cancelSure")} facts={[t("rounds.cancelFact")]} action={t("rounds.cancel")} pending={cancel.isPending} error={cancel.error} onSure={() => cancel.mutate()} onBack={() => setEnding(false)} />
            </Dialog>
          )}
        </Page>
      )}
    </Loaded>
  );
}
