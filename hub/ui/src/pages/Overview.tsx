/** What needs a person now, first: alerts by urgency, and what else waits; then the figures, and each site. */
import { useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useMay } from "../access";
import { query, type Device, type Site, type Summary } from "../api";
import { ALERT_KINDS, type Alert, type AlertPage } from "../calls/alerts";
import { devicesQuery, summaryQuery } from "../first";
import { useFormat, type Format } from "../format";
import { word } from "../i18n";
import { useSiteName, useSites } from "../parts/Account";
import { AlertLink, ICONS, Seen, TONES, Urgency } from "../parts/Alerts";
import { Icon, type IconName } from "../parts/icons";
import { Ago, Page, Tag, type Tone } from "../parts/Page";
import { Empty, Loaded } from "../parts/States";
import { useWatch } from "../parts/Watch";

/** Alerts that stand here in full. */
const SHOWN = 8;

interface Need {
  tone: Tone;
  icon: IconName;
  title: string;
  help: string;
  href: string;
}

/** What needs a person and is no alert: it stands below those. */
function needs(t: TFunction, format: Format, summary: Summary, devices: Device[]): Need[] {
  const found: Need[] = [];
  const add = (count: number, tone: Tone, icon: IconName, title: (n: string) => string, help: string, href: string) => {
    if (count > 0) found.push({ tone, icon, title: title(format.number(count)), help, href });
  };
  const offline = devices.filter((each) => !each.online).map((each) => each.name);
  const names = offline.slice(0, 5).join(", ") + (offline.length > 5 ? " …" : "");
  const pending = devices.reduce((total, each) => total + (each.pending_facts ?? 0), 0);
  add(summary.discrepancies, "bad", "discrepancies", (n) => t("overview.discrepancies", { n }), t("overview.discrepanciesHelp"), "/discrepancies");
  add(offline.length, "warn", "unlink", (n) => t("overview.offline", { n }), names, "/devices");
  add(summary.quarantined, "warn", "quarantine", (n) => t("overview.quarantined", { n }), t("overview.quarantinedHelp"), "/quarantine");
  add(pending, "note", "pending", (n) => t("overview.pending", { n }), t("overview.pendingHelp"), "/devices");
  if (summary.devices === 0) found.push({ tone: "note", icon: "devices", title: t("overview.start"), help: t("overview.startHelp"), href: "/devices" });
  return found;
}

