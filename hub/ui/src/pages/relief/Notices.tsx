/** What people were told by text message or voice: what waits, what went out, what failed; its words for who answers their line. */
import { Button, Select } from "@mantine/core";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../access";
import { notices, type Notice, type NoticeState as State } from "../../calls/story";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { Dialog } from "../../parts/Dialog";
import { Export } from "../../parts/Export";
import { Ago, Page } from "../../parts/Page";
import { Pager } from "../../parts/Pager";
import { useFilters } from "../../parts/Pickers";
import { Refused } from "../../parts/Refused";
import { SearchField } from "../../parts/SearchField";
import { Empty, Loaded } from "../../parts/States";
import { AboutLink, NoticeState } from "../../parts/StorySteps";
import { Table, type Column } from "../../parts/Table";

const FILTERS = ["text", "state", "about"] as const;
const STATES: readonly State[] = ["queued", "sent", "failed"];

function Words({ id, close }: { id: string; close: () => void }) {
  const { t } = useTranslation();
  const found = useQuery({ queryKey: ["notice", id], queryFn: () => notices.one(id), gcTime: 0, retry: false });
  return (
    <Dialog title={t("notices.words")} onClose={close}>
      <Loaded query={found} rows={2}>
        {(one) => one.text === null
          ? <p>{t("notices.erased")}</p>
          : <><p lang={one.notice.language} className="rr-any" style={{ fontSize: "1.1rem" }}>{one.text}</p><p className="rr-small rr-dim">{t("notices.viewed")}</p></>}
      </Loaded>
    </Dialog>
  );
}

export default function Notices() {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const client = useQueryClient();
  const { values, cursor, any, set, clear } = useFilters(FILTERS);
  const [reading, setReading] = useState<string | null>(null);
  const list = useQuery({ queryKey: ["notices", values, cursor], queryFn: () => notices.list({ ...values, cursor }), placeholderData: keepPreviousData });
  const again = useMutation({ mutationFn: notices.again, onSuccess: () => void client.invalidateQueries({ queryKey: ["notices"] }) });
  const columns: Column<Notice>[] = [
    { key: "kind", title: t("notices.kind"), lead: true, cell: (row) => <><span className="rr-strong">{word(t, "noticeKind", row.kind)}</span><div className="rr-small rr-dim"><AboutLink about={row.about} /></div></> },
    { key: "whom", title: t("journey.whom"), cell: (row) => row.shown === "" ? <span className="rr-dim">{t("common.none")}</span> : <>{row.shown} <span className="rr-small rr-dim">{t("desk.ends", { digits: row.last4 })}</span></> },
    { key: "channel", title: t("notices.by"), cell: (row) => word(t, "channel", row.channel) },
    { key: "state", title: t("journey.state"), cell: (row) => (
      <>
        <NoticeState state={row.state} why={row.why} />
        {row.why !== "" && <div className="rr-small rr-dim">{word(t, "noticeWhy", row.why)}</div>}
        {row.state === "queued" && row.tries > 0 && <div className="rr-small rr-dim">{t("notices.next", { time: format.dateTime(row.due_at) })}</div>}
      </>
    ) },
    { key: "when", title: t("notices.when"), cell: (row) => <Ago at={row.ended_at ?? row.queued_at} /> },
    { key: "do", title: t("common.actions"), empty: (row) => !may("GET /notices/{notice}") && !(row.again && may("POST /notices/{notice}/again")), cell: (row) => (
      <div style={{ display: "flex", flexWrap: "wrap", gap: 8 }}>
        {may("GET /notices/{notice}") && <Button variant="default" onClick={() => setReading(row.id)}>{t("notices.read")}</Button>}
        {row.again && may("POST /notices/{notice}/again") && <Button variant="default" loading={again.isPending && again.variables === row.id} onClick={() => again.mutate(row.id)}>{t("notices.again")}</Button>}
      </div>
    ) },
  ];
  const open = list.data?.open;
  return (
    <Page title={t("nav.notices")} lead={t("notices.lead")} asOf={list.dataUpdatedAt} actions={<>{any && <Button variant="default" onClick={clear}>{t("common.clear")}</Button>}<Export list="notices" filter={values} /></>}>
      <div className="rr-card rr-pad rr-filters" role="search" aria-label={t("stock.filters")}>
        <SearchField value={values.text} set={(value) => set("text", value)} />
        <Select label={t("journey.state")} placeholder={t("notices.all")} clearable value={values.state} data={STATES.map((state) => ({ value: state, label: word(t, "noticeState", state) }))} onChange={(value) => set("state", value)} />
        {open && <div style={{ alignSelf: "end" }} className="rr-dim">{t("notices.open", { queued: format.number(open.queued ?? 0), failed: format.number(open.failed ?? 0) })}</div>}
      </div>
      {again.error && <Refused error={again.error} />}
      <div className="rr-card" aria-busy={list.isPlaceholderData}>
        <Loaded query={list} rows={8}>
          {(page) => page.rows.length === 0 ? <Empty icon="check" title={t("notices.empty")} help={any ? t("needs.emptyFilter") : t("notices.emptyHelp")} />
            : <Table label={t("nav.notices")} columns={columns} rows={page.rows} rowKey={(row) => row.id} />}
        </Loaded>
      </div>
      <Pager cursor={cursor} next={list.data?.next ?? null} onCursor={(next) => set("cursor", next)} />
      {reading && <Words id={reading} close={() => setReading(null)} />}
    </Page>
  );
}
