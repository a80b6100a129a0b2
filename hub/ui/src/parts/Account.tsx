/** An account in words: the site and bin, the unit, the vehicle, or the virtual place that it stands for. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { api, query, type Site } from "../api";
import { sitesQuery } from "../first";
import { useFormat } from "../format";
import { word } from "../i18n";

export function useSites() {
  return useQuery(sitesQuery);
}

export function useItems() {
  return useQuery({ queryKey: ["items"], queryFn: api.items, staleTime: 300_000 });
}

export function useOwners() {
  return useQuery({ queryKey: ["organisations"], queryFn: api.organisations, staleTime: 300_000 });
}

export function useSiteName(): (id: string) => string {
  const format = useFormat();
  const sites = useSites().data?.sites ?? [];
  return (id) => {
    const site = sites.find((each: Site) => each.id === id);
    return (site && format.name(site)) || id;
  };
}

export function useOwnerName(): (id: string | null) => string {
  const { t } = useTranslation();
  const format = useFormat();
  const owners = useOwners().data?.organisations ?? [];
  return (id) => {
    if (!id || id === "unassigned") return t("common.unassigned");
    const owner = owners.find((each) => each.id === id);
    return (owner && format.name(owner)) || id;
  };
}

export function Account({ account }: { account: string | null }) {
  const { t } = useTranslation();
  const siteName = useSiteName();
  if (!account) return <span className="rr-dim">{t("common.none")}</span>;
  const colon = account.indexOf(":");
  const kind = account.slice(0, colon);
  const rest = account.slice(colon + 1);
  if (kind === "place") {
    const slash = rest.indexOf("/");
    const site = slash < 0 ? rest : rest.slice(0, slash);
    return (
      <span>
        {siteName(site)}
        {slash >= 0 && <> <span className="rr-tag">{rest.slice(slash + 1).toUpperCase()}</span></>}
      </span>
    );
  }
  if (kind === "virtual") return <span className="rr-dim">{word(t, "virtual", rest)}</span>;
  if (kind === "transit") {
    return <span>{t("accountKind.transit")} <Link href={"/map" + query({ device: rest.split("/")[0]! })}>{rest}</Link></span>;
  }
  if (kind === "unit") {
    return <span>{t("accountKind.unit")} <Link className="rr-mono" href={"/trace" + query({ code: unitCode(rest) })}>{rest}</Link></span>;
  }
  return <span className="rr-mono">{account}</span>;
}

/** A unit account is named by its SSCC or its parcel; an SSCC is traced by its AI (00), a parcel by its label. */
export function unitCode(code: string): string {
  if (code.startsWith("parcel:")) return "RR:P:" + code.slice("parcel:".length);
  return code.replace(/^(sscc:)?(\d{18})$/, "00$2");
}
