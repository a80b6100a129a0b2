/** What somebody asked for, and where it is now, in a sentence to read aloud; the slip for who has no telephone. */
import { Button, Group } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { helpline, type Asked, type Line, type Recipient } from "../../calls/helpline";
import { newId } from "../../calls/identity";
import { relief } from "../../calls/relief";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { useSiteName } from "../../parts/Account";
import { Key, keyed, useKeys } from "../../parts/keys";
import { Tag, type Tone } from "../../parts/Page";
import { Refused } from "../../parts/Refused";
import { Loaded } from "../../parts/States";
import { save } from "../../saving";
import { useSaid } from "./said";

const TONES: Record<string, Tone> = { fulfilled: "ok", ready: "ok", refused: "bad", cancelled: "plain", returned: "warn", draft: "plain" };

function One({ asked, who, line, first }: { asked: Asked; who: Recipient; line: Line; first: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const said = useSaid();
  const siteName = useSiteName();
  const sentence = useRef<HTMLParagraphElement>(null);
  const whole = useQuery({ queryKey: ["helpline", "request", asked.id], queryFn: () => relief.request(asked.id) });
  const slip = useMutation({ mutationFn: (parcel: string) => helpline.slip(parcel), onSuccess: (page) => save(page, `slip-${asked.id}.pdf`) });
  const note = useMutation({ mutationFn: () => helpline.take({ id: newId(), line: line.id, kind: "where", recipient: who.id, about: asked.id }) });
  const parcel = asked.way === "door" ? undefined : whole.data?.parcels[0];
  /** The sentence gets the focus: screen readers say it. */
  const tell = () => {
    sentence.current?.focus();
    if (!note.isPending && !note.isSuccess) note.mutate();
  };
  useKeys(first ? { W: tell, L: parcel && (() => slip.mutate(parcel.id)) } : {});
  return (
    <li className="rr-asked">
      <div>
        <Tag tone={TONES[asked.state] ?? "note"}>{word(t, "requestState", asked.state)}</Tag>{" "}
        <span className="rr-small rr-dim">
          {word(t, "way", asked.way)}{asked.site && ` · ${siteName(asked.site)}`} · <time dateTime={asked.made_at}>{format.dateTime(asked.made_at)}</time>
        </span>
        <p className="rr-aloud" ref={sentence} tabIndex={-1}>{said(asked, whole.data?.parcels ?? []).join(" ")}</p>
        {note.isSuccess && <div className="rr-small rr-dim" role="status">{t("desk.whereNoted")}</div>}
        <Refused error={slip.error ?? note.error} />
      </div>
      <Group gap={8}>
        <Button variant="default" {...(first ? keyed("W") : {})} rightSection={first && <Key of="W" />} loading={note.isPending} onClick={tell}>{t("desk.whereIsIt")}</Button>
        {parcel && <Button variant="default" {...(first ? keyed("L") : {})} rightSection={first && <Key of="L" />} loading={slip.isPending} onClick={() => slip.mutate(parcel.id)}>{t("desk.slip")}</Button>}
        <Button component={Link} href={`/trace?code=request:${asked.id}`} variant="default">{t("desk.story")}</Button>
      </Group>
    </li>
  );
}

export function Where({ who, line }: { who: Recipient; line: Line }) {
  const { t } = useTranslation();
  const list = useQuery({ queryKey: ["helpline", "requests", who.id], queryFn: () => relief.requests({ recipient: who.id }) });
  return (
    <section aria-label={t("desk.before")}>
      <h2 className="rr-deskhead">{t("desk.before")}</h2>
      <Loaded query={list} rows={2}>
        {(page) => page.rows.length === 0 ? <div className="rr-dim">{t("desk.nothingBefore")}</div>
          : <ul className="rr-people">{page.rows.map((asked, at) => <One key={asked.id} asked={asked} who={who} line={line} first={at === 0} />)}</ul>}
      </Loaded>
    </section>
  );
}
