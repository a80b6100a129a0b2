/** An organisation to add, or to call by another name. */
import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { catalogue, type OrganisationInput } from "../../calls/catalogue";
import { faultsOf, Refused } from "../../parts/Refused";
import { listed } from "./faults";

export const ID = /^[a-z0-9-]{1,40}$/;
const EMPTY: OrganisationInput = { id: "", name: "", name_zh: "" };

export function OrganisationForm({ old, taken, onDone }: { old: OrganisationInput | null; taken: readonly string[]; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [said, setSaid] = useState(old ?? EMPTY);
  const save = useMutation({
    mutationFn: () => catalogue.putOrganisation({ ...said, name: said.name.trim(), name_zh: said.name_zh?.trim() }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["organisations"] });
      onDone();
    },
  });
  const faults = listed(faultsOf(save.error), "organisations");
  const clash = !old && taken.includes(said.id);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!clash) save.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput size="md" label={t("catalogue.name")} required withAsterisk={false} data-autofocus maxLength={200} value={said.name} error={faults.name}
          onChange={(event) => setSaid({ ...said, name: event.currentTarget.value })} />
        <TextInput size="md" label={t("catalogue.nameZh")} lang="zh" maxLength={200} value={said.name_zh ?? ""} error={faults.name_zh}
          onChange={(event) => setSaid({ ...said, name_zh: event.currentTarget.value })} />
        <TextInput size="md" label={t("catalogue.id")} description={t("catalogue.idHelp")} required withAsterisk={false} disabled={old !== null} spellCheck={false} autoCapitalize="off" maxLength={40}
          value={said.id} error={said.id && !ID.test(said.id) ? t("catalogue.idWrong") : clash ? t("catalogue.idTaken") : faults.id}
          onChange={(event) => setSaid({ ...said, id: event.currentTarget.value })} />
        <Refused error={save.error} shown={["name", "name_zh", "id"].map((field) => `organisations/0/${field}`)} />
        <Group justify="flex-end"><Button size="md" type="submit" loading={save.isPending} disabled={!said.name.trim() || !ID.test(said.id) || clash}>{t("catalogue.save")}</Button></Group>
      </Stack>
    </form>
  );
}
