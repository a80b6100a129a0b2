/** Where staff of an organisation begin: what waits for them, what they have in each warehouse, what is on its way. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useMay } from "../../access";
import { query, type Page as PageOf } from "../../api";
import { deliveries } from "../../calls/deliveries";
import { relief } from "../../calls/relief";
import { reports, type Held } from "../../calls/reports";
import { space } from "../../calls/space";
import { transfers } from "../../calls/transfers";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { useOwnerName, useSiteName } from "../../parts/Account";
import { AlertLink, ICONS, Seen, TONES, Urgency } from "../../parts/Alerts";
import { Condition, Expiry, Goods, Quantity } from "../../parts/Goods";
import { Icon, type IconName } from "../../parts/icons";
import { Ago, Page, Tag, type Tone } from "../../parts/Page";
import { Empty, Loaded } from "../../parts/States";
import { useWatch } from "../../parts/Watch";
import { useUser } from "../../session";

const SHOWN = 6;
const OPEN_BOOKINGS = ["requested", "waiting"] as const;

interface Waiting {
  key: string;
  n: number | undefined;
  more: boolean;
  tone: Tone;
  icon: IconName;
  title: string;
  help: string;
  href: string;
}

const counted = (page: PageOf<unknown> | undefined) => ({ n: page?.rows.length, more: Boolean(page?.next) });

/** What an organisation has to decide or to expect, each by the list that shows it. */
function useWaiting(): Waiting[] {
  const { t } = useTranslation();
  const user = useUser();
  const own = user.organisation;
  const given = useQuery({ queryKey: ["transfers", "asked", null, null], queryFn: () => transfers.list("asked", null) });
  const asked = useQuery({ queryKey: ["requests", { state: "asked" }], queryFn: () => relief.requests({ state: "asked" }) });
  const expected = useQuery({ queryKey: ["deliveries", { state: "announced" }], queryFn: () => deliveries.list({ site: null, owner: null, states: ["announced"] }) });
  const rooms = useQuery({ queryKey: ["bookings", "open"], queryFn: async () => {
    const pages = await Promise.all(OPEN_BOOKINGS.map((state) => space.bookings({ state })));
    return { rows: pages.flatMap((page) => page.rows), next: pages.find((page) => page.next)?.next ?? null };
  } });
  const trouble = useQuery({ queryKey: ["consignments", { state: "discrepant" }], queryFn: () => relief.consignments({ state: "discrepant" }) });
  const mine = given.data?.rows.filter((row) => row.giver === own && row.asked_for !== own);
  return [
    { key: "transfers", n: mine?.length, more: Boolean(given.data?.next), tone: "warn", icon: "transfers", title: t("start.transfers"), help: t("start.transfersHelp"), href: "/transfers" },
    { key: "requests", ...counted(asked.data), tone: "warn", icon: "requests", title: t("start.requests"), help: t("start.requestsHelp"), href: "/requests" + query({ state: "asked" }) },
    { key: "consignments", ...counted(trouble.data), tone: "bad", icon: "transit", title: t("start.discrepant"), help: t("start.discrepantHelp"), href: "/consignments/list" + query({ state: "discrepant" }) },
    { key: "deliveries", ...counted(expected.data), tone: "note", icon: "deliveries", title: t("start.deliveries"), help: t("start.deliveriesHelp"), href: "/deliveries" },
    { key: "rooms", ...counted(rooms.data), tone: "note", icon: "space", title: t("start.bookings"), help: t("start.bookingsHelp"), href: "/space" },
  ];
}

function ToDo() {
  const { t } = useTranslation();
  const format = useFormat();
  const siteName = useSiteName();
  const { open } = useWatch();
  const waiting = useWaiting().filter(({ n }) => n);
  const alerts = open?.rows.slice(0, SHOWN) ?? [];
  if (waiting.length === 0 && alerts.length === 0) {
    return (
      <div className="rr-card rr-calm">
        <Icon name="check" size={28} />
        <div><div className="rr-strong">{t("start.calm")}</div><div className="rr-dim">{t("start.calmHelp")}</div></div>
      </div>
    );
  }
  return (
    <div style={{ display: "grid", gap: 14 }}>
      {alerts.length > 0 && (
        <div className="rr-card">
          <ul className="rr-alertrows" aria-label={t("watch.title")}>
            {alerts.map((alert) => (
              <li key={alert.id} className="rr-alertrow" data-tone={TONES[alert.severity]}>
                <Icon name={ICONS[alert.kind]} size={24} />
                <div><AlertLink alert={alert} /><div className="rr-small rr-dim">{alert.site && <>{siteName(alert.site)} · </>}<Ago at={alert.raised_at} /></div></div>
                <Urgency alert={alert} />
                <Seen alert={alert} />
              </li>
            ))}
          </ul>
          {open!.rows.length > SHOWN && <div className="rr-pad"><Link href="/alerts" className="rr-strong">{t("start.allAlerts")}</Link></div>}
        </div>
      )}
      {waiting.length > 0 && (
        <div className="rr-card rr-needs">
          {waiting.map((each) => (
            <Link key={each.key} href={each.href} className="rr-need" data-tone={each.tone}>
              <Icon name={each.icon} size={24} />
              <div><div className="rr-strong">{each.title} <Tag tone={each.tone}>{format.number(each.n!)}{each.more && "+"}</Tag></div><div className="rr-dim rr-small">{each.help}</div></div>
              <Icon name="right" size={18} />
            </Link>
          ))}
        </div>
      )}
    </div>
  );
}

