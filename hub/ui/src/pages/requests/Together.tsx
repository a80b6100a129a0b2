/** Several requests of one state at once: decided about, or sent together. */
import { Alert, Button, Group } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Deed } from "../../access";
import { relief, TOUCHED, type RequestRow } from "../../calls/relief";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { Dialog, Sure } from "../../parts/Dialog";
import { Send } from "./Send";

/** What leads on from each state, and the route by which the hub says who may do it. */
const DEEDS: Record<string, [event: string, route: Deed][]> = {
  draft: [["submit", "POST /requests/{request}/submission"], ["cancel", "POST /requests/{request}/cancellation"]],
  asked: [["approve", "POST /requests/{request}/approval"], ["cancel", "POST /requests/{request}/cancellation"]],
  approved: [["allocate", "POST /requests/{request}/allocation"], ["cancel", "POST /requests/{request}/cancellation"]],
  allocated: [["send", "POST /consignments"], ["cancel", "POST /requests/{request}/cancellation"]],
};

export function together(state: string | null, may: (deed: Deed) => boolean): string[] {
  if (!may("POST /requests/decisions")) return [];
  return (DEEDS[state ?? ""] ?? []).filter(([, route]) => may(route)).map(([event]) => event);
}

function SureOfAll({ event, chosen, onClose, onDone }: { event: string; chosen: RequestRow[]; onClose: () => void; onDone: (lacking: number) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const decide = useMutation({
    mutationFn: () => relief.decideMany(event, chosen.map((row) => row.id)),
    onSuccess: (done) => {
      void client.invalidateQueries({ predicate: ({ queryKey }) => TOUCHED.includes(String(queryKey[0])) });
      onDone(done.lacking.length);
    },
  });
  return (
    <Dialog title={word(t, "deed", `request-${event}`)} onClose={onClose}>
      <Sure question={t("requests.sureOf", { n: format.number(chosen.length) })} facts={[word(t, "deedFact", `request-${event}`), event === "allocate" ? t("requests.someLack") : t("requests.allOrNone")]}
        action={word(t, "deed", `request-${event}`)} danger={event === "cancel"} pending={decide.isPending} error={decide.error} onBack={onClose} onSure={() => decide.mutate()} />
    </Dialog>
  );
}

export function Together({ deeds, rows, chosen, setChosen }: { deeds: string[]; rows: RequestRow[]; chosen: RequestRow[]; setChosen: (ids: string[]) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [event, setEvent] = useState<string | null>(null);
  const [lacking, setLacking] = useState(0);
  const done = (missing = 0) => {
    setEvent(null);
    setLacking(missing);
    setChosen([]);
  };
  return (
    <>
      <Group gap="sm" role="group" aria-label={t("common.actions")}>
        <Button variant="default" onClick={() => setChosen(chosen.length === rows.length ? [] : rows.map((row) => row.id))}>
          {chosen.length === rows.length ? t("requests.chooseNone") : t("requests.chooseAll", { n: format.number(rows.length) })}
        </Button>
        {deeds.map((each) => (
          <Button key={each} disabled={chosen.length === 0} variant={each === "cancel" ? "light" : "filled"} color={each === "cancel" ? "red" : undefined} onClick={() => setEvent(each)}>
            {t("requests.doTo", { what: word(t, "deed", `request-${each}`), n: format.number(chosen.length) })}
          </Button>
        ))}
      </Group>
      {lacking > 0 && <Alert color="orange" variant="light" role="status" withCloseButton closeButtonLabel={t("common.close")} onClose={() => setLacking(0)}>{t("requests.lacking", { n: format.number(lacking) })}</Alert>}
      {event === "send" && <Send requests={chosen} onClose={() => setEvent(null)} />}
      {event !== null && event !== "send" && <SureOfAll event={event} chosen={chosen} onClose={() => setEvent(null)} onDone={done} />}
    </>
  );
}
