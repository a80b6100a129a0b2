/** Tokens by which programs ask the hub: made, shown this once, revoked. */
import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../access";
import { people, type Post, type Token } from "../../calls/people";
import { word } from "../../i18n";
import { useOwnerName, useSiteName } from "../../parts/Account";
import { Dialog, Sure } from "../../parts/Dialog";
import { Icon } from "../../parts/icons";
import { Once, Secret } from "../../parts/Once";
import { Ago, Page, Tag } from "../../parts/Page";
import { faultsOf, Refused } from "../../parts/Refused";
import { Sections } from "../../parts/Sections";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { POST_FIELDS, PostFields } from "./PostFields";
import { useSections } from "./sections";

function Make({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [post, setPost] = useState<Post>({ role: "auditor", organisation: null, site: null });
  const make = useMutation({
    mutationFn: () => people.makeToken({ name: name.trim(), ...post }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["tokens"] }),
  });
  const faults = faultsOf(make.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <Dialog title={make.data ? t("tokens.made", { name: make.data.made.name }) : t("tokens.add")} onClose={onClose}>
      {make.data ? (
        <Once steps={[t("tokens.put"), t("tokens.header")]} onDone={onClose}><Secret label={t("tokens.token")} value={make.data.token} /></Once>
      ) : (
        <form onSubmit={submit}>
          <Stack>
            <TextInput size="md" label={t("tokens.name")} description={t("tokens.nameHelp")} required withAsterisk={false} data-autofocus maxLength={100} spellCheck={false}
              value={name} error={faults.name} onChange={(event) => setName(event.currentTarget.value)} />
            <PostFields post={post} faults={faults} set={(change) => setPost({ ...post, ...change })} />
            <Refused error={make.error} shown={["name", ...POST_FIELDS]} />
            <Group justify="flex-end"><Button size="md" type="submit" loading={make.isPending} disabled={!name.trim() || (post.role === "staff" && !post.organisation)}>{t("tokens.make")}</Button></Group>
          </Stack>
        </form>
      )}
    </Dialog>
  );
}

export default function Programs() {
  const { t } = useTranslation();
  const may = useMay();
  const client = useQueryClient();
  const sections = useSections();
  const siteName = useSiteName();
  const ownerName = useOwnerName();
  const [making, setMaking] = useState(false);
  const [ending, setEnding] = useState<string | null>(null);
  const list = useQuery({ queryKey: ["tokens"], queryFn: people.tokens });
  const revoke = useMutation({
    mutationFn: people.revokeToken,
    onSuccess: () => {
      setEnding(null);
      void client.invalidateQueries({ queryKey: ["tokens"] });
    },
  });
  const columns: Column<Token>[] = [
    { key: "name", title: t("tokens.name"), lead: true, cell: (row) => <span className="rr-strong rr-any">{row.name}</span> },
    { key: "role", title: t("people.role"), cell: (row) => [word(t, "role", row.role), row.organisation && ownerName(row.organisation), row.site && siteName(row.site)].filter(Boolean).join(" · ") },
    { key: "maker", title: t("tokens.maker"), cell: (row) => (
      <>
        <div className="rr-any">{row.made_by || t("tokens.here")}</div>
        {!row.opens && <Tag tone="bad" title={t("tokens.shutHelp")}>{t("tokens.shut")}</Tag>}
      </>
    ) },
    { key: "since", title: t("common.since"), cell: (row) => <Ago at={row.created_at} /> },
    { key: "end", title: "", empty: () => !may("DELETE /tokens/{name}"), cell: (row) => may("DELETE /tokens/{name}") && (
      <Button variant="light" color="red" aria-label={t("tokens.revokeOne", { name: row.name })} onClick={() => setEnding(row.name)}>{t("tokens.revoke")}</Button>
    ) },
  ];
  return (
    <Page title={t("tokens.title")} lead={t("tokens.lead")} asOf={list.dataUpdatedAt}
      actions={may("POST /tokens") && <Button size="md" leftSection={<Icon name="plus" size={18} />} onClick={() => setMaking(true)}>{t("tokens.add")}</Button>}>
      <Sections label={t("people.sections")} sections={sections} />
      <div className="rr-card">
        <Loaded query={list}>
          {({ tokens }) => tokens.length === 0 ? <Empty icon="terminal" title={t("tokens.empty")} help={t("tokens.emptyHelp")} />
            : <Table label={t("tokens.title")} columns={columns} rows={tokens} rowKey={(row) => row.name} />}
        </Loaded>
      </div>
      {making && <Make onClose={() => setMaking(false)} />}
      {ending !== null && (
        <Dialog title={t("tokens.revoke")} size="md" onClose={() => setEnding(null)}>
          <Sure question={t("tokens.sure", { name: ending })} facts={[t("tokens.sureNow"), t("tokens.sureBack")]} action={t("tokens.revoke")} pending={revoke.isPending}
            error={revoke.error} onSure={() => revoke.mutate(ending)} onBack={() => setEnding(null)} />
        </Dialog>
      )}
    </Page>
  );
}