/** What stands in one warehouse, the most first. */
function Warehouse({ site, rows }: { site: string | null; rows: Held[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const siteName = useSiteName();
  const name = site === null ? t("reports.onTheWay") : siteName(site);
  const most = [...rows].sort((a, b) => b.quantity - a.quantity);
  return (
    <section className="rr-card rr-pad" aria-label={name}>
      <h3 className="rr-section"><Icon name={site === null ? "transit" : "warehouse"} /> {site === null ? name : <Link href={"/stock" + query({ site })}>{name}</Link>}</h3>
      <ul className="rr-holders">
        {most.slice(0, SHOWN).map((row) => (
          <li key={`${row.item}|${row.condition}`}>
            <div>
              <Goods item={row.item} />
              {row.condition !== "good" && <> <Condition value={row.condition} /></>}
              {row.expiry && <div className="rr-small rr-dim">{t("reports.firstExpiry")}: <Expiry day={row.expiry} site={row.site} /></div>}
            </div>
            <Quantity item={row.item} n={row.quantity} />
          </li>
        ))}
      </ul>
      {most.length > SHOWN && <Link href={"/reports" + query({ site })}>{t("start.moreItems", { n: format.number(most.length - SHOWN) })}</Link>}
    </section>
  );
}

function OnTheWay() {
  const { t } = useTranslation();
  const format = useFormat();
  const board = useQuery({ queryKey: ["board", {}], queryFn: () => relief.board({}) });
  return (
    <div className="rr-card rr-pad">
      <Loaded query={board} rows={2}>
        {({ states }) => states.length === 0 ? <p className="rr-dim">{t("start.nothingMoves")}</p> : (
          <ul className="rr-holders">
            {states.map(({ state, count }) => (
              <li key={state}><Link href={"/consignments/list" + query({ state })}>{word(t, "consignmentState", state)}</Link><span className="rr-strong">{format.number(count)}</span></li>
            ))}
          </ul>
        )}
      </Loaded>
    </div>
  );
}

export default function Start() {
  const { t } = useTranslation();
  const may = useMay();
  const user = useUser();
  const ownerName = useOwnerName();
  const held = useQuery({ queryKey: ["report", "holdings", {}], queryFn: () => reports.holdings({}) });
  return (
    <Page title={ownerName(user.organisation)} lead={t("start.lead")} asOf={held.dataUpdatedAt} actions={
      <>
        {may("POST /deliveries") && <Button size="md" component={Link} href="/deliveries/new" leftSection={<Icon name="deliveries" size={18} />}>{t("delivery.announce")}</Button>}
        {may("POST /space/bookings") && <Button size="md" variant="default" component={Link} href="/space" leftSection={<Icon name="space" size={18} />}>{t("space.ask")}</Button>}
        <Button size="md" variant="default" component={Link} href="/reports" leftSection={<Icon name="reports" size={18} />}>{t("nav.reports")}</Button>
      </>
    }>
      <section aria-labelledby="waiting"><h2 className="rr-section" id="waiting">{t("start.waiting")}</h2><ToDo /></section>
      <section aria-labelledby="held">
        <h2 className="rr-section" id="held">{t("start.held")}</h2>
        <div className={held.data?.rows.length ? undefined : "rr-card"}>
          <Loaded query={held} rows={6}>
            {({ rows }) => rows.length === 0 ? <Empty icon="stock" title={t("start.nothing")} help={t("start.nothingHelp")} /> : (
              <div className="rr-halls">
                {[...new Set(rows.map((row) => row.site))].map((site) => <Warehouse key={site ?? ""} site={site} rows={rows.filter((row) => row.site === site)} />)}
              </div>
            )}
          </Loaded>
        </div>
      </section>
      <section aria-labelledby="moving"><h2 className="rr-section" id="moving">{t("start.moving")}</h2><OnTheWay /></section>
    </Page>
  );
}
