/** Somebody was promised a call: what they said, and that it was made or is not needed any more. */
import { Button, Group, Stack, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { helpline, type Call, type Line } from "../../calls/helpline";
import { newId } from "../../calls/identity";
import { serverNow } from "../../clock";
import { useFormat } from "../../format";
import { Key, keyed, useKeys } from "../../parts/keys";
import { Tag } from "../../parts/Page";
import { Refused } from "../../parts/Refused";
import { Loaded } from "../../parts/States";

/** When somebody has to be called back; red once that is past. */
export function Due({ made }: { made: Call }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (!made.due) return null;
  if (made.done_at) return <Tag tone="ok">{t("calls.done")}</Tag>;
  const late = Math.floor((serverNow() - Date.parse(made.due)) / 1_000);
  return <Tag tone={late > 0 ? "bad" : "warn"}>{format.dateTime(made.due)}{late > 0 && ` · ${t("calls.overdue", { span: format.span(late) })}`}</Tag>;
}

/** What was said in a call. */
export function Said({ made, line }: { made: Call; line: Line | undefined }) {
  const { t } = useTranslation();
  const whole = useQuery({ queryKey: ["helpline", "call", made.id], queryFn: () => helpline.call(made.id), gcTime: 0 });
  return (
    <Loaded query={whole} rows={2}>
      {({ note, caller, answers }) => note === null ? <p className="rr-dim">{t("calls.notYours")}</p> : (
        <Stack gap={6}>
          <div className="rr-any">{note || <span className="rr-dim">{t("calls.nothingSaid")}</span>}</div>
          {caller && <div><div className="rr-small rr-dim">{t("desk.caller")}</div><div className="rr-any">{caller}</div></div>}
          {Object.entries(answers ?? {}).map(([at, text]) => (
            <div key={at}><div className="rr-small rr-dim">{line?.questions[Number(at)]}</div><div className="rr-any">{text}</div></div>
          ))}
        </Stack>
      )}
    </Loaded>
  );
}

export function FollowUp({ made, shortcut = false, onDone }: { made: Call; shortcut?: boolean; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [id] = useState(newId);
  const [note, setNote] = useState("");
  const done = () => {
    void client.invalidateQueries({ queryKey: ["helpline"] });
    onDone();
  };
  const take = useMutation({ mutationFn: () => helpline.take({ id, line: made.line, kind: "follow-up", recipient: made.recipient, after: made.id, note }), onSuccess: done });
  const drop = useMutation({ mutationFn: () => helpline.followUp(made.id, null), onSuccess: done });
  useKeys(shortcut ? { D: () => !take.isPending && take.mutate() } : {});
  const submit = (event: FormEvent) => {
    event.preventDefault();
    take.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Textarea size="md" label={t("calls.whatSaid")} data-autofocus maxLength={1000} autosize minRows={2} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
        <Refused error={take.error ?? drop.error} />
        <Group justify="space-between">
          <Button size="md" variant="default" loading={drop.isPending} onClick={() => drop.mutate()}>{t("calls.noNeed")}</Button>
          <Button size="md" type="submit" loading={take.isPending} {...(shortcut ? keyed("D") : {})} rightSection={shortcut && <Key of="D" />}>{t("calls.calledBack")}</Button>
        </Group>
      </Stack>
    </form>
  );
}
