/** One parcel: for whom, what is in it, where it is, what happened to it, and what can be decided about it. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useMay } from "../../access";
import { relief, type Content, type ParcelWhole } from "../../calls/relief";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { Account } from "../../parts/Account";
import { Decisions } from "../../parts/Decide";
import { Goods, Owner, Plain, Quantity } from "../../parts/Goods";
import { Icon } from "../../parts/icons";
import { ForWhom, History, LifeState, Whereto } from "../../parts/Life";
import { Ago, Page } from "../../parts/Page";
import { Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";

function About({ parcel }: { parcel: ParcelWhole }) {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const { proof } = parcel;
  return (
    <div className="rr-card rr-pad">
      <dl className="rr-pairs">
        <div><dt>{t("journey.state")}</dt><dd><LifeState kind="parcel" state={parcel.state} odd={parcel.odd} /></dd></div>
        <div><dt>{t("journey.whom")}</dt><dd><ForWhom {...parcel} otherwise={t("common.none")} /></dd></div>
        <div><dt>{t("needs.to")}</dt><dd><Whereto way={parcel.way} site={parcel.station} /></dd></div>
        {parcel.placed && <div><dt>{t("journey.where")}</dt><dd><Account account={parcel.placed} />{parcel.at && <span className="rr-dim"> · <Ago at={parcel.at} /></span>}</dd></div>}
        {parcel.station && <div><dt>{t("relief.number")}</dt><dd className="rr-mono">{String(parcel.number).padStart(3, "0")}</dd></div>}
        {parcel.until && <div><dt>{t("station.until")}</dt><dd>{format.date(parcel.until)}</dd></div>}
        {parcel.given_at && <div><dt>{word(t, "parcelState", "handed-over")}</dt><dd>{format.dateTime(parcel.given_at)}{proof && <span className="rr-dim"> · {word(t, "givenWay", proof.way)}{proof.checked && <> · {t("journey.checked")}</>}</span>}</dd></div>}
        <div><dt>{word(t, "thing", "request")}</dt><dd>{may("GET /requests/{request}") ? <Link className="rr-mono" href={`/requests/${parcel.request}`}>{parcel.request}</Link> : <span className="rr-mono">{parcel.request}</span>}</dd></div>
        <div><dt>{word(t, "thing", "consignment")}</dt><dd><Link className="rr-mono" href={`/consignments/${parcel.consignment}`}>{parcel.consignment}</Link></dd></div>
        {parcel.back && <div><dt>{t("relief.broughtBackBy")}</dt><dd><Link className="rr-mono" href={`/consignments/${parcel.back}`}>{parcel.back}</Link></dd></div>}
        <div><dt>{t("relief.label")}</dt><dd className="rr-mono">RR:P:{parcel.id}</dd></div>
      </dl>
    </div>
  );
}

export default function ParcelOne({ id }: { id: string }) {
  const { t } = useTranslation();
  const found = useQuery({ queryKey: ["parcel", id], queryFn: () => relief.parcel(id), retry: false });
  const columns: Column<Content>[] = [
    { key: "item", title: t("common.item"), lead: true, cell: (row) => <Goods item={row.item} /> },
    { key: "lot", title: t("common.lot"), cell: (row) => row.lot ? <Plain mono text={row.lot} /> : <span className="rr-dim">{t("common.noLot")}</span> },
    { key: "owner", title: t("common.owner"), cell: (row) => <Owner id={row.owner} /> },
    { key: "n", title: t("common.quantity"), num: true, cell: (row) => <Quantity item={row.item} n={row.n} /> },
  ];
  return (
    <Page title={t("parcels.one", { id })} asOf={found.dataUpdatedAt}
      actions={found.data && <Decisions subject={{ kind: "parcel", id, way: found.data.way, site: found.data.station }} may={found.data.may} />}>
      <Link href="/parcels" className="rr-back rr-noprint"><Icon name="left" size={16} /> {t("nav.parcels")}</Link>
      <Loaded query={found}>
        {(parcel) => (
          <>
            <About parcel={parcel} />
            <section className="rr-card" aria-label={t("parcels.contents")}>
              <div className="rr-pad"><h2 className="rr-section" style={{ margin: 0 }}>{t("parcels.contents")}</h2></div>
              <Table label={t("parcels.contents")} columns={columns} rows={parcel.lines} rowKey={(row) => String(row.line)} />
            </section>
            <History kind="parcel" id={id} events={parcel.history} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
