/** The frame that the three lists of the catalogue share: search, the table, and adding one. */
import { Button, TextInput } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useMay, type Deed } from "../../access";
import { useFormat } from "../../format";
import { Dialog } from "../../parts/Dialog";
import { Icon, type IconName } from "../../parts/icons";
import { Page } from "../../parts/Page";
import { Sections } from "../../parts/Sections";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { useSections } from "./sections";
import { useShown } from "./useShown";

export function CatalogueList<Row>({ kind, icon, query, rows, rowKey, textOf, columns, deed, form }: {
  kind: "items" | "sites" | "organisations";
  icon: IconName;
  query: UseQueryResult<unknown>;
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  textOf: (row: Row) => string;
  columns: (edit: ((row: Row) => void) | null) => Column<Row>[];
  deed: Deed;
  form: (old: Row | null, done: () => void) => ReactNode;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const sections = useSections();
  const { text, setText, found, shown, any, clear } = useShown(rows, textOf);
  const [editing, setEditing] = useState<{ old: Row | null } | null>(null);
  const writes = may(deed);
  return (
    <Page title={t(`catalogue.${kind}`)} lead={t(`catalogue.${kind}Lead`)} asOf={query.dataUpdatedAt} actions={writes && (
      <>
        <Button size="md" variant="default" component={Link} href="/import" leftSection={<Icon name="importing" size={18} />}>{t("catalogue.import")}</Button>
        <Button size="md" leftSection={<Icon name="plus" size={18} />} onClick={() => setEditing({ old: null })}>{t(`catalogue.${kind}Add`)}</Button>
      </>
    )}>
      <Sections label={t("catalogue.title")} sections={sections} />
      <div className="rr-card rr-pad rr-filters" role="search" aria-label={t("stock.filters")}>
        <TextInput label={t("catalogue.search")} value={text} spellCheck={false} maxLength={100} onChange={(event) => setText(event.currentTarget.value)} />
      </div>
      <div className="rr-card">
        <Loaded query={query} rows={8}>
          {() => shown.length === 0
            ? <Empty icon={icon} title={t(`catalogue.${kind}None`)} help={any ? t("needs.emptyFilter") : t(`catalogue.${kind}NoneHelp`)}>{any && <Button variant="default" onClick={clear}>{t("common.clear")}</Button>}</Empty>
            : <Table label={t(`catalogue.${kind}`)} columns={columns(writes ? (old) => setEditing({ old }) : null)} rows={[...shown]} rowKey={rowKey} />}
        </Loaded>
      </div>
      {found.length > shown.length && <p className="rr-small rr-dim" role="status">{t("catalogue.first", { n: format.number(shown.length), all: format.number(found.length) })}</p>}
      {editing && (
        <Dialog title={editing.old ? t("catalogue.change") : t(`catalogue.${kind}Add`)} onClose={() => setEditing(null)}>
          {form(editing.old, () => setEditing(null))}
        </Dialog>
      )}
    </Page>
  );
}
