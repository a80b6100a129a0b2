/** Goods that should belong to somebody else: what waits for me, what I asked for, what is done. */
import { Button, Group } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useSearchParams } from "wouter";

import { useMay } from "../../access";
import { query, type User } from "../../api";
import { transfers, type Transfer, type TransferState, type Verdict } from "../../calls/transfers";
import { word } from "../../i18n";
import { Account } from "../../parts/Account";
import { Export } from "../../parts/Export";
import { Condition, Goods, Owner, Plain, Quantity } from "../../parts/Goods";
import { Icon } from "../../parts/icons";
import { Ago, Page, Tag, type Tone } from "../../parts/Page";
import { Pager } from "../../parts/Pager";
import { useFilters } from "../../parts/Pickers";
import { SearchField } from "../../parts/SearchField";
import { Empty, Loaded } from "../../parts/States";
import { useUser } from "../../session";
import { Ask } from "./TransferAsk";
import { Decide } from "./TransferDecide";

const TONES: Record<TransferState, Tone> = { asked: "warn", approved: "ok", refused: "bad", withdrawn: "plain" };
type View = "waiting" | "approved" | "refused" | "withdrawn" | "all";
const VIEWS: View[] = ["waiting", "approved", "refused", "withdrawn", "all"];

/** What somebody may do about a request that is open; the hub has the last word. */
function verdictsFor(user: User, transfer: Transfer, may: ReturnType<typeof useMay>): Verdict[] {
  if (transfer.state !== "asked") return [];
  const found: Verdict[] = [];
  const gives = user.role === "admin" || (user.role === "staff" && user.organisation === transfer.giver);
  const askedIt = transfer.asked_for !== transfer.giver && transfer.asked_by === user.name;
  if (gives && !askedIt && may("POST /transfers/{key}/approval")) found.push("approval", "refusal");
  const asks = user.role === "staff" ? user.organisation === transfer.asked_for : may("POST /transfers/{key}/withdrawal");
  if (asks) found.push("withdrawal");
  return found;
}

function Request({ transfer, decide }: { transfer: Transfer; decide: (verdict: Verdict) => void }) {
  const { t } = useTranslation();
  const user = useUser();
  const may = useMay();
  const verdicts = verdictsFor(user, transfer, may);
  const words: Record<Verdict, string> = { approval: t("transfer.approve"), refusal: t("transfer.refuse"), withdrawal: t("transfer.withdraw") };
  return (
    <li className="rr-entry" aria-label={transfer.id}>
      <div className="rr-entry-head">
        <div>
          <div className="rr-way"><Owner id={transfer.giver} /><Icon name="arrow" size={18} role="img" aria-label={t("trace.to")} /><strong><Owner id={transfer.taker} /></strong></div>
          <div className="rr-way"><Quantity item={transfer.item} n={transfer.n} /> <Goods item={transfer.item} lot={transfer.lot} /></div>
          <div><Account account={transfer.account} />{transfer.condition !== "good" && <> · <Condition value={transfer.condition} /></>}</div>
          {transfer.note && <p className="rr-note"><Plain text={transfer.note} most={500} /></p>}
          {transfer.reason && <p className="rr-note"><strong>{t("goods.reason")}:</strong> <Plain text={transfer.reason} most={500} /></p>}
          <div className="rr-small rr-dim rr-entry-meta">
            <Tag tone={TONES[transfer.state]}>{word(t, "transferState", transfer.state)}</Tag>
            {transfer.state === "approved" && !transfer.posted && <Tag tone="warn" title={t("transfer.notPostedHelp")}>{t("transfer.notPosted")}</Tag>}
            <span>{t("transfer.askedBy")} <Plain text={transfer.asked_by} /> · <Ago at={transfer.asked_at} /></span>
            {transfer.decided_by && <span>{t("transfer.decidedBy")} <Plain text={transfer.decided_by} /> · <Ago at={transfer.decided_at} /></span>}
            <span className="rr-mono">{transfer.id}</span>
          </div>
        </div>
        {verdicts.length > 0 && (
          <Group gap="sm" className="rr-entry-acts">
            {verdicts.map((verdict) => (
              <Button key={verdict} size="md" variant={verdict === "approval" ? "filled" : "default"} onClick={() => decide(verdict)}
                leftSection={verdict === "approval" ? <Icon name="check" size={18} /> : undefined}>{words[verdict]}</Button>
            ))}
          </Group>
        )}
      </div>
    </li>
  );
}

