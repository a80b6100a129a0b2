/** A badge for shared devices: with a PIN of the person's own, or one that is made; shown this once, and printed. */
import { Button, Group, PasswordInput, Stack } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { people, type NewBadge, type Person } from "../../calls/people";
import { Icon } from "../../parts/icons";
import { Once, Secret } from "../../parts/Once";
import { faultsOf, Refused } from "../../parts/Refused";
import { save } from "../../saving";

function Made({ badge, person, onDone }: { badge: NewBadge; person: Person; onDone: () => void }) {
  const { t } = useTranslation();
  const print = useMutation({
    mutationFn: () => people.badgeLabel(badge, person.shown || person.name),
    onSuccess: (label) => save(label, `badge-${person.name}.pdf`),
  });
  return (
    <Once onDone={onDone} steps={[t("people.badgePrint"), badge.pin ? t("people.badgeTell") : t("people.badgeOwn"), t("people.badgeUse")]}>
      <div><Button size="md" loading={print.isPending} leftSection={<Icon name="save" size={18} />} onClick={() => print.mutate()}>{t("people.badgeLabel")}</Button></div>
      <Refused error={print.error} />
      <Secret label={t("people.badgeCode")} value={badge.printed} />
      {badge.pin && <Secret label={t("people.pin")} value={badge.pin} />}
    </Once>
  );
}

export function Badge({ person, onDone }: { person: Person; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [pin, setPin] = useState("");
  const make = useMutation({
    mutationFn: () => people.badge(person.name, pin || null),
    onSuccess: () => {
      setPin("");
      void client.invalidateQueries({ queryKey: ["people"] });
    },
  });
  if (make.data) return <Made badge={make.data} person={person} onDone={onDone} />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <div>{person.badge ? t("people.badgeReplaces") : t("people.badgeHelp")}</div>
        <PasswordInput size="md" label={t("people.pinOwn")} description={t("people.pinHelp")} inputMode="numeric" autoComplete="off" maxLength={8} pattern="[0-9]{4,8}"
          data-autofocus value={pin} error={faultsOf(make.error).pin} onChange={(event) => setPin(event.currentTarget.value.replace(/\D/g, ""))} />
        <Refused error={make.error} shown={["pin"]} />
        <Group justify="space-between">
          <Button size="md" variant="default" onClick={onDone}>{t("ask.back")}</Button>
          <Button size="md" type="submit" loading={make.isPending}>{t("people.badgeMake")}</Button>
        </Group>
      </Stack>
    </form>
  );
}
