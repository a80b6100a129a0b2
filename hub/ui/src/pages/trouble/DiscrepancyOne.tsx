/** One thing that does not add up: both stories side by side, and what may be decided about it. */
import { Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useParams } from "wouter";

import { useMay } from "../../access";
import { ApiError } from "../../api";
import { discrepancies, type Decision, type DiscrepancyWhole, type Side } from "../../calls/discrepancies";
import { word } from "../../i18n";
import { Account } from "../../parts/Account";
import { Condition, Goods, Owner, Plain, Quantity } from "../../parts/Goods";
import { Icon } from "../../parts/icons";
import { Ago, Page, Tag } from "../../parts/Page";
import { Empty, Loaded } from "../../parts/States";
import { Place } from "./Discrepancies";
import { Settle } from "./Settle";
import { useStory } from "./story";

/** The roles that tell the first of the two stories; beside a count, what came in and went out tell the other. */
const FIRST = new Set(["in", "announced", "counted", "before", "promised", "planned", "sent"]);

function isFirst(side: Side, kind: string): boolean {
  return kind === "count-difference" ? side.role === "counted" : FIRST.has(side.role);
}

export function Said({ side, item }: { side: Side; item: string | null }) {
  const { t } = useTranslation();
  const ways = side.from && side.from !== side.to;
  return (
    <div className="rr-said-by">
      <div>
        <strong>{word(t, "action", side.said)}</strong> {side.quantity !== null && <Quantity item={item} n={side.quantity} />}
      </div>
      {side.to && (
        <div className="rr-step-way">
          {ways && <><Account account={side.from} /> <Icon name="arrow" size={16} role="img" aria-label={t("trace.to")} /> </>}
          <Account account={side.to} />
        </div>
      )}
      <div className="rr-small rr-dim">
        <strong>{side.by ? <Plain text={side.by} /> : t("delivery.nobodySignedOn")}</strong>
        {side.device && <> · {side.device}</>} · <Ago at={side.at} />{side.task && <> · <span className="rr-mono">{side.task}</span></>}
      </div>
    </div>
  );
}

function Story({ title, sides, item }: { title: string; sides: Side[]; item: string | null }) {
  const { t } = useTranslation();
  const roles = [...new Set(sides.map((side) => side.role))];
  return (
    <section className="rr-card rr-pad" aria-label={title}>
      <h2 className="rr-section">{title}</h2>
      {sides.length === 0 && <p className="rr-dim">{t("settle.nobodySaid")}</p>}
      {roles.map((role) => (
        <div key={role}>
          <h3 className="rr-small rr-dim">{word(t, "sideRole", role)}</h3>
          <ul className="rr-holders">
            {sides.filter((side) => side.role === role).map((side, index) => <li key={index}><Said side={side} item={item} /></li>)}
          </ul>
        </div>
      ))}
    </section>
  );
}

function Whole({ found, decide }: { found: DiscrepancyWhole; decide: ((decision: Decision) => void) | null }) {
  const { t } = useTranslation();
  const story = useStory();
  const row = found.discrepancy;
  const decisions = found.decisions.filter((each) => each !== "settle-owner");
  const left = found.sides.filter((side) => isFirst(side, row.kind));
  const right = found.sides.filter((side) => !isFirst(side, row.kind));
  return (
    <>
      <div className="rr-card rr-pad">
        <p className="rr-verdict">{story(row)}</p>
        <p className="rr-dim">{word(t, "discrepancyHelp", row.kind, "")}</p>
        <dl className="rr-pairs">
          <div><dt>{t("common.place")}</dt><dd><Place row={row} /></dd></div>
          {row.item && <div><dt>{t("common.item")}</dt><dd><Goods item={row.item} lot={row.lot} /></dd></div>}
          {row.owner !== null && <div><dt>{t("common.owner")}</dt><dd><Owner id={row.owner} /></dd></div>}
          {row.condition && row.condition !== "good" && <div><dt>{t("common.condition")}</dt><dd><Condition value={row.condition} /></dd></div>}
          {row.quantity !== null && <div><dt>{t("delivery.difference")}</dt><dd><Quantity item={row.item} n={row.quantity} signed /></dd></div>}
          {row.since && <div><dt>{t("common.since")}</dt><dd><Ago at={row.since} /></dd></div>}
        </dl>
        {row.waiting.length > 0 && <p className="rr-note"><Icon name="clock" size={16} /> {t("settle.waitingFor", { devices: row.waiting.join(", ") })}</p>}
      </div>
      {found.sides.length > 0 && (
        <div className="rr-two">
          {(left.length > 0 || right.length > 0) && <Story title={t("settle.oneStory")} sides={left} item={row.item} />}
          <Story title={t("settle.otherStory")} sides={right} item={row.item} />
        </div>
      )}
      {found.settlements.length > 0 && (
        <section className="rr-card rr-pad" aria-label={t("settle.earlier")}>
          <h2 className="rr-section">{t("settle.earlier")}</h2>
          <ul className="rr-holders">
            {found.settlements.map((one) => (
              <li key={one.id}><div><Tag>{word(t, "settleAs", one.decision)}</Tag> <Plain text={one.reason} most={300} /></div><span className="rr-small rr-dim"><Plain text={one.by} /> · <Ago at={one.at} /></span></li>
            ))}
          </ul>
        </section>
      )}
      {found.decisions.includes("settle-owner") && (
        <Group><Button size="md" component={Link} href="/discrepancies/owners">{t("settle.toOwners")}</Button></Group>
      )}
      {decide && decisions.length > 0 && (
        <section className="rr-card rr-pad rr-noprint" aria-label={t("settle.title")}>
          <h2 className="rr-section">{t("settle.title")}</h2>
          <Group gap="sm">
            {decisions.map((decision) => <Button key={decision} size="md" variant="default" onClick={() => decide(decision)}>{word(t, "settleAs", decision)}</Button>)}
          </Group>
        </section>
      )}
    </>
  );
}

export default function DiscrepancyOne() {
  const { t } = useTranslation();
  const { key = "" } = useParams<{ key: string }>();
  const may = useMay();
  const [, go] = useLocation();
  const [deciding, setDeciding] = useState<Decision | null>(null);
  const found = useQuery({ queryKey: ["discrepancy", key], queryFn: () => discrepancies.one(key), enabled: deciding === null });
  const gone = found.error instanceof ApiError && found.error.status === 404;
  const kind = found.data ? word(t, "discrepancyKind", found.data.discrepancy.kind) : t("discrepancies.title");
  return (
    <Page title={kind} asOf={found.dataUpdatedAt}>
      <Link href="/discrepancies" className="rr-back rr-noprint"><Icon name="left" size={16} /> {t("discrepancies.title")}</Link>
      {gone
        ? <div className="rr-card"><Empty icon="check" title={t("settle.gone")} help={t("settle.goneHelp")} /></div>
        : <Loaded query={found}>{(data) => <Whole found={data} decide={may("POST /discrepancies/{key}/settlement") ? setDeciding : null} />}</Loaded>}
      {deciding && found.data && <Settle found={found.data} decision={deciding} onClose={() => setDeciding(null)} onDone={() => {
        if (deciding === "recount") setDeciding(null);
        else go("/discrepancies"); // it is settled: asked for again, it would not be there
      }} />}
    </Page>
  );
}
