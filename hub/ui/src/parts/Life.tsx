/** Where a request, consignment or parcel is in its life, and what happened to it. */
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useMay } from "../access";
import { query } from "../api";
import type { Happened, Kind, Way } from "../calls/relief";
import { word } from "../i18n";
import { useSiteName } from "./Account";
import { Tag, type Tone } from "./Page";
import { stateWord, StorySteps } from "./StorySteps";

const TONES: Record<Kind, Record<string, Tone>> = {
  request: { asked: "warn", approved: "note", allocated: "note", "under-way": "note", ready: "note", fulfilled: "ok", refused: "bad", returned: "warn" },
  consignment: { picking: "note", packed: "note", "in-transit": "note", arrived: "note", received: "ok", discrepant: "bad", closed: "ok", returning: "warn", returned: "warn", lost: "bad" },
  parcel: { packed: "note", "under-way": "note", arrived: "note", waiting: "note", out: "note", "handed-over": "ok", refused: "warn", "due-back": "warn", returning: "warn", returned: "warn", lost: "bad", damaged: "bad" },
};

/** `odd`: a fact does not fit; it is shown as a discrepancy. */
export function LifeState({ kind, state, odd, n }: { kind: Kind; state: string; odd?: boolean; n?: string }) {
  const { t } = useTranslation();
  return (
    <span className="rr-tags">
      <Tag tone={TONES[kind][state] ?? "plain"}>{n && <>{n} </>}{stateWord(t, kind, state)}</Tag>
      {odd && <> <Tag tone="bad">{t("journey.odd")}</Tag></>}
    </span>
  );
}

/** Whom something is for: a masked name and the last four digits, else whose site it is. */
export function ForWhom({ shown, last4, otherwise }: { shown: string | null; last4: string | null; otherwise: string }) {
  const { t } = useTranslation();
  if (!shown) return <span>{otherwise}</span>;
  return <span><bdi className="rr-strong">{shown}</bdi>{last4 && <span className="rr-small rr-dim rr-nowrap"> {t("desk.ends", { digits: last4 })}</span>}</span>;
}

/** How it reaches people, and at which site. */
export function Whereto({ way, site }: { way: Way; site: string | null }) {
  const { t } = useTranslation();
  const siteName = useSiteName();
  if (way === "station" && site) return <span>{siteName(site)}</span>;
  return <span>{word(t, "way", way)}{site && <> · {siteName(site)}</>}</span>;
}

export function History({ kind, id, events }: { kind: Kind; id: string; events: Happened[] }) {
  const { t } = useTranslation();
  const may = useMay();
  const steps = [...events].reverse().map((each) => ({
    at: each.at, received_at: each.action ? each.noted_at : null, earliest: null, latest: null, estimated: false,
    what: each.action ? "fact" as const : "decision" as const, about: `${kind}:${id}`, event: each.action || each.event, state: each.state, who: each.who, device: each.device,
    source: each.action ? each.source : "", to: each.action ? each.target : "", detail: each.detail, channel: "", n: 1, odd: each.odd, voided: false, proof: null,
  }));
  return (
    <section className="rr-card rr-pad" aria-labelledby="history">
      <div className="rr-entry-head">
        <div><h2 className="rr-section" id="history">{t("relief.history")}</h2></div>
        {may("GET /story") && <Button variant="default" component={Link} href={"/trace" + query({ code: `${kind}:${id}` })}>{t("relief.story")}</Button>}
      </div>
      <StorySteps steps={steps} own />
    </section>
  );
}
