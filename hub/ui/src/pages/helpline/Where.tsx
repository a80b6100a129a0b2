/** What somebody asked for, where it is now, and the slip for who has no telephone. */
import { Button, Group } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { helpline, type Asked, type Line, type Recipient } from "../../calls/helpline";
import { newId } from "../../calls/identity";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { useSiteName } from "../../parts/Account";
import { useGoods } from "../../parts/Pickers";
import { Tag, type Tone } from "../../parts/Page";
import { Refused } from "../../parts/Refused";
import { Loaded } from "../../parts/States";
import { save } from "../../saving";

const TONES: Record<string, Tone> = { fulfilled: "ok", ready: "ok", refused: "bad", cancelled: "plain", returned: "warn", draft: "plain" };

function One({ asked, who, line }: { asked: Asked; who: Recipient; line: Line }) {
  const { t } = useTranslation();
  const format = useFormat();
  const goods = useGoods();
  const siteName = useSiteName();
  const whole = useQuery({ queryKey: ["helpline", "request", asked.id], queryFn: () => helpline.parcels(asked.id) });
  const slip = useMutation({ mutationFn: (parcel: string) => helpline.slip(parcel), onSuccess: (page) => save(page, `slip-${asked.id}.pdf`) });
  const note = useMutation({ mutationFn: () => helpline.take({ id: newId(), line: line.id, kind: "where", recipient: who.id, about: asked.id }) });
  const parcel = whole.data?.parcels[0];
  return (
    <li className="rr-asked">
      <div>
        <Tag tone={TONES[asked.state] ?? "note"}>{word(t, "requestState", asked.state)}</Tag>{" "}
        <span className="rr-strong">{asked.lines.map(({ item, n }) => `${goods(item).name} × ${n}`).join(", ")}</span>
        <div className="rr-small rr-dim">
          {word(t, "way", asked.way)}{asked.site && ` · ${siteName(asked.site)}`} · <time dateTime={asked.made_at}>{format.dateTime(asked.made_at)}</time>
        </div>
        <Refused error={slip.error ?? note.error} />
      </div>
      <Group gap={8}>
        <Button component={Link} href={`/trace?code=request:${asked.id}`} variant="default" onClick={() => note.mutate()}>{t("desk.whereIsIt")}</Button>
        {parcel && asked.way !== "door" && <Button variant="default" loading={slip.isPending} onClick={() => slip.mutate(parcel.id)}>{t("desk.slip")}</Button>}
      </Group>
    </li>
  );
}

export function Where({ who, line }: { who: Recipient; line: Line }) {
  const { t } = useTranslation();
  const list = useQuery({ queryKey: ["helpline", "requests", who.id], queryFn: () => helpline.requests(who.id) });
  return (
    <section aria-label={t("desk.before")}>
      <h2 className="rr-deskhead">{t("desk.before")}</h2>
      <Loaded query={list} rows={2}>
        {(page) => page.rows.length === 0 ? <div className="rr-dim">{t("desk.nothingBefore")}</div>
          : <ul className="rr-people">{page.rows.map((asked) => <One key={asked.id} asked={asked} who={who} line={line} />)}</ul>}
      </Loaded>
    </section>
  );
}
