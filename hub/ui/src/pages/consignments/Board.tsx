/** Consignments that are not over, by state: trouble first, then the way that they go. */
import { Button } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { query } from "../../api";
import { CONSIGNMENT_STATES, relief, type Board as Shown, type ConsignmentRow } from "../../calls/relief";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { Export } from "../../parts/Export";
import { Ago, Page, Tag } from "../../parts/Page";
import { useFilters } from "../../parts/Pickers";
import { Sections } from "../../parts/Sections";
import { Empty, Loaded } from "../../parts/States";
import { Filters } from "./Filters";
import { Due, Journey } from "./Journey";
import { useSections } from "./sections";

const TROUBLE = ["discrepant", "lost", "returning", "returned"];
const ON_THE_WAY = CONSIGNMENT_STATES.slice(0, 6);

function Card({ row }: { row: ConsignmentRow }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <li>
      <Link href={`/consignments/${row.id}`} className="rr-mono rr-strong">{row.id}</Link>{row.odd && <> <Tag tone="bad">{t("journey.odd")}</Tag></>}
      <Journey row={row} />
      <div className="rr-small rr-dim">{t("consignments.nParcels", { n: format.number(row.parcels) })}{row.vehicle && <> · {row.vehicle}</>} · <Ago at={row.changed_at} /></div>
      {row.due && <div className="rr-small">{t("relief.due")}: <Due row={row} /></div>}
    </li>
  );
}

function Lane({ lane, state, filter }: { lane: Shown["states"][number] | undefined; state: string; filter: Record<string, string | null> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const trouble = TROUBLE.includes(state);
  if (!lane && trouble) return null;
  return (
    <section className="rr-card rr-lane" aria-label={word(t, "consignmentState", state)} data-trouble={trouble || undefined} data-none={!lane || undefined}>
      <h2>{word(t, "consignmentState", state)} <span className="rr-dim">{format.number(lane?.count ?? 0)}</span></h2>
      {lane ? <ul>{lane.rows.map((row) => <Card key={row.id} row={row} />)}</ul> : <p className="rr-small rr-dim">{t("consignments.noneHere")}</p>}
      {lane && lane.count > lane.rows.length && <Link href={"/consignments/list" + query({ ...filter, state })}>{t("consignments.all", { n: format.number(lane.count) })}</Link>}
    </section>
  );
}

export default function Board() {
  const { t } = useTranslation();
  const sections = useSections();
  const { values, any, set, clear } = useFilters(["way", "site", "organisation"] as const);
  const found = useQuery({ queryKey: ["board", values], queryFn: () => relief.board(values), placeholderData: keepPreviousData });
  return (
    <Page title={t("nav.consignments")} lead={t("consignments.lead")} asOf={found.dataUpdatedAt} actions={<>{any && <Button variant="default" onClick={clear}>{t("common.clear")}</Button>}<Export list="consignments" filter={values} /></>}>
      <Sections label={t("consignments.sections")} sections={sections} />
      <Filters values={values} set={set} />
      <Loaded query={found} rows={8}>
        {(board) => board.states.length === 0
          ? <div className="rr-card"><Empty icon="vehicle" title={t("consignments.empty")} help={any ? t("needs.emptyFilter") : t("consignments.emptyHelp")} /></div>
          : (
            <div className="rr-board" aria-busy={found.isPlaceholderData}>
              {[...TROUBLE, ...ON_THE_WAY].map((state) => <Lane key={state} state={state} filter={values} lane={board.states.find((each) => each.state === state)} />)}
            </div>
          )}
      </Loaded>
    </Page>
  );
}
