/** Taking somebody down who was not found; who is known by the same name or number is offered first. */
import { Button, Group, Stack } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { helpline, type Candidate, type Personal } from "../../calls/helpline";
import { Dialog } from "../../parts/Dialog";
import { faultsOf, Refused } from "../../parts/Refused";
import { Candidates } from "./Candidates";
import { NOBODY, PERSON_FIELDS, PersonFields } from "./PersonFields";

/** What was searched for is most likely the number or the name. */
const begun = (text: string): Personal => (/^[\d\s+-]*$/.test(text) ? { ...NOBODY, phone: text.trim() } : { ...NOBODY, name: text.trim() });

export function TakeDown({ line, text, onChoose, onMade, onClose }: {
  line: string;
  text: string;
  onChoose: (who: Candidate) => void;
  onMade: (id: string) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const [who, setWho] = useState(() => begun(text));
  const make = useMutation({
    mutationFn: (anew: boolean) => helpline.takeDown(line, who, anew),
    onSuccess: (made) => made.id && onMade(made.id),
  });
  const known = make.data?.known ?? [];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate(false);
  };
  return (
    <Dialog title={t("desk.takeDown")} onClose={onClose}>
      <form onSubmit={submit}>
        <Stack>
          <PersonFields who={who} faults={faultsOf(make.error)} set={(change) => setWho({ ...who, ...change })} />
          {known.length > 0 && (
            <div role="alert">
              <div className="rr-strong">{t("desk.isItThem")}</div>
              <Candidates rows={known} label={t("desk.isItThem")} onChoose={onChoose} />
            </div>
          )}
          <Refused error={make.error} shown={PERSON_FIELDS} />
          <Group justify="flex-end">
            {known.length > 0
              ? <Button size="md" variant="default" loading={make.isPending} onClick={() => make.mutate(true)}>{t("desk.somebodyElse")}</Button>
              : <Button size="md" type="submit" loading={make.isPending} disabled={!who.name.trim()}>{t("desk.save")}</Button>}
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
