/** A station: what waits for whom (masked), found by the last four digits or the shelf code, what is overdue and goes back. */
import { Button, TextInput } from "@mantine/core";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../access";
import { SHOWS, stations, type Show, type StationPage, type StationParcel } from "../../calls/stations";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { useSites } from "../../parts/Account";
import { useGoodsName } from "../../parts/Goods";
import { Icon } from "../../parts/icons";
import { Ago, Page, Tag } from "../../parts/Page";
import { Pager } from "../../parts/Pager";
import { SiteSelect, useFilters } from "../../parts/Pickers";
import { Refused } from "../../parts/Refused";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { useUser } from "../../session";
import { ParcelAtStation } from "./ParcelAtStation";
import { ShelfCounts } from "./ShelfCounts";

/** The clerk's own station, the one in the address, else the first that there is. */
function useStation(chosen: string | null): string | null {
  const user = useUser();
  const sites = useSites().data?.sites ?? [];
  const first = sites.find((site) => site.kind === "station") ?? sites[0];
  return chosen ?? user.site ?? first?.id ?? null;
}

export function Who({ parcel }: { parcel: StationParcel }) {
  const { t } = useTranslation();
  if (!parcel.shown) return <span className="rr-dim">{parcel.state === "handed-over" ? t("station.nameGone") : t("station.noName")}</span>;
  return <span className="rr-nowrap"><bdi className="rr-strong">{parcel.shown}</bdi>{parcel.last4 && <span className="rr-dim"> · {parcel.last4}</span>}</span>;
}

export function StateOf({ parcel }: { parcel: StationParcel }) {
  const { t } = useTranslation();
  const tone = parcel.state === "waiting" ? "ok" : parcel.state === "due-back" || parcel.state === "refused" ? "warn" : "note";
  return (
    <span className="rr-tags">
      <Tag tone={tone}>{word(t, "parcelState", parcel.state)}</Tag>{" "}
      {parcel.locked && <Tag tone="bad">{t("station.locked")}</Tag>}{" "}
      {parcel.priority === 1 && <Tag tone="warn">{t("station.urgent")}</Tag>}
    </span>
  );
}

function useColumns(onOpen: (parcel: StationParcel) => void): Column<StationParcel>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = useGoodsName();
  return [
    { key: "shelf", title: t("station.shelf"), lead: true, cell: (row) => <span className="rr-mono rr-strong rr-nowrap">{row.shelf_code || row.id}</span> },
    { key: "who", title: t("station.who"), cell: (row) => <Who parcel={row} /> },
    { key: "state", title: t("station.state"), cell: (row) => <StateOf parcel={row} /> },
    { key: "goods", title: t("station.goods"), cell: (row) => row.goods.map((one) => (
      <div key={`${one.item}|${one.lot}`}>{nameOf(one.item)} <span className="rr-dim rr-nowrap">× {format.number(one.n)}</span></div>
    )) },
    { key: "since", title: t("station.since"), empty: (row) => !row.waiting_since && !row.given_at, cell: (row) => (row.given_at ?? row.waiting_since) && <Ago at={row.given_at ?? row.waiting_since} /> },
    { key: "until", title: t("station.until"), empty: (row) => !row.until, cell: (row) => row.until && <span className="rr-nowrap">{format.date(row.until)}</span> },
    { key: "open", title: t("station.open"), corner: true, cell: (row) => (
      <Button variant="default" aria-label={t("station.openOne", { id: row.shelf_code || row.id })} onClick={() => onOpen(row)}>{t("station.open")}</Button>
    ) },
  ];
}

