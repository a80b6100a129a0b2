/** Counts of a station's shelves: begun here, scanned at a device for the task that is shown, and closed here. */
import { Button, Stack, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../access";
import { stations, type ShelfCount } from "../../calls/stations";
import { useFormat } from "../../format";
import { Dialog } from "../../parts/Dialog";
import { Ago, Tag } from "../../parts/Page";
import { Refused } from "../../parts/Refused";
import { Loaded } from "../../parts/States";

function Outcome({ count }: { count: ShelfCount }) {
  const { t } = useTranslation();
  const format = useFormat();
  const whole = useQuery({ queryKey: ["shelfCounts", count.site, count.id], queryFn: () => stations.count(count.site, count.id), refetchInterval: count.closed_at ? false : 3_000 });
  return (
    <Loaded query={whole} rows={2}>
      {(seen) => (
        <>
          <div className="rr-entry-meta">
            <Tag tone="ok">{t("station.seen", { n: format.number(seen.found.length) })}</Tag>
            <Tag tone={seen.missing.length ? "bad" : "ok"}>{t("station.missing", { n: format.number(seen.missing.length) })}</Tag>
            {seen.besides.length > 0 && <Tag tone="warn">{t("station.besides", { n: format.number(seen.besides.length) })}</Tag>}
          </div>
          {seen.missing.length > 0 && (
            <ul className="rr-facts" aria-label={t("station.missingRows")}>
              {seen.missing.map((one) => <li key={one.parcel}><span className="rr-mono rr-strong">{one.shelf_code || one.parcel}</span> <bdi className="rr-dim">{one.shown}</bdi></li>)}
            </ul>
          )}
          {seen.besides.length > 0 && <div className="rr-small rr-dim rr-mono rr-any">{seen.besides.join(", ")}</div>}
        </>
      )}
    </Loaded>
  );
}

function One({ count, onClose }: { count: ShelfCount; onClose: (() => void) | null }) {
  const { t } = useTranslation();
  return (
    <li className="rr-entry">
      <div><strong>{count.shelf || t("station.allShelves")}</strong> <Tag tone={count.closed_at ? "plain" : "note"}>{count.closed_at ? t("station.countClosed") : t("station.countOpen")}</Tag></div>
      <div className="rr-small rr-dim"><span className="rr-any">{count.made_by}</span> · <Ago at={count.made_at} /></div>
      {!count.closed_at && <div className="rr-small">{t("station.countTask")} <span className="rr-mono rr-strong rr-any">RR:T:count:{count.id}</span></div>}
      <details open={!count.closed_at}>
        <summary>{t("station.outcome")}</summary>
        <Outcome count={count} />
      </details>
      {onClose && !count.closed_at && <div className="rr-deeds" style={{ marginTop: 10 }}><Button onClick={onClose}>{t("station.closeCount")}</Button></div>}
    </li>
  );
}

export function ShelfCounts({ site, onClose }: { site: string; onClose: () => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const client = useQueryClient();
  const [shelf, setShelf] = useState("");
  const list = useQuery({ queryKey: ["shelfCounts", site], queryFn: () => stations.counts(site) });
  const again = () => void client.invalidateQueries({ queryKey: ["shelfCounts"] });
  const begin = useMutation({ mutationFn: () => stations.beginCount(site, shelf.trim()), onSuccess: () => { setShelf(""); again(); } });
  const close = useMutation({ mutationFn: (id: string) => stations.closeCount(site, id), onSuccess: again });
  return (
    <Dialog title={t("station.counts")} onClose={onClose}>
      <Stack>
        <p className="rr-dim">{t("station.countsHelp")}</p>
        {may("POST /stations/{site}/shelf-counts") && (
          <form className="rr-filters" onSubmit={(event) => { event.preventDefault(); begin.mutate(); }}>
            <TextInput label={t("station.shelfWanted")} description={t("station.shelfWantedHelp")} value={shelf} maxLength={40} onChange={(event) => setShelf(event.currentTarget.value)} />
            <div style={{ alignSelf: "end" }}><Button type="submit" size="md" loading={begin.isPending}>{t("station.beginCount")}</Button></div>
          </form>
        )}
        <Refused error={begin.error ?? close.error} />
        <Loaded query={list} rows={2}>
          {(page) => page.rows.length === 0 ? <p className="rr-dim">{t("station.noCounts")}</p> : (
            <ul className="rr-entries" aria-label={t("station.counts")}>
              {page.rows.map((one) => <One key={one.id} count={one} onClose={may("POST /stations/{site}/shelf-counts/{count}/closing") ? () => close.mutate(one.id) : null} />)}
            </ul>
          )}
        </Loaded>
      </Stack>
    </Dialog>
  );
}