/** Open requests in two heaps: those that this person may decide, and those that wait for others. */
function Waiting({ rows, decide }: { rows: Transfer[]; decide: (transfer: Transfer, verdict: Verdict) => void }) {
  const { t } = useTranslation();
  const user = useUser();
  const may = useMay();
  const mine = rows.filter((row) => verdictsFor(user, row, may).includes("approval"));
  const others = rows.filter((row) => !mine.includes(row));
  const heaps: [string, string, Transfer[]][] = [["mine", t("transfer.forYou"), mine], ["others", t("transfer.forOthers"), others]];
  return heaps.map(([key, title, heap]) => heap.length > 0 && (
    <section key={key} aria-labelledby={`heap-${key}`}>
      <h2 className="rr-section rr-heap" id={`heap-${key}`}>{title} <Tag tone={key === "mine" ? "warn" : "plain"}>{heap.length}</Tag></h2>
      <ul className="rr-entries">{heap.map((row) => <Request key={row.id} transfer={row} decide={(verdict) => decide(row, verdict)} />)}</ul>
    </section>
  ));
}

export default function Transfers() {
  const { t } = useTranslation();
  const may = useMay();
  const [, go] = useLocation();
  const [params] = useSearchParams();
  const { values, cursor, set } = useFilters(["view", "text"] as const);
  const view = VIEWS.find((each) => each === values.view) ?? "waiting";
  const state = view === "waiting" ? "asked" : view === "all" ? null : view;
  const list = useQuery({ queryKey: ["transfers", state, values.text, cursor], queryFn: () => transfers.list(state, cursor, values.text), placeholderData: keepPreviousData });
  const [deciding, setDeciding] = useState<[Transfer, Verdict] | null>(null);
  const asking = params.get("ask") !== null;
  const decide = (transfer: Transfer, verdict: Verdict) => setDeciding([transfer, verdict]);
  return (
    <Page title={t("transfer.title")} lead={t("transfer.lead")} asOf={list.dataUpdatedAt}
      actions={<>
        <Export list="transfers" filter={{ state, text: values.text }} />
        {may("POST /transfers") && <Button size="md" variant="default" component={Link} href="/stock" leftSection={<Icon name="stock" size={18} />}>{t("transfer.fromStock")}</Button>}
      </>}>
      <nav className="rr-sections" aria-label={t("transfer.views")}>
        {VIEWS.map((each) => (
          <Link key={each} href={"/transfers" + query({ view: each === "waiting" ? null : each })} aria-current={each === view ? "page" : undefined}>
            {each === "waiting" ? t("transfer.waiting") : each === "all" ? t("transfer.all") : word(t, "transferState", each)}
          </Link>
        ))}
      </nav>
      <div className="rr-card rr-pad rr-filters" role="search" aria-label={t("stock.filters")}>
        <SearchField value={values.text} set={(value) => set("text", value)} />
      </div>
      <div className="rr-card" aria-busy={list.isPlaceholderData}>
        <Loaded query={list}>
          {(page) => page.rows.length === 0
            ? <Empty icon="transfers" title={view === "waiting" ? t("transfer.nothing") : t("transfer.nothingHere")} help={t("transfer.nothingHelp")} />
            : view === "waiting" ? <Waiting rows={page.rows} decide={decide} />
            : <ul className="rr-entries">{page.rows.map((row) => <Request key={row.id} transfer={row} decide={(verdict) => decide(row, verdict)} />)}</ul>}
        </Loaded>
      </div>
      <Pager cursor={cursor} next={list.data?.next ?? null} onCursor={(next) => set("cursor", next)} />
      {deciding && <Decide transfer={deciding[0]} verdict={deciding[1]} onClose={() => setDeciding(null)} />}
      {asking && may("POST /transfers") && <Ask wanted={params} onClose={() => go("/transfers", { replace: true })} />}
    </Page>
  );
}