/** The open alerts, the most urgent first; those beyond SHOWN by kind, one press away. */
function OpenAlerts({ rows, total }: { rows: Alert[]; total: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const siteName = useSiteName();
  const kinds = ALERT_KINDS.map((kind) => ({ kind, n: rows.filter((row) => row.kind === kind).length })).filter(({ n }) => n > 0);
  return (
    <div className="rr-card">
      <ul className="rr-alertrows" aria-label={t("watch.title")}>
        {rows.slice(0, SHOWN).map((alert) => (
          <li key={alert.id} className="rr-alertrow" data-tone={TONES[alert.severity]}>
            <Icon name={ICONS[alert.kind]} size={24} />
            <div>
              <AlertLink alert={alert} />
              <div className="rr-small rr-dim">{alert.site && <>{siteName(alert.site)} · </>}<Ago at={alert.raised_at} /></div>
            </div>
            <Urgency alert={alert} />
            <Seen alert={alert} />
          </li>
        ))}
      </ul>
      {total > SHOWN && (
        <nav className="rr-pad rr-kinds" aria-label={t("watch.kinds")}>
          <Link href="/alerts" className="rr-strong">{t("watch.ofAll", { n: format.number(total) })}</Link>
          {kinds.map(({ kind, n }) => <Link key={kind} href={"/alerts" + query({ kind })}>{word(t, "watchKind", kind)} <Tag>{format.number(n)}</Tag></Link>)}
        </nav>
      )}
    </div>
  );
}

function Needs({ list, alerts }: { list: Need[]; alerts: AlertPage | undefined }) {
  const { t } = useTranslation();
  const open = alerts?.rows ?? [];
  if (list.length === 0 && open.length === 0) {
    return (
      <div className="rr-card rr-calm">
        <Icon name="check" size={28} />
        <div><div className="rr-strong">{t("overview.calm")}</div><div className="rr-dim">{t("overview.calmHelp")}</div></div>
      </div>
    );
  }
  return (
    <div style={{ display: "grid", gap: 14 }}>
      {alerts && open.length > 0 && <OpenAlerts rows={open} total={Object.values(alerts.open).reduce((sum, n) => sum + n, 0)} />}
      {list.length > 0 && (
        <div className="rr-card rr-needs">
          {list.map((need) => (
            <Link key={need.title} href={need.href} className="rr-need" data-tone={need.tone}>
              <Icon name={need.icon} size={24} />
              <div><div className="rr-strong">{need.title}</div><div className="rr-dim rr-small">{need.help}</div></div>
              <Icon name="right" size={18} />
            </Link>
          ))}
        </div>
      )}
    </div>
  );
}

function Figures({ summary }: { summary: Summary }) {
  const { t } = useTranslation();
  const format = useFormat();
  const figures: [string, string][] = [
    [t("overview.stockUnits"), format.number(summary.stock_units)],
    [t("overview.devicesOnline"), t("overview.of", { online: format.number(summary.devices_online), all: format.number(summary.devices) })],
    [t("overview.scans"), format.number(summary.scans)],
    [t("overview.facts"), format.number(summary.facts)],
    [t("overview.positions"), format.number(summary.positions)],
  ];
  return (
    <dl className="rr-figures" style={{ margin: 0 }}>
      {figures.map(([name, value]) => (
        <div key={name} className="rr-card rr-figure"><dt>{name}</dt><dd>{value}</dd></div>
      ))}
    </dl>
  );
}

function BySite({ sites, alerts }: { sites: Site[]; alerts: Alert[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (sites.length === 0) return <Empty icon="warehouse" title={t("overview.noSites")} help={t("overview.noSitesHelp")} />;
  const most = Math.max(1, ...sites.map((site) => site.stock));
  const openAt = (id: string) => alerts.filter((alert) => alert.site === id);
  return (
    <ul className="rr-sites">
      {[...sites].sort((a, b) => b.stock - a.stock).map((site) => (
        <li key={site.id}>
          <Link href={"/stock" + query({ site: site.id })} title={t("overview.openStock", { site: format.name(site) ?? site.id })}>
            <Icon name={site.kind in KINDS ? site.kind : "warehouse"} />
            <SiteName name={format.name(site) ?? site.id} kind={word(t, "siteKind", site.kind)} />
            <span className={site.stock === 0 ? "rr-num rr-dim" : "rr-num rr-strong"}>{format.number(site.stock)}</span>
            {site.stock !== 0 && <span className="rr-bar"><span style={{ width: `${(Math.max(0, site.stock) / most) * 100}%` }} /></span>}
          </Link>
          {openAt(site.id).length > 0 && (
            <Link href={"/alerts" + query({ site: site.id })} className="rr-sitealerts">
              <Tag tone={TONES[openAt(site.id)[0]!.severity]}>{t("watch.atSite", { n: format.number(openAt(site.id).length) })}</Tag>
            </Link>
          )}
        </li>
      ))}
    </ul>
  );
}

/** A name that says what it is ("Baita Hospital") needs no second word for it. */
function SiteName({ name, kind }: { name: string; kind: string }) {
  const said = name.toLowerCase().includes(kind.toLowerCase());
  return <span><span className="rr-strong">{name}</span>{!said && <> <span className="rr-small rr-dim rr-nowrap">{kind}</span></>}</span>;
}

const KINDS = { warehouse: 1, station: 1, hospital: 1, camp: 1 };

export function Overview() {
  const { t } = useTranslation();
  const format = useFormat();
  const summary = useQuery(summaryQuery);
  const devices = useQuery({ ...devicesQuery, enabled: useMay()("GET /devices") });
  const { open } = useWatch();
  const sites = useSites();
  return (
    <Page title={t("overview.title")} asOf={summary.dataUpdatedAt}>
      <section aria-labelledby="needs">
        <h2 className="rr-section" id="needs">{t("overview.needs")}</h2>
        <div className={summary.data ? undefined : "rr-card"}><Loaded query={summary} rows={3}>
          {(data) => <Needs list={needs(t, format, data, devices.data?.devices ?? [])} alerts={open} />}
        </Loaded></div>
      </section>
      {summary.data && (
        <section aria-labelledby="figures">
          <h2 className="rr-section" id="figures">{t("overview.figures")}</h2>
          <Figures summary={summary.data} />
        </section>
      )}
      <section aria-labelledby="bysite">
        <h2 className="rr-section" id="bysite">{t("overview.bySite")}</h2>
        <div className="rr-card"><Loaded query={sites}>{(data) => <BySite sites={data.sites} alerts={open?.rows ?? []} />}</Loaded></div>
      </section>
    </Page>
  );
}
