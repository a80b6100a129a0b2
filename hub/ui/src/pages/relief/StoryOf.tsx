/** The story of a call, request, consignment or parcel: what it is part of, where that is now, and all that happened. */
import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useMay, type Deed } from "../../access";
import { ApiError } from "../../api";
import type { Discrepancy } from "../../calls/discrepancies";
import { story, type Thing } from "../../calls/story";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { Account, useOwnerName, useSiteName } from "../../parts/Account";
import { Ago, Tag } from "../../parts/Page";
import { Empty, Failure, Loading } from "../../parts/States";
import { AboutLink, stateWord, StorySteps } from "../../parts/StorySteps";
import { Table, type Column } from "../../parts/Table";
import { useStory } from "../trouble/story";

const FIRST = 12;
const OVER = new Set(["fulfilled", "handed-over", "received", "closed"]);
const TROUBLE = new Set(["refused", "cancelled", "returned", "lost", "damaged", "discrepant"]);

/** The pages where something can be decided about it. */
const PAGES: Partial<Record<Thing["kind"], { at: string; deed: Deed }>> = {
  request: { at: "/requests/", deed: "GET /requests/{request}" },
  consignment: { at: "/consignments/", deed: "GET /consignments/{consignment}" },
  parcel: { at: "/parcels/", deed: "GET /parcels/{parcel}" },
};

function Things({ things }: { things: Thing[] }) {
  const { t } = useTranslation();
  const may = useMay();
  const siteName = useSiteName();
  const ownerName = useOwnerName();
  const columns: Column<Thing>[] = [
    { key: "what", title: t("journey.what"), lead: true, cell: (row) => {
      const page = PAGES[row.kind];
      return <><AboutLink about={`${row.kind}:${row.id}`} />{page && may(page.deed) && <> · <Link href={page.at + row.id}>{t("journey.open")}</Link></>}</>;
    } },
    { key: "state", title: t("journey.state"), cell: (row) => (
      <>
        <Tag tone={TROUBLE.has(row.state) ? "bad" : OVER.has(row.state) ? "ok" : "note"}>{stateWord(t, row.kind, row.state)}</Tag>
        {row.odd && <> <Tag tone="warn">{t("journey.odd")}</Tag></>}
      </>
    ) },
    { key: "who", title: t("journey.whom"), empty: (row) => row.shown === "", cell: (row) => row.shown === "" ? <span className="rr-dim">{t("common.none")}</span> : <><span className="rr-strong">{row.shown}</span>{row.last4 && <> <span className="rr-small rr-dim">{t("desk.ends", { digits: row.last4 })}</span></>}</> },
    { key: "where", title: t("journey.where"), empty: (row) => row.placed === "" && row.way === "", cell: (row) => row.placed !== "" ? <Account account={row.placed} /> : <>{row.way !== "" && word(t, "way", row.way)} {row.site && siteName(row.site)}</> },
    { key: "organisation", title: t("people.organisation"), cell: (row) => ownerName(row.organisation) },
    { key: "made", title: t("log.when"), cell: (row) => <Ago at={row.made_at} /> },
  ];
  return <Table label={t("journey.things")} columns={columns} rows={things} rowKey={(row) => row.kind + row.id} />;
}

function Trouble({ rows }: { rows: Discrepancy[] }) {
  const { t } = useTranslation();
  const said = useStory();
  return (
    <section aria-labelledby="trouble">
      <h2 className="rr-section" id="trouble">{t("journey.trouble")}</h2>
      <ul className="rr-card rr-entries">
        {rows.map((row) => (
          <li key={row.key} className="rr-entry">
            <Tag tone="warn">{word(t, "discrepancyKind", row.kind)}</Tag> <Link href={`/discrepancies/${encodeURIComponent(row.key)}`}>{said(row)}</Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** For codes: the requests, consignments and parcels that the thing belongs to, if there are any. */
export function PartOf({ code }: { code: string }) {
  const { t } = useTranslation();
  const allowed = useMay()("GET /story");
  const found = useQuery({ queryKey: ["story", code, "things"], queryFn: () => story.of(code, null, 1), enabled: allowed, retry: false });
  const things = found.data?.things ?? [];
  if (things.length === 0) return null;
  return (
    <section aria-labelledby="part-of">
      <h2 className="rr-section" id="part-of">{t("journey.partOf")}</h2>
      <div className="rr-card"><Things things={things.slice(0, FIRST)} /></div>
      {(things.length > FIRST || found.data?.more) && <p className="rr-small rr-dim">{t("journey.more", { n: things.length - FIRST })}</p>}
    </section>
  );
}

export function StoryOf({ code }: { code: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const found = useInfiniteQuery({
    queryKey: ["story", code],
    queryFn: ({ pageParam }) => story.of(code, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
  if (!found.data) {
    if (found.error instanceof ApiError && found.error.status === 404) {
      return <div className="rr-card"><Empty icon="search" title={t("journey.unknown")} help={t("journey.unknownHelp")}><span className="rr-mono">{code}</span></Empty></div>;
    }
    return <div className="rr-card">{found.isError ? <Failure error={found.error} retry={() => void found.refetch()} /> : <Loading rows={7} />}</div>;
  }
  const { things, more, trouble } = found.data.pages[0]!;
  const steps = found.data.pages.flatMap((page) => page.steps);
  const rest = things.length - FIRST;
  return (
    <>
      <section aria-labelledby="things">
        <h2 className="rr-section" id="things">{t("journey.things")}</h2>
        <div className="rr-card"><Things things={things.slice(0, FIRST)} /></div>
        {(rest > 0 || more) && <p className="rr-small rr-dim">{t("journey.more", { n: format.number(Math.max(rest, 1)) })}</p>}
      </section>
      {trouble.length > 0 && <Trouble rows={trouble} />}
      <section className="rr-card rr-pad" aria-labelledby="steps">
        <h2 className="rr-section" id="steps">{t("journey.steps")}</h2>
        <StorySteps steps={steps} />
        {found.hasNextPage && <Button variant="default" mt="md" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>{t("trace.more")}</Button>}
      </section>
    </>
  );
}
