/** Asking for room from one day to another. */
import { Button, Group, NumberInput, Stack, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { newId } from "../../calls/identity";
import { space, type Measure, type Room, type Temperature } from "../../calls/space";
import { word } from "../../i18n";
import { Dialog } from "../../parts/Dialog";
import { OwnerSelect } from "../../parts/Pickers";
import { faultsOf, Refused } from "../../parts/Refused";
import { useUser } from "../../session";
import { counted } from "./amounts";
import type { Span } from "./Calendar";
import { RoomFields, type MaybeRoom } from "./RoomFields";

const FIELDS = ["organisation", "site", "temperature", "measure", "amount", "first_day", "last_day", "note"];

export function Ask({ room: given, span, onClose }: { room: MaybeRoom; span: Span | null; onClose: () => void }) {
  const { t } = useTranslation();
  const user = useUser();
  const client = useQueryClient();
  const [id] = useState(newId);
  const [room, setRoom] = useState(given);
  const [organisation, setOrganisation] = useState(user.organisation);
  const [amount, setAmount] = useState<string | number>("");
  const [first, setFirst] = useState(span?.first ?? "");
  const [last, setLast] = useState(span?.last ?? "");
  const [note, setNote] = useState("");
  const measure: Measure = room.measure ?? "pallets";
  const ask = useMutation({
    mutationFn: () => space.ask({ ...(room as Room), id, organisation, amount: counted(amount, measure), first_day: first, last_day: last, note }),
    onSuccess: () => {
      void client.invalidateQueries({ predicate: ({ queryKey }) => ["bookings", "calendar"].includes(String(queryKey[0])) });
      onClose();
    },
  });
  const faults = faultsOf(ask.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask.mutate();
  };
  const backwards = first !== "" && last !== "" && last < first;
  return (
    <Dialog title={t("space.ask")} onClose={onClose}>
      <form onSubmit={submit}>
        <Stack>
          <RoomFields size="md" room={room} faults={faults} set={(name, value) => setRoom({ ...room, [name]: value as Temperature & Measure })} />
          <NumberInput size="md" data-autofocus label={t("space.amount", { unit: word(t, "measure", measure) })} min={measure === "m3" ? 0.001 : 1} decimalScale={measure === "m3" ? 3 : 0} value={amount} error={faults.amount}
            onChange={setAmount} />
          <div className="rr-two">
            <TextInput size="md" type="date" label={t("space.first")} value={first} error={faults.first_day} onChange={(event) => setFirst(event.currentTarget.value)} />
            <TextInput size="md" type="date" label={t("space.last")} description={t("space.lastHelp")} value={last} error={backwards ? t("space.backwards") : faults.last_day}
              onChange={(event) => setLast(event.currentTarget.value)} />
          </div>
          {user.role !== "staff" && <OwnerSelect size="md" value={organisation} error={faults.organisation} onChange={setOrganisation} />}
          <Textarea size="md" label={t("needs.note")} maxLength={500} autosize minRows={2} value={note} error={faults.note} onChange={(event) => setNote(event.currentTarget.value)} />
          <Refused error={ask.error} shown={FIELDS} />
          <Group justify="flex-end">
            <Button size="md" type="submit" loading={ask.isPending} disabled={!room.site || !(counted(amount, measure) >= 1) || !first || !last || backwards || !organisation}>{t("space.ask")}</Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
