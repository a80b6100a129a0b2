/** Who lends what to whom: an owner's consent, until it is ended. */
import { Button, Group, Stack, TextInput } from "@mantine/core";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../access";
import { allocation, type Consent } from "../../calls/allocation";
import { newId } from "../../calls/identity";
import { useFormat } from "../../format";
import { useOwnerName } from "../../parts/Account";
import { Dialog, Sure } from "../../parts/Dialog";
import { Export } from "../../parts/Export";
import { Icon } from "../../parts/icons";
import { Ago, Page, Tag } from "../../parts/Page";
import { Pager } from "../../parts/Pager";
import { ItemSelect, OwnerSelect, useFilters, useGoods } from "../../parts/Pickers";
import { faultsOf, Refused } from "../../parts/Refused";
import { Sections } from "../../parts/Sections";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { useUser } from "../../session";
import { useSections } from "./sections";

function Lend({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const user = useUser();
  const client = useQueryClient();
  const [id] = useState(newId);
  const [owner, setOwner] = useState(user.organisation);
  const [taker, setTaker] = useState<string | null>(null);
  const [item, setItem] = useState<string | null>(null);
  const [until, setUntil] = useState("");
  const lend = useMutation({
    mutationFn: () => allocation.lend({ id, owner, taker, item, until: until || null }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["consents"] });
      onClose();
    },
  });
  const faults = faultsOf(lend.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    lend.mutate();
  };
  return (
    <Dialog title={t("lending.new")} onClose={onClose}>
      <form onSubmit={submit}>
        <Stack>
          {user.role !== "staff" && <OwnerSelect size="md" label={t("lending.owner")} value={owner} error={faults.owner} onChange={setOwner} />}
          <OwnerSelect size="md" label={t("lending.taker")} placeholder={t("lending.anyone")} clearable value={taker} error={faults.taker} onChange={setTaker} />
          <ItemSelect size="md" placeholder={t("lending.everything")} clearable value={item} error={faults.item} onChange={setItem} />
          <TextInput size="md" type="date" label={t("lending.until")} description={t("lending.untilHelp")} value={until} error={faults.until} onChange={(event) => setUntil(event.currentTarget.value)} />
          <Refused error={lend.error} shown={["owner", "taker", "item", "until"]} />
          <Group justify="flex-end"><Button size="md" type="submit" loading={lend.isPending} disabled={!owner}>{t("lending.lend")}</Button></Group>
        </Stack>
      </form>
    </Dialog>
  );
}

export default function Lending() {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const user = useUser();
  const client = useQueryClient();
  const sections = useSections();
  const goods = useGoods();
  const ownerName = useOwnerName();
  const { cursor, set } = useFilters([] as const);
  const [lending, setLending] = useState(false);
  const [ending, setEnding] = useState<string | null>(null);
  const list = useQuery({ queryKey: ["consents", cursor], queryFn: () => allocation.consents(cursor), placeholderData: keepPreviousData });
  const end = useMutation({
    mutationFn: allocation.endConsent,
    onSuccess: () => {
      setEnding(null);
      void client.invalidateQueries({ queryKey: ["consents"] });
    },
  });
  const mine = (row: Consent) => may("POST /consents/{consent}/end") && !row.ended_at && (user.role !== "staff" || row.owner === user.organisation);
  const columns: Column<Consent>[] = [
    { key: "who", title: t("lending.owner"), lead: true, cell: (row) => <span className="rr-strong">{ownerName(row.owner)}</span> },
    { key: "to", title: t("lending.taker"), cell: (row) => row.taker ? ownerName(row.taker) : t("lending.anyone") },
    { key: "what", title: t("common.item"), cell: (row) => row.item ? <span className="rr-any">{goods(row.item).name}</span> : t("lending.everything") },
    { key: "until", title: t("lending.until"), cell: (row) => row.ended_at ? <Tag>{t("lending.ended")}</Tag> : row.until ? format.date(row.until) : t("lending.forever") },
    { key: "by", title: t("log.who"), cell: (row) => <><span className="rr-any">{row.given_by}</span> <Ago at={row.given_at} /></> },
    { key: "do", title: "", empty: (row) => !mine(row), cell: (row) => mine(row) && <Button variant="light" color="red" onClick={() => setEnding(row.id)}>{t("lending.end")}</Button> },
  ];
  return (
    <Page title={t("lending.title")} lead={t("lending.lead")} asOf={list.dataUpdatedAt}
      actions={<>
        <Export list="consents" />
        {may("POST /consents") && <Button size="md" leftSection={<Icon name="plus" size={18} />} onClick={() => setLending(true)}>{t("lending.new")}</Button>}
      </>}>
      <Sections label={t("needs.sections")} sections={sections} />
      <div className="rr-card" aria-busy={list.isPlaceholderData}>
        <Loaded query={list}>
          {(page) => page.rows.length === 0 ? <Empty icon="link" title={t("lending.empty")} help={t("lending.emptyHelp")} />
            : <Table label={t("lending.title")} columns={columns} rows={page.rows} rowKey={(row) => row.id} />}
        </Loaded>
      </div>
      <Pager cursor={cursor} next={list.data?.next ?? null} onCursor={(next) => set("cursor", next)} />
      {lending && <Lend onClose={() => setLending(false)} />}
      {ending && (
        <Dialog title={t("lending.end")} size="md" onClose={() => setEnding(null)}>
          <Sure question={t("lending.endSure")} facts={[t("lending.endFact")]} action={t("lending.end")} pending={end.isPending} error={end.error} onSure={() => end.mutate(ending)} onBack={() => setEnding(null)} />
        </Dialog>
      )}
    </Page>
  );
}
