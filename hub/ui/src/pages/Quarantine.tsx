/** What could not be understood: why, from whom, when, and its bytes. */
import { Button, Select } from "@mantine/core";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { api, type Quarantined } from "../api";
import { useFormat } from "../format";
import { word } from "../i18n";
import { Bytes } from "../parts/Bytes";
import { Icon } from "../parts/icons";
import { Ago, Page, Tag } from "../parts/Page";
import { Pager } from "../parts/Pager";
import { useFilters } from "../parts/Pickers";
import { SearchField } from "../parts/SearchField";
import { Empty, Loaded } from "../parts/States";
import { save } from "../saving";

const FILTERS = ["text", "reason", "device"] as const;

function Entry({ row }: { row: Quarantined }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [open, setOpen] = useState(false);
  const id = useId();
  const fetched = useMutation({ mutationFn: () => api.quarantined(row.id), onSuccess: (bytes) => save(bytes, `quarantine-${row.id}.bin`) });
  return (
    <li className="rr-entry">
      <div className="rr-entry-head">
        <div>
          <div className="rr-strong">{word(t, "reason", row.reason, row.sentence)}</div>
          {row.detail && <div className="rr-mono rr-small">{row.detail}</div>}
          <div className="rr-small rr-dim rr-entry-meta">
            <Tag tone="warn">{row.reason}</Tag>
            <Link href={`/devices/${encodeURIComponent(row.device)}`}>{row.device}</Link>
            {row.seq !== null && <span>{t("trace.seq", { seq: format.number(row.seq), stream: (row.stream ?? "").slice(0, 6) })}</span>}
            {row.lane && <span>{t("quarantine.lane", { lane: word(t, "lane", row.lane) })}</span>}
            {row.times > 1 && <span>{t("quarantine.times", { n: format.number(row.times) })}</span>}
            <Ago at={row.received_at} />
          </div>
        </div>
        <div className="rr-actions">
        <Button variant="default" size="md" loading={fetched.isPending} onClick={() => fetched.mutate()} leftSection={<Icon name="save" size={16} />}
          aria-label={t("quarantine.saveOf", { id: row.id })}>{t("quarantine.save")}</Button>
        <Button variant="default" size="md" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}
          leftSection={<Icon name="search" size={14} />}>
          {open ? t("quarantine.hide") : t("quarantine.show")}
        </Button>
        </div>
      </div>
      <div id={id} hidden={!open}>{open && <Bytes base64={row.bytes_b64} text={row.text} />}</div>
    </li>
  );
}

export default function Quarantine() {
  const { t } = useTranslation();
  const format = useFormat();
  const { values, cursor, any, set, clear } = useFilters(FILTERS);
  const page = useQuery({ queryKey: ["quarantine", values, cursor], queryFn: () => api.quarantine(cursor, values), placeholderData: keepPreviousData });
  const counts = Object.entries(page.data?.counts ?? {});
  return (
    <Page title={t("quarantine.title")} lead={t("quarantine.lead")} asOf={page.dataUpdatedAt}
      actions={any && <Button size="md" variant="default" onClick={clear}>{t("common.clear")}</Button>}>
      <div className="rr-card rr-pad rr-filters rr-noprint" role="search" aria-label={t("stock.filters")}>
        <SearchField value={values.text} set={(value) => set("text", value)} help={t("quarantine.searchHelp")} />
        <Select label={t("quarantine.why")} placeholder={t("log.all")} clearable value={values.reason} onChange={(value) => set("reason", value)}
          data={counts.map(([reason, n]) => ({ value: reason, label: `${word(t, "reason", reason)} (${format.number(n)})` }))} />
        {values.device && <Tag>{t("common.device")}: {values.device}</Tag>}
      </div>
      {counts.length > 0 && <p className="rr-small rr-dim" role="status">{t("quarantine.count", { n: format.number(counts.reduce((all, [, n]) => all + n, 0)) })}</p>}
      <div className="rr-card" aria-busy={page.isPlaceholderData}>
        <Loaded query={page}>
          {(data) => data.rows.length === 0
            ? any ? <Empty icon="search" title={t("quarantine.noneFound")} help={t("devices.noneFoundHelp")} /> : <Empty icon="check" title={t("quarantine.empty")} help={t("quarantine.emptyHelp")} />
            : <ul className="rr-entries" aria-label={t("quarantine.listLabel")}>{data.rows.map((row) => <Entry key={row.id} row={row} />)}</ul>}
        </Loaded>
      </div>
      <Pager cursor={cursor} next={page.data?.next ?? null} onCursor={(next) => set("cursor", next)} />
    </Page>
  );
}
