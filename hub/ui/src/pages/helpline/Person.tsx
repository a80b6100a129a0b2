/** One recipient, opened: who they are, who may fetch for them, changed or erased. */
import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { helpline, type Recipient } from "../../calls/helpline";
import { word } from "../../i18n";
import { Dialog, Sure } from "../../parts/Dialog";
import { Key, keyed, useKeys } from "../../parts/keys";
import { Tag } from "../../parts/Page";
import { faultsOf, Refused } from "../../parts/Refused";
import { Loaded } from "../../parts/States";
import { PERSON_FIELDS, PersonFields } from "./PersonFields";

function Change({ who, onDone }: { who: Recipient; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [said, setSaid] = useState({ name: who.name, phone: who.phone, address: who.address, language: who.language, note: who.note, groups: who.groups });
  const change = useMutation({
    mutationFn: () => helpline.change(who.id, said),
    onSuccess: (now) => {
      client.setQueryData(["helpline", "recipient", who.id], now);
      onDone();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <PersonFields who={said} faults={faultsOf(change.error)} set={(some) => setSaid({ ...said, ...some })} />
        <Refused error={change.error} shown={PERSON_FIELDS} />
        <Group justify="flex-end"><Button size="md" type="submit" loading={change.isPending} disabled={!said.name.trim()}>{t("desk.save")}</Button></Group>
      </Stack>
    </form>
  );
}

function Proxies({ who }: { who: Recipient }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const key = ["helpline", "proxies", who.id];
  const list = useQuery({ queryKey: key, queryFn: () => helpline.proxies(who.id) });
  const [proxy, setProxy] = useState({ name: "", phone: "" });
  const renew = () => void client.invalidateQueries({ queryKey: key });
  const add = useMutation({
    mutationFn: () => helpline.addProxy(who.id, proxy),
    onSuccess: () => {
      setProxy({ name: "", phone: "" });
      renew();
    },
  });
  const drop = useMutation({ mutationFn: (n: number) => helpline.dropProxy(who.id, n), onSuccess: renew });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  const faults = faultsOf(add.error);
  return (
    <Stack>
      <div>{t("desk.proxiesHelp")}</div>
      <Loaded query={list} rows={2}>
        {({ rows }) => (
          <ul className="rr-people">
            {rows.map((each) => (
              <li key={each.n} className="rr-asked">
                <div className="rr-any"><span className="rr-strong">{each.name}</span> {each.phone}</div>
                <Button variant="default" loading={drop.isPending} onClick={() => drop.mutate(each.n)}>{t("desk.dropProxy", { name: each.name })}</Button>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      <form onSubmit={submit}>
        <Stack>
          <div className="rr-two">
            <TextInput size="md" label={t("desk.name")} maxLength={100} autoComplete="off" value={proxy.name} error={faults.name} onChange={(event) => setProxy({ ...proxy, name: event.currentTarget.value })} />
            <TextInput size="md" label={t("desk.phone")} inputMode="tel" maxLength={40} autoComplete="off" value={proxy.phone} error={faults.phone} onChange={(event) => setProxy({ ...proxy, phone: event.currentTarget.value })} />
          </div>
          <Refused error={add.error ?? drop.error} shown={["name", "phone"]} />
          <Group justify="flex-end"><Button size="md" type="submit" loading={add.isPending} disabled={!proxy.name.trim()}>{t("desk.addProxy")}</Button></Group>
        </Stack>
      </form>
    </Stack>
  );
}

export function Person({ who, onGone }: { who: Recipient; onGone: () => void }) {
  const { t } = useTranslation();
  const [step, setStep] = useState<"change" | "proxies" | "erase" | null>(null);
  const erase = useMutation({ mutationFn: () => helpline.erase(who.id), onSuccess: onGone });
  const close = () => setStep(null);
  useKeys({ C: () => setStep("change"), P: () => setStep("proxies") });
  return (
    <section aria-label={who.name}>
      <h2 className="rr-deskhead rr-any">{who.name}</h2>
      <div className="rr-any">{[who.phone, who.address].filter(Boolean).join(" · ")}</div>
      {who.note && <div className="rr-dim rr-any">{who.note}</div>}
      <Group gap={6} my={8}>{who.groups.map((group) => <Tag key={group} tone="note">{word(t, "group", group)}</Tag>)}</Group>
      <Group gap={8}>
        <Button variant="default" {...keyed("C")} rightSection={<Key of="C" />} onClick={() => setStep("change")}>{t("desk.change")}</Button>
        <Button variant="default" {...keyed("P")} rightSection={<Key of="P" />} onClick={() => setStep("proxies")}>{t("desk.proxies")}</Button>
        <Button variant="default" onClick={() => setStep("erase")}>{t("desk.erase")}</Button>
      </Group>
      {step === "change" && <Dialog title={t("desk.change")} onClose={close}><Change who={who} onDone={close} /></Dialog>}
      {step === "proxies" && <Dialog title={t("desk.proxies")} onClose={close}><Proxies who={who} /></Dialog>}
      {step === "erase" && (
        <Dialog title={t("desk.erase")} onClose={close}>
          <Sure question={t("desk.eraseSure", { name: who.name })} facts={[t("desk.eraseFact"), t("desk.eraseKept")]} action={t("desk.erase")}
            pending={erase.isPending} error={erase.error} onSure={() => erase.mutate()} onBack={close} />
        </Dialog>
      )}
    </section>
  );
}
