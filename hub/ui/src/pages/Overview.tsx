/** What needs a person now, first; then the figures, and the stock of each site. */
import { useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useMay } from "../access";
import { api, query, type Device, type Position, type Site, type Summary } from "../api";
import { useNow } from "../clock";
import { useFormat, type Format } from "../format";
import { word } from "../i18n";
import { STALE_POSITION_S } from "../map/fleet";
import { useSites } from "../parts/Account";
import { Icon, type IconName } from "../parts/icons";
import { Page, type Tone } from "../parts/Page";
import { Empty, Loaded } from "../parts/States";

interface Need {
  tone: Tone;
  icon: IconName;
  title: string;
  help: string;
  href: string;
}

/** The list of what needs a person, the most urgent first. */
function needs(t: TFunction, format: Format, now: number, summary: Summary, devices: Device[], positions: Position[]): Need[] {
  const found: Need[] = [];
  const add = (count: number, tone: Tone, icon: IconName, title: (n: string) => string, help: string, href: string) => {
    if (count > 0) found.push({ tone, icon, title: title(format.number(count)), help, href });
  };
  const sum = (pick: (device: Device) => number | null) => devices.reduce((total, each) => total + (pick(each) ?? 0), 0);
  const names = (list: string[]) => list.slice(0, 5).join(", ") + (list.length > 5 ? " …" : "");
  const offline = devices.filter((each) => !each.online).map((each) => each.name);
  const stale = positions.filter((each) => now - Date.parse(each.at) > STALE_POSITION_S * 1_000).map((each) => each.device);
  add(sum((each) => each.lost), "bad", "alert", (n) => t("overview.lost", { n }), t("overview.lostHelp"), "/devices");
  add(summary.discrepancies, "bad", "discrepancies", (n) => t("overview.discrepancies", { n }), t("overview.discrepanciesHelp"), "/discrepancies");
  add(offline.length, "warn", "unlink", (n) => t("overview.offline", { n }), names(offline), "/devices");
  add(stale.length, "warn", "vehicle", (n) => t("overview.stale", { n }), t("overview.staleHelp", { names: names(stale) }), "/map");
  add(summary.quarantined, "warn", "quarantine", (n) => t("overview.quarantined", { n }), t("overview.quarantinedHelp"), "/quarantine");
  add(sum((each) => each.pending_facts), "note", "pending", (n) => t("overview.pending", { n }), t("overview.pendingHelp"), "/devices");
  if (summary.devices === 0) found.push({ tone: "note", icon: "devices", title: t("overview.start"), help: t("overview.startHelp"), href: "/devices" });
  return found;
}

function Needs({ list }: { list: Need[] }) {
  const { t } = useTranslation();
  if (list.length === 0) {
    return (
      <div className="rr-card rr-calm">
        <Icon name="check" size={28} />
        <div><div className="rr-strong">{t("overview.calm")}</div><div className="rr-dim">{t("overview.calmHelp")}</div></div>
      </div>
    );
  }
  return (
    <div className="rr-card rr-needs">
      {list.map((need) => (
        <Link key={need.title} href={need.href} className="rr-need" data-tone={need.tone}>
          <Icon name={need.icon} size={24} />
          <div><div className="rr-strong">{need.title}</div><div className="rr-dim rr-small">{need.help}</div></div>
          <Icon name="right" size={18} />
        </Link>
      ))}
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

function BySite({ sites }: { sites: Site[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (sites.length === 0) return <Empty icon="warehouse" title={t("overview.noSites")} help={t("overview.noSitesHelp")} />;
  const most = Math.max(1, ...sites.map((site) => site.stock));
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
  const now = useNow();
  const summary = useQuery({ queryKey: ["summary"], queryFn: api.summary });
  const devices = useQuery({ queryKey: ["devices"], queryFn: api.devices, enabled: useMay()("GET /devices") });
  const positions = useQuery({ queryKey: ["positions"], queryFn: api.positions });
  const sites = useSites();
  return (
    <Page title={t("overview.title")} asOf={summary.dataUpdatedAt}>
      <section aria-labelledby="needs">
        <h2 className="rr-section" id="needs">{t("overview.needs")}</h2>
        <div className={summary.data ? undefined : "rr-card"}><Loaded query={summary} rows={3}>
          {(data) => <Needs list={needs(t, format, now, data, devices.data?.devices ?? [], positions.data?.positions ?? [])} />}
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
        <div className="rr-card"><Loaded query={sites}>{(data) => <BySite sites={data.sites} />}</Loaded></div>
      </section>
    </Page>
  );
}