/** Whoever stands at the counter: what is typed goes in the body of a request, never into the address. */
function Finder({ site, onOpen }: { site: string; onOpen: (parcel: StationParcel) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const find = useMutation({ mutationFn: (wanted: string) => stations.find(site, wanted) });
  const columns = useColumns(onOpen);
  const ask = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim().length >= 4) find.mutate(text.trim());
  };
  return (
    <section className="rr-card" aria-label={t("station.find")}>
      <form className="rr-pad rr-filters" role="search" onSubmit={ask}>
        <TextInput label={t("station.find")} description={t("station.findHelp")} size="md" autoComplete="off" inputMode="text" maxLength={100} value={text}
          leftSection={<Icon name="search" />} onChange={(event) => setText(event.currentTarget.value)} />
        <div style={{ alignSelf: "end" }}><Button type="submit" size="md" loading={find.isPending}>{t("station.search")}</Button></div>
      </form>
      <Refused error={find.error} />
      {find.data && (find.data.rows.length === 0
        ? <Empty icon="search" title={t("station.notFound")} help={t("station.notFoundHelp")} />
        : <Table label={t("station.foundRows")} columns={columns} rows={find.data.rows} rowKey={(row) => row.id} />)}
    </section>
  );
}

function Shows({ counts, show, onShow }: { counts: StationPage["counts"] | undefined; show: Show; onShow: (show: Show) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div style={{ display: "flex", flexWrap: "wrap", gap: 8 }} role="group" aria-label={t("station.shows")}>
      {SHOWS.map((each) => (
        <Button key={each} variant={each === show ? "filled" : "default"} aria-pressed={each === show} onClick={() => onShow(each)}>
          {word(t, "stationShow", each)}{counts && <>&nbsp;{format.number(counts[each] ?? 0)}</>}
        </Button>
      ))}
    </div>
  );
}

export default function Station() {
  const { t } = useTranslation();
  const may = useMay();
  const user = useUser();
  const { values, cursor, set } = useFilters(["site", "show"] as const);
  const site = useStation(values.site);
  const show = SHOWS.find((each) => each === values.show) ?? "waiting";
  const [opened, setOpened] = useState<StationParcel | null>(null);
  const [counting, setCounting] = useState(false);
  const list = useQuery({
    queryKey: ["station", site, show, cursor],
    queryFn: () => stations.show(site ?? "", show, cursor),
    enabled: site !== null,
    placeholderData: keepPreviousData,
  });
  const columns = useColumns(setOpened);
  const hours = useSites().data?.sites.find(({ id }) => id === site)?.hours;
  return (
    <Page title={t("station.title")} lead={t("station.lead")} asOf={list.dataUpdatedAt}
      actions={site && <Button variant="default" onClick={() => setCounting(true)}>{t("station.counts")}</Button>}>
      {!user.site && <div className="rr-card rr-pad rr-filters"><SiteSelect allowDeselect={false} value={site} onChange={(value) => set("site", value)} /></div>}
      {hours !== undefined && <p className="rr-any">{hours ? <>{t("station.hours")} <b>{hours}</b></> : <Tag tone="warn">{t("station.noHours")}</Tag>}</p>}
      {site === null ? <div className="rr-card"><Empty icon="station" title={t("station.none")} help={t("station.noneHelp")} /></div> : (
        <>
          {may("POST /stations/{site}/search") && <Finder key={site} site={site} onOpen={setOpened} />}
          <Shows counts={list.data?.counts} show={show} onShow={(each) => set("show", each === "waiting" ? null : each)} />
          <div className="rr-card" aria-busy={list.isPlaceholderData}>
            <Loaded query={list} rows={8}>
              {(page) => page.rows.length === 0
                ? <Empty icon="station" title={t("station.empty")} help={word(t, "stationEmpty", show)} />
                : <Table label={word(t, "stationShow", show)} columns={columns} rows={page.rows} rowKey={(row) => row.id} />}
            </Loaded>
          </div>
          <Pager cursor={cursor} next={list.data?.next ?? null} onCursor={(next) => set("cursor", next)} />
        </>
      )}
      {opened && <ParcelAtStation parcel={opened} onClose={() => setOpened(null)} />}
      {counting && site && <ShelfCounts site={site} onClose={() => setCounting(false)} />}
    </Page>
  );
}
