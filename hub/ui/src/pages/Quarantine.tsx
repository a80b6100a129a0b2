/** What could not be understood: why, from whom, when, and its bytes. */
import { Button } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "wouter";

import { api, type Quarantined } from "../api";
import { useFormat } from "../format";
import { word } from "../i18n";
import { Bytes } from "../parts/Bytes";
import { Icon } from "../parts/icons";
import { Ago, Page, Tag } from "../parts/Page";
import { Pager } from "../parts/Pager";
import { Empty, Loaded } from "../parts/States";

function Entry({ row }: { row: Quarantined }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <li className="rr-entry">
      <div className="rr-entry-head">
        <div>
          <div className="rr-strong">{word(t, "reason", row.reason, row.sentence)}</div>
          {row.detail && <div className="rr-mono rr-small">{row.detail}</div>}
          <div className="rr-small rr-dim rr-entry-meta">
            <Tag tone="warn">{row.reason}</Tag>
            <span>{row.device}</span>
            {row.seq !== null && <span>{t("trace.seq", { seq: format.number(row.seq), stream: (row.stream ?? "").slice(0, 6) })}</span>}
            {row.lane && <span>{t("quarantine.lane", { lane: word(t, "lane", row.lane) })}</span>}
            {row.times > 1 && <span>{t("quarantine.times", { n: format.number(row.times) })}</span>}
            <Ago at={row.received_at} />
          </div>
        </div>
        <Button variant="default" size="xs" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}
          leftSection={<Icon name="search" size={14} />}>
          {open ? t("quarantine.hide") : t("quarantine.show")}
        </Button>
      </div>
      <div id={id} hidden={!open}>{open && <Bytes base64={row.bytes_b64} text={row.text} />}</div>
    </li>
  );
}

export default function Quarantine() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const cursor = params.get("cursor");
  const page = useQuery({ queryKey: ["quarantine", cursor], queryFn: () => api.quarantine(cursor), placeholderData: keepPreviousData });
  return (
    <Page title={t("quarantine.title")} lead={t("quarantine.lead")} asOf={page.dataUpdatedAt}>
      <div className="rr-card">
        <Loaded query={page}>
          {(data) => data.rows.length === 0
            ? <Empty icon="check" title={t("quarantine.empty")} help={t("quarantine.emptyHelp")} />
            : <ul className="rr-entries" aria-label={t("quarantine.listLabel")}>{data.rows.map((row) => <Entry key={row.id} row={row} />)}</ul>}
        </Loaded>
      </div>
      <Pager cursor={cursor} next={page.data?.next ?? null} onCursor={(next) => setParams(next ? { cursor: next } : {})} />
    </Page>
  );
}
