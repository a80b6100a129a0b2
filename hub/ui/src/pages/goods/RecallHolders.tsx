/** To whom a lot went in parcels, or is on its way: whom to call. */
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { story, type Holder } from "../../calls/story";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { useSiteName } from "../../parts/Account";
import { Quantity } from "../../parts/Goods";
import { Tag } from "../../parts/Page";
import { AboutLink } from "../../parts/StorySteps";
import { Table, type Column } from "../../parts/Table";

export function RecallHolders({ item, lot }: { item: string; lot: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const siteName = useSiteName();
  const found = useInfiniteQuery({
    queryKey: ["recall", "holders", item, lot],
    queryFn: ({ pageParam }) => story.holders(item, lot, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
  const rows = found.data?.pages.flatMap((page) => page.rows) ?? [];
  if (rows.length === 0) return null;
  const columns: Column<Holder>[] = [
    { key: "who", title: t("journey.whom"), lead: true, cell: (row) => row.shown === "" ? <AboutLink about={`parcel:${row.parcel}`} /> : <><span className="rr-strong">{row.shown}</span> <span className="rr-small rr-dim">{t("desk.ends", { digits: row.last4 })}</span></> },
    { key: "request", title: t("thing.request"), cell: (row) => <AboutLink about={`request:${row.request}`} /> },
    { key: "where", title: t("journey.where"), cell: (row) => <>{word(t, "way", row.way)} {row.station && siteName(row.station)}</> },
    { key: "state", title: t("journey.state"), cell: (row) => <><Tag tone={row.given_at ? "bad" : "warn"}>{word(t, "parcelState", row.state)}</Tag>{row.given_at && <div className="rr-small rr-dim"><time dateTime={row.given_at}>{format.dateTime(row.given_at)}</time></div>}</> },
    { key: "n", title: t("common.quantity"), num: true, cell: (row) => <Quantity item={item} n={row.quantity} /> },
  ];
  return (
    <section aria-labelledby="whom">
      <h2 className="rr-section" id="whom">{t("journey.toWhom")}</h2>
      <div className="rr-card"><Table label={t("journey.toWhom")} columns={columns} rows={rows} rowKey={(row) => `${row.parcel}|${row.owner}`} /></div>
      {found.hasNextPage && <Button variant="default" mt="md" className="rr-noprint" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>{t("trace.more")}</Button>}
    </section>
  );
}
