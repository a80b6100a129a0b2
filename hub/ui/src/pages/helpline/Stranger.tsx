/** Somebody whom another help-line knows: whoever calls from their number may be opened here too. */
import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { helpline, type Candidate } from "../../calls/helpline";
import { newId } from "../../calls/identity";
import { Dialog } from "../../parts/Dialog";
import { faultsOf, Refused } from "../../parts/Refused";

export function Stranger({ who, line, onKnown, onClose }: { who: Candidate; line: string; onKnown: (id: string) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const [id] = useState(newId);
  const [phone, setPhone] = useState("");
  const take = useMutation({
    mutationFn: () => helpline.take({ id, line, kind: "other", recipient: who.id, phone }),
    onSuccess: () => onKnown(who.id),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    take.mutate();
  };
  return (
    <Dialog title={t("desk.stranger", { name: who.shown })} onClose={onClose}>
      <form onSubmit={submit}>
        <Stack>
          <div>{t("desk.strangerHelp")}</div>
          <TextInput size="md" label={t("desk.callerNumber")} inputMode="tel" data-autofocus maxLength={40} autoComplete="off" value={phone} error={faultsOf(take.error).phone}
            onChange={(event) => setPhone(event.currentTarget.value)} />
          <Refused error={take.error} shown={["phone"]} />
          <Group justify="flex-end"><Button size="md" type="submit" loading={take.isPending} disabled={!phone.trim()}>{t("desk.open")}</Button></Group>
        </Stack>
      </form>
    </Dialog>
  );
}
