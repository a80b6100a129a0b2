/** The sites of the map, warehouses first, with what they hold. */
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { query, type Site } from "../../api";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { Icon } from "../../parts/icons";

const ORDER = ["warehouse", "station", "hospital", "camp"];

/** Warehouses first, then by name. */
export function inOrder(sites: Site[]): Site[] {
  return [...sites].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || a.name.localeCompare(b.name));
}

function SiteEntry({ site, picked, onPick }: { site: Site; picked: boolean; onPick: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <li>
      <button type="button" aria-pressed={picked} onClick={onPick}>
        <Icon name={site.kind === "station" || site.kind === "hospital" || site.kind === "camp" ? site.kind : "warehouse"} />
        <span>
          <span className="rr-strong">{format.name(site)}</span>
          <span className="rr-small rr-dim rr-line">{word(t, "siteKind", site.kind)} · {t("map.units", { n: format.number(site.stock) })}</span>
        </span>
      </button>
      {picked && <Button component={Link} href={"/stock" + query({ site: site.id })} variant="light" h={44} ml={44} mb={8}>{t("map.openStock")}</Button>}
    </li>
  );
}

export function SiteList({ sites, picked, onPick }: { sites: Site[]; picked: string | null; onPick: (id: string) => void }) {
  return <ul>{sites.map((site) => <SiteEntry key={site.id} site={site} picked={site.id === picked} onPick={() => onPick(site.id)} />)}</ul>;
}
