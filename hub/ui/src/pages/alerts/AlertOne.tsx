/** One alert: what is wrong and where, what to do about it, who looks after it, and what happened so far. */
import { Button, Group, Select, Stack, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { alerts, type Alert, type AlertDeed, type AlertEvent, type AlertWhole } from "../../calls/alerts";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { useSiteName } from "../../parts/Account";
import { AlertState, placeOf, Urgency, useAlertText } from "../../parts/Alerts";
import { Dialog, Sure } from "../../parts/Dialog";
import { Goods, Owner, Plain } from "../../parts/Goods";
import { Icon } from "../../parts/icons";
import { Ago, Page } from "../../parts/Page";
import { Loaded } from "../../parts/States";
import { useUser } from "../../session";

function Deed({ whole, deed, onClose }: { whole: AlertWhole; deed: AlertDeed; onClose: () => void }) {
  const { t } = useTranslation();
  const user = useUser();
  const client = useQueryClient();
  const { id } = whole.alert;
  const [note, setNote] = useState("");
  const [to, setTo] = useState<string | null>(whole.takers.includes(user.name) ? user.name : null);
  const decide = useMutation({
    mutationFn: () => deed === "acknowledge" ? alerts.acknowledge(id, note.trim()) : deed === "close" ? alerts.close(id, note.trim()) : alerts.assign(id, to ?? "", note.trim()),
    onSuccess: (done) => {
      client.setQueryData(["alert", id], done);
      void client.invalidateQueries({ queryKey: ["alerts"] });
      onClose();
    },
  });
  return (
    <Dialog title={word(t, "watchDeed", deed)} onClose={onClose}>
      <Sure question={word(t, "watchDeedSure", deed)} facts={[word(t, "watchDeedFact", deed)]} action={word(t, "watchDeed", deed)} danger={deed === "close"} pending={decide.isPending} error={decide.error}
        onBack={onClose} onSure={() => (deed !== "assign" || to) && decide.mutate()}>
        <Stack>
          {deed === "assign" && <Select size="md" searchable label={t("watch.to")} value={to} onChange={setTo} data={whole.takers} nothingFoundMessage={t("watch.noTaker")} />}
          <Textarea size="md" label={t("watch.note")} description={t("relief.noPersons")} autosize minRows={2} maxLength={500} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
        </Stack>
      </Sure>
    </Dialog>
  );
}

function Facts({ alert }: { alert: Alert }) {
  const { t } = useTranslation();
  const siteName = useSiteName();
  const item = alert.values.item;
  const lot = alert.values.lot;
  return (
    <dl className="rr-pairs">
      <div><dt>{t("watch.urgency")}</dt><dd><Urgency alert={alert} /></dd></div>
      <div><dt>{t("journey.state")}</dt><dd><AlertState alert={alert} /></dd></div>
      <div><dt>{t("watch.assigned")}</dt><dd>{alert.assigned ? <Plain text={alert.assigned} /> : t("watch.nobody")}</dd></div>
      {alert.site && <div><dt>{t("common.site")}</dt><dd>{siteName(alert.site)}</dd></div>}
      {alert.owner !== null && <div><dt>{t("common.owner")}</dt><dd><Owner id={alert.owner} /></dd></div>}
      {typeof item === "string" && <div><dt>{t("common.item")}</dt><dd><Goods item={item} lot={typeof lot === "string" ? lot : null} /></dd></div>}
      <div><dt>{t("watch.raised")}</dt><dd><Ago at={alert.raised_at} /></dd></div>
      {alert.cleared_at && <div><dt>{t("watch.cleared")}</dt><dd><Ago at={alert.cleared_at} /></dd></div>}
    </dl>
  );
}

function History({ events }: { events: AlertEvent[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <ol className="rr-timeline" aria-label={t("watch.history")}>
      {[...events].reverse().map((event, index) => (
        <li key={index}>
          <div className="rr-step-head">
            <span className="rr-strong rr-step-what">{word(t, "watchEvent", event.event)}{event.whom && <> <Plain text={event.whom} /></>}</span>
            <time className="rr-dim rr-small rr-step-time" dateTime={event.at}>{format.dateTime(event.at)}</time>
          </div>
          {event.note && <div className="rr-any">{event.note}</div>}
          <div className="rr-small rr-dim">{event.by === "" ? t("watch.byItself") : <Plain text={event.by} />}</div>
        </li>
      ))}
    </ol>
  );
}

export default function AlertOne({ id }: { id: string }) {
  const { t } = useTranslation();
  const text = useAlertText();
  const [deed, setDeed] = useState<AlertDeed | null>(null);
  const found = useQuery({ queryKey: ["alert", id], queryFn: () => alerts.one(id) });
  const whole = found.data;
  const place = whole && placeOf(whole.alert);
  return (
    <Page title={whole ? word(t, "watchKind", whole.alert.kind) : t("watch.one")} asOf={found.dataUpdatedAt}
      actions={<Button component={Link} href="/alerts" size="md" variant="default" leftSection={<Icon name="left" size={18} />}>{t("watch.title")}</Button>}>
      <Loaded query={found} rows={6}>
        {(data) => (
          <>
            <section className="rr-card rr-pad" data-alert-box="">
              <p className="rr-any" style={{ fontSize: "1.2rem", fontWeight: 600, margin: "0 0 12px" }} data-alert={data.alert.id} data-open={data.alert.state === "open" || undefined}>{text(data.alert)}</p>
              <Facts alert={data.alert} />
              <p style={{ margin: "14px 0" }}>{word(t, "watchHelp", data.alert.kind)}</p>
              <Group gap="sm" role="group" aria-label={t("common.actions")} className="rr-noprint">
                {place && <Button component={Link} href={place} size="md" rightSection={<Icon name="right" size={18} />}>{t("watch.goThere")}</Button>}
                {data.may.map((each) => <Button key={each} size="md" variant={each === "close" ? "light" : "default"} color={each === "close" ? "red" : undefined} onClick={() => setDeed(each)}>{word(t, "watchDeed", each)}</Button>)}
              </Group>
            </section>
            <section aria-labelledby="history">
              <h2 className="rr-section" id="history">{t("watch.history")}</h2>
              <div className="rr-card rr-pad"><History events={data.history} /></div>
            </section>
            {deed && <Deed whole={data} deed={deed} onClose={() => setDeed(null)} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}
