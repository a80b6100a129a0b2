/** How much room of each kind the sites have; supervisors set it. */
import { Button, Checkbox, Group, NumberInput, Stack } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../access";
import { space, type Capacity, type Measure, type Room, type Temperature } from "../../calls/space";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { useSiteName } from "../../parts/Account";
import { Dialog } from "../../parts/Dialog";
import { Icon } from "../../parts/icons";
import { Page, Tag } from "../../parts/Page";
import { Refused } from "../../parts/Refused";
import { Sections } from "../../parts/Sections";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { counted, shownAmount, useAmount } from "./amounts";
import { RoomFields, type MaybeRoom } from "./RoomFields";
import { useSections } from "./sections";

function Set({ given, onClose }: { given: Capacity | null; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const [room, setRoom] = useState<MaybeRoom>(given ?? { site: null, temperature: "ambient", measure: "pallets" });
  const measure: Measure = room.measure ?? "pallets";
  const [amount, setAmount] = useState<string | number>(given ? shownAmount(given.amount, given.measure) : "");
  const [anyway, setAnyway] = useState(false);
  const set = useMutation({
    mutationFn: () => space.setCapacity({ site: room.site ?? "", temperature: room.temperature ?? "ambient", measure, amount: counted(amount, measure), anyway }),
    onSuccess: (done) => {
      void client.invalidateQueries({ predicate: ({ queryKey }) => ["capacities", "calendar", "bookings"].includes(String(queryKey[0])) });
      if (done.approved.length === 0) onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    set.mutate();
  };
  return (
    <Dialog title={t("capacity.set")} size="md" onClose={onClose}>
      {set.data ? (
        <Stack>
          <div role="status">{t("capacity.approved", { n: format.number(set.data.approved.length) })}</div>
          <Group justify="flex-end"><Button size="md" onClick={onClose}>{t("common.close")}</Button></Group>
        </Stack>
      ) : (
        <form onSubmit={submit}>
          <Stack>
            {!given && <RoomFields size="md" room={room} set={(name: keyof Room, value) => setRoom({ ...room, [name]: value as Temperature & Measure })} />}
            <NumberInput size="md" data-autofocus label={t("space.amount", { unit: word(t, "measure", measure) })} min={0} decimalScale={measure === "m3" ? 3 : 0} value={amount} onChange={setAmount} />
            <Refused error={set.error} />
            {set.error && <Checkbox size="md" label={t("capacity.anyway")} checked={anyway} onChange={(event) => setAnyway(event.currentTarget.checked)} />}
            <Group justify="flex-end"><Button size="md" type="submit" loading={set.isPending} disabled={!room.site || amount === ""}>{t("people.save")}</Button></Group>
          </Stack>
        </form>
      )}
    </Dialog>
  );
}

export default function Capacities() {
  const { t } = useTranslation();
  const may = useMay();
  const sections = useSections();
  const amount = useAmount();
  const siteName = useSiteName();
  const [setting, setSetting] = useState<{ given: Capacity | null } | null>(null);
  const list = useQuery({ queryKey: ["capacities"], queryFn: space.capacities });
  const steers = may("PUT /space/capacities");
  const columns: Column<Capacity>[] = [
    { key: "site", title: t("common.site"), lead: true, cell: (row) => <span className="rr-strong">{siteName(row.site)}</span> },
    { key: "temperature", title: t("space.temperature"), cell: (row) => word(t, "temperature", row.temperature) },
    { key: "amount", title: t("space.room"), cell: (row) => <><span className="rr-strong rr-nowrap">{amount(row.amount, row.measure)}</span> {row.overbooked && <Tag tone="warn">{t("capacity.overbooked")}</Tag>}</> },
    { key: "do", title: "", empty: () => !steers, cell: (row) => steers && <Button variant="default" onClick={() => setSetting({ given: row })}>{t("capacity.change")}</Button> },
  ];
  return (
    <Page title={t("capacity.title")} lead={t("capacity.lead")} asOf={list.dataUpdatedAt}
      actions={steers && <Button size="md" leftSection={<Icon name="plus" size={18} />} onClick={() => setSetting({ given: null })}>{t("capacity.set")}</Button>}>
      <Sections label={t("space.sections")} sections={sections} />
      <div className="rr-card">
        <Loaded query={list}>
          {({ capacities }) => capacities.length === 0 ? <Empty icon="warehouse" title={t("space.noRoom")} help={t("space.noRoomHelp")} />
            : <Table label={t("capacity.title")} columns={columns} rows={capacities} rowKey={(row) => [row.site, row.temperature, row.measure].join("|")} />}
        </Loaded>
      </div>
      {setting && <Set given={setting.given} onClose={() => setSetting(null)} />}
    </Page>
  );
}
