/** One consignment: its way, what became of its goods, its parcels, what happened, and what can be decided. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useMay } from "../../access";
import { query } from "../../api";
import { PARCEL_STATES, relief, type ConsignmentWhole } from "../../calls/relief";
import { useFormat } from "../../format";
import { useOwnerName } from "../../parts/Account";
import { Decisions } from "../../parts/Decide";
import { Export } from "../../parts/Export";
import { Plain } from "../../parts/Goods";
import { Icon } from "../../parts/icons";
import { History, LifeState } from "../../parts/Life";
import { Ago, Page } from "../../parts/Page";
import { ParcelTable } from "../../parts/ParcelTable";
import { Loaded } from "../../parts/States";
import { CustodyTable } from "./CustodyTable";
import { Due, Journey } from "./Journey";

function About({ whole }: { whole: ConsignmentWhole }) {
  const { t } = useTranslation();
  const may = useMay();
  const ownerName = useOwnerName();
  return (
    <div className="rr-card rr-pad">
      <dl className="rr-pairs">
        <div><dt>{t("journey.state")}</dt><dd><LifeState kind="consignment" state={whole.state} odd={whole.odd} /></dd></div>
        <div><dt>{t("consignments.way")}</dt><dd><Journey row={whole} /></dd></div>
        {whole.vehicle && <div><dt>{t("relief.vehicle")}</dt><dd><Link href={"/map" + query({ device: whole.vehicle })}>{whole.vehicle}</Link></dd></div>}
        {whole.due && <div><dt>{t("relief.due")}</dt><dd><Due row={whole} /></dd></div>}
        <div><dt>{t("requests.servedBy")}</dt><dd><Plain text={ownerName(whole.organisation)} /></dd></div>
        <div><dt>{t("relief.plannedBy")}</dt><dd><Plain text={whole.made_by} /> · <Ago at={whole.made_at} /></dd></div>
        {whole.picks.length > 0 && <div><dt>{t("picks.title")}</dt><dd>{whole.picks.map((pick) => <span key={pick}>{may("GET /picks") ? <Link className="rr-mono" href={"/picks" + query({ pick, site: whole.from_site })}>{pick}</Link> : <span className="rr-mono">{pick}</span>} </span>)}</dd></div>}
        {whole.back_of && <div><dt>{t("consignments.backOf")}</dt><dd><Link className="rr-mono" href={`/consignments/${whole.back_of}`}>{whole.back_of}</Link></dd></div>}
        <div><dt>{t("consignments.task")}</dt><dd className="rr-mono">RR:T:consignment:{whole.id}</dd></div>
      </dl>
      {whole.note && <p className="rr-note"><Plain text={whole.note} most={500} /></p>}
    </div>
  );
}

function Parcels({ whole }: { whole: ConsignmentWhole }) {
  const { t } = useTranslation();
  const format = useFormat();
  const filter = { consignment: whole.id };
  const list = useQuery({ queryKey: ["parcels", filter], queryFn: () => relief.parcels(filter) });
  return (
    <section className="rr-card" aria-label={t("nav.parcels")}>
      <div className="rr-pad">
        <h2 className="rr-section">{t("nav.parcels")} <span className="rr-dim">{format.number(whole.parcels)}</span></h2>
        <div className="rr-entry-meta">{PARCEL_STATES.filter((state) => whole.by_state[state]).map((state) => (
          <Link key={state} className="rr-quiet" href={"/parcels" + query({ consignment: whole.id, state })}><LifeState kind="parcel" state={state} n={format.number(whole.by_state[state]!)} /></Link>
        ))}</div>
      </div>
      <Loaded query={list} rows={4}>{(page) => page.rows.length > 0 && (
        <>
          <ParcelTable label={t("nav.parcels")} rows={page.rows} />
          {page.next && <div className="rr-pad"><Link href={"/parcels" + query(filter)}>{t("consignments.allParcels", { n: format.number(whole.parcels) })}</Link></div>}
        </>
      )}</Loaded>
    </section>
  );
}

export default function ConsignmentOne({ id }: { id: string }) {
  const { t } = useTranslation();
  const found = useQuery({ queryKey: ["consignment", id], queryFn: () => relief.consignment(id), retry: false });
  return (
    <Page title={t("consignments.one", { id })} asOf={found.dataUpdatedAt}
      actions={found.data && <><Export list="parcels" filter={{ consignment: id }} /><Decisions subject={{ kind: "consignment", id, way: found.data.way, site: found.data.to_site, vehicle: found.data.vehicle, due: found.data.due }} may={found.data.may} /></>}>
      <Link href="/consignments" className="rr-back rr-noprint"><Icon name="left" size={16} /> {t("nav.consignments")}</Link>
      <Loaded query={found}>
        {(whole) => (
          <>
            <About whole={whole} />
            <section className="rr-card" aria-label={t("consignments.custody")}>
              <div className="rr-pad"><h2 className="rr-section" style={{ margin: 0 }}>{t("consignments.custody")}</h2>
                {whole.custody.length === 0 && <p className="rr-dim">{t("consignments.noCustody")}</p>}
              </div>
              {whole.custody.length > 0 && <CustodyTable rows={whole.custody} state={whole.state} />}
            </section>
            <Parcels whole={whole} />
            <History kind="consignment" id={id} events={whole.history} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
