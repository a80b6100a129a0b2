/** Everybody who may sign in: found by name and role; administrators invite, change and shut out, supervisors give badges. */
import { Button, Select } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../access";
import { people, type Person } from "../../calls/people";
import { word } from "../../i18n";
import { useOwnerName, useSiteName } from "../../parts/Account";
import { Export } from "../../parts/Export";
import { Icon } from "../../parts/icons";
import { Page, Tag } from "../../parts/Page";
import { Pager } from "../../parts/Pager";
import { useFilters } from "../../parts/Pickers";
import { SearchField } from "../../parts/SearchField";
import { Sections } from "../../parts/Sections";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { useUser } from "../../session";
import { givesBadges } from "./badges";
import { Invite } from "./Invite";
import { OnePerson } from "./OnePerson";
import { ROLES } from "./PostFields";
import { useSections } from "./sections";

function State({ person }: { person: Person }) {
  const { t } = useTranslation();
  if (!person.active) return <Tag tone="bad">{t("people.isShutOut")}</Tag>;
  return person.signs_in ? <Tag tone="ok">{t("people.signsIn")}</Tag> : <Tag tone="warn" title={t("people.waitingHelp")}>{t("people.waiting")}</Tag>;
}

function useColumns(opens: (person: Person) => boolean, open: (person: Person) => void): Column<Person>[] {
  const { t } = useTranslation();
  const siteName = useSiteName();
  const ownerName = useOwnerName();
  return [
    { key: "name", title: t("people.name"), lead: true, cell: (row) => (
      <>
        <div className="rr-strong rr-any">{row.shown || row.name}</div>
        {row.shown && row.shown !== row.name && <div className="rr-small rr-dim rr-any">{row.name}</div>}
      </>
    ) },
    { key: "role", title: t("people.role"), cell: (row) => (
      <>
        <div>{word(t, "role", row.role)}</div>
        {row.organisation && <div className="rr-small rr-dim rr-any">{ownerName(row.organisation)}</div>}
        {row.site && <div className="rr-small rr-dim rr-any">{siteName(row.site)}</div>}
      </>
    ) },
    { key: "state", title: t("people.state"), cell: (row) => <State person={row} /> },
    { key: "badge", title: t("people.badge"), cell: (row) => row.badge ? t("people.hasBadge") : <span className="rr-dim">{t("people.withoutBadge")}</span> },
    { key: "open", title: "", empty: (row) => !opens(row), cell: (row) => opens(row) && (
      <Button variant="default" aria-label={t("people.openOne", { name: row.shown || row.name })} onClick={() => open(row)}>{t("people.open")}</Button>
    ) },
  ];
}

export default function People() {
  const { t } = useTranslation();
  const may = useMay();
  const sections = useSections();
  const { values, cursor, any, set, clear } = useFilters(["text", "role", "active"] as const);
  const [inviting, setInviting] = useState(false);
  const [opened, setOpened] = useState<string | null>(null);
  const list = useQuery({ queryKey: ["people", values, cursor], queryFn: () => people.list({ ...values, cursor }), placeholderData: keepPreviousData });
  const user = useUser();
  const columns = useColumns((person) => may("PATCH /users/{name}") || ((person.active || person.badge) && givesBadges(user, person)), (person) => setOpened(person.name))
    .filter((column) => column.key !== "open" || may("POST /users/{name}/badge"));
  const one = list.data?.rows.find((each) => each.name === opened);
  return (
    <Page title={t("people.title")} lead={t("people.lead")} asOf={list.dataUpdatedAt}
      actions={<>
        <Export list="users" filter={values} />
        {may("POST /users") && <Button size="md" leftSection={<Icon name="plus" size={18} />} onClick={() => setInviting(true)}>{t("people.invite")}</Button>}
      </>}>
      <Sections label={t("people.sections")} sections={sections} />
      <div className="rr-card rr-pad rr-filters" role="search" aria-label={t("stock.filters")}>
        <SearchField value={values.text} set={(value) => set("text", value)} label={t("people.search")} help={t("people.searchHelp")} />
        <Select label={t("people.role")} placeholder={t("people.allRoles")} clearable value={values.role}
          data={ROLES.map((role) => ({ value: role, label: word(t, "role", role) }))} onChange={(value) => set("role", value)} />
        <Select label={t("people.state")} placeholder={t("people.everybody")} clearable value={values.active}
          data={[{ value: "true", label: t("people.active") }, { value: "false", label: t("people.isShutOut") }]} onChange={(value) => set("active", value)} />
      </div>
      <div className="rr-card" aria-busy={list.isPlaceholderData}>
        <Loaded query={list} rows={8}>
          {(page) => page.rows.length === 0
            ? <Empty icon="user" title={t("people.empty")} help={t("people.emptyHelp")}>{any && <Button variant="default" onClick={clear}>{t("common.clear")}</Button>}</Empty>
            : <Table label={t("people.title")} columns={columns} rows={page.rows} rowKey={(row) => row.name} />}
        </Loaded>
      </div>
      <Pager cursor={cursor} next={list.data?.next ?? null} onCursor={(next) => set("cursor", next)} />
      {inviting && <Invite onClose={() => setInviting(false)} />}
      {one && <OnePerson key={one.name} person={one} onClose={() => setOpened(null)} />}
    </Page>
  );
}
