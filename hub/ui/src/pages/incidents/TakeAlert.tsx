/** Taking in an alert of the Common Alerting Protocol: a file, or its text. */
import { Button, FileInput, Group, Stack, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";

import { incidents } from "../../calls/incidents";
import { Dialog } from "../../parts/Dialog";
import { Refused } from "../../parts/Refused";

export function TakeAlert({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [, go] = useLocation();
  const [text, setText] = useState("");
  const take = useMutation({
    mutationFn: () => incidents.alert(text),
    onSuccess: ({ incidents: [first] }) => {
      void client.invalidateQueries({ predicate: ({ queryKey }) => ["incidents", "incident"].includes(String(queryKey[0])) });
      if (first) go(`/incidents/${first}`);
    },
  });
  return (
    <Dialog title={t("incidents.takeAlert")} onClose={onClose}>
      {take.data ? (
        <Stack>
          <div role="status">{t("incidents.waits")}</div>
          <Group justify="flex-end"><Button size="md" onClick={onClose}>{t("common.close")}</Button></Group>
        </Stack>
      ) : (
        <Stack>
          <p style={{ margin: 0 }}>{t("incidents.alertHelp")}</p>
          <FileInput size="md" label={t("incidents.alertFile")} accept=".xml,.cap,application/cap+xml,text/xml" onChange={(file) => void file?.text().then(setText)} />
          <Textarea size="md" label={t("incidents.alertText")} autosize minRows={5} maxRows={12} spellCheck={false} value={text} onChange={(event) => setText(event.currentTarget.value)} classNames={{ input: "rr-mono" }} />
          <Refused error={take.error} />
          <Group justify="flex-end"><Button size="md" loading={take.isPending} disabled={text.trim() === ""} onClick={() => take.mutate()}>{t("incidents.take")}</Button></Group>
        </Stack>
      )}
    </Dialog>
  );
}
