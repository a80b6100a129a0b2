/** What to send to whom, sized by people and rates: looked at first, then made into draft requests. */
import { Alert, Button, Group, NumberInput, Select, Stack, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { incidents, type Proposal, type Way } from "../../calls/incidents";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { useSiteName } from "../../parts/Account";
import { Dialog } from "../../parts/Dialog";
import { Goods, Plain, Quantity } from "../../parts/Goods";
import { Icon } from "../../parts/icons";
import { OwnerSelect } from "../../parts/Pickers";
import { Tag } from "../../parts/Page";
import { faultsOf, Refused } from "../../parts/Refused";
import { Table, type Column } from "../../parts/Table";
import { useUser } from "../../session";

const WAYS: Way[] = ["station", "door", "vehicle", "direct"];

export function Propose({ incident, onClose }: { incident: string; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const user = useUser();
  const client = useQueryClient();
  const [wish, setWish] = useState({ organisation: user.organisation as string | null, days: "" as string | number, percent: 100 as string | number, way: "station" as Way, needed_by: "" });
  const set = (change: Partial<typeof wish>) => {
    setWish({ ...wish, ...change });
    look.reset();
  };
  const body = (dry: boolean) => ({ dry_run: dry, organisation: wish.organisation, days: wish.days === "" ? null : Number(wish.days), percent: Number(wish.percent), way: wish.way,
    needed_by: wish.needed_by || null, priority: 2 });
  const look = useMutation({ mutationFn: () => incidents.propose(incident, body(true)) });
  const make = useMutation({
    mutationFn: () => incidents.propose(incident, body(false)),
    onSuccess: () => void client.invalidateQueries({ predicate: ({ queryKey }) => ["incident", "requests", "readiness"].includes(String(queryKey[0])) }),
  });
  const shown = make.data ?? look.data;
  const faults = faultsOf(look.error ?? make.error);
  const open = look.data?.rows.filter((row) => row.request === null && row.lines.length > 0).length ?? 0;
  return (
    <Dialog title={t("propose.title")} size="xl" onClose={onClose}>
      <Stack>
        {make.data ? (
          <>
            <Alert color="green" variant="light" role="status" icon={<Icon name="check" />}>{t("propose.made", { n: format.number(make.data.made) })}</Alert>
            <Group justify="flex-end">
              <Button size="md" variant="default" onClick={onClose}>{t("common.close")}</Button>
            </Group>
          </>
        ) : (
          <>
            <p style={{ margin: 0 }}>{t("propose.lead")}</p>
            {user.role !== "staff" && <OwnerSelect size="md" value={wish.organisation} error={faults.organisation} onChange={(organisation) => set({ organisation })} />}
            <div className="rr-two">
              <NumberInput size="md" label={t("propose.days")} description={t("propose.daysHelp")} min={1} max={365} allowDecimal={false} value={wish.days} error={faults.days} onChange={(days) => set({ days })} />
              <NumberInput size="md" label={t("propose.percent")} description={t("propose.percentHelp")} min={1} max={100} allowDecimal={false} value={wish.percent} error={faults.percent} onChange={(percent) => set({ percent })} />
            </div>
            <div className="rr-two">
              <Select size="md" label={t("propose.way")} allowDeselect={false} value={wish.way} data={WAYS.map((value) => ({ value, label: word(t, "way", value) }))} onChange={(way) => set({ way: (way ?? "station") as Way })} />
              <TextInput size="md" type="date" label={t("propose.by")} description={t("propose.byHelp")} value={wish.needed_by} error={faults.needed_by} onChange={(event) => set({ needed_by: event.currentTarget.value })} />
            </div>
          </>
        )}
        {shown && <Shown proposal={shown} />}
        <Refused error={look.error ?? make.error} shown={["organisation", "days", "percent", "needed_by"]} />
        {!make.data && (
          <Group justify="flex-end">
            <Button size="md" variant={look.data ? "default" : "filled"} loading={look.isPending} disabled={!wish.organisation || wish.percent === ""} onClick={() => look.mutate()}>{t("propose.look")}</Button>
            {look.data && <Button size="md" loading={make.isPending} disabled={open === 0} onClick={() => make.mutate()}>{t("propose.make", { n: format.number(open) })}</Button>}
          </Group>
        )}
      </Stack>
    </Dialog>
  );
}

function Shown({ proposal }: { proposal: Proposal }) {
  const { t } = useTranslation();
  const format = useFormat();
  const siteName = useSiteName();
  const known = useQuery({ queryKey: ["rates"], queryFn: incidents.rates }).data?.rates ?? [];
  const lacking = proposal.lacking.map((key) => {
    const rate = known.find((each) => each.key === key);
    return (rate && format.name(rate)) || key;
  });
  const columns: Column<Proposal["rows"][number]>[] = [
    { key: "name", title: t("settlements.one"), lead: true, cell: (row) => <><span className="rr-strong"><Plain text={format.name(row) ?? row.settlement} /></span> {row.made ? <Tag tone="ok">{t("propose.new")}</Tag> : row.request && <Tag>{t("propose.has")}</Tag>}</> },
    { key: "people", title: t("incident.people"), num: true, cell: (row) => format.number(row.people) },
    { key: "site", title: t("propose.at"), empty: (row) => !row.site, cell: (row) => row.site && <>{siteName(row.site)} <span className="rr-small rr-dim rr-nowrap">{row.km !== null && t("map.km", { value: format.decimal(row.km, 1) })}</span></> },
    { key: "lines", title: t("propose.goods"), num: true, cell: (row) => format.number(row.lines.length) },
  ];
  return (
    <>
      {proposal.lacking.length > 0 && <Alert color="yellow" variant="light" icon={<Icon name="alert" />}>{t("propose.lacking", { names: lacking.join(", ") })} <Link href="/incidents/rates">{t("rates.title")}</Link></Alert>}
      {proposal.totals.length > 0 && (
        <div className="rr-card">
          <Table label={t("propose.totals")} rows={proposal.totals} rowKey={(row) => row.item}
            columns={[{ key: "item", title: t("common.item"), lead: true, cell: (row) => <Goods item={row.item} /> }, { key: "n", title: t("propose.totals"), num: true, cell: (row) => <Quantity item={row.item} n={row.n} /> }]} />
        </div>
      )}
      {proposal.rows.length === 0 ? <div role="status">{t("propose.nobody")}</div>
        : <div className="rr-card"><Table label={t("incident.settlements")} columns={columns} rows={proposal.rows.slice(0, 50)} rowKey={(row) => row.settlement} /></div>}
      {proposal.rows.length > 50 && <div className="rr-small rr-dim">{t("incident.more", { n: format.number(proposal.rows.length - 50) })}</div>}
    </>
  );
}
