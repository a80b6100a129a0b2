/** Decide about something that does not add up: what follows from it, what it needs, and a reason. */
import { Button, Group, NumberInput, Radio, Select, Stack, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { discrepancies, type Deciding, type Decision, type DiscrepancyWhole, type Side } from "../../calls/discrepancies";
import { word } from "../../i18n";
import { useSites } from "../../parts/Account";
import { useAccountText } from "../../parts/accountText";
import { Dialog } from "../../parts/Dialog";
import { Quantity } from "../../parts/Goods";
import { Refused } from "../../parts/Refused";
import { Said } from "./DiscrepancyOne";

const GONE = ["virtual:with-recipient", "virtual:lost", "virtual:damaged", "virtual:expired", "virtual:disposed"];
const CAME = ["virtual:donor-in", "virtual:with-recipient", "virtual:lost"];
const nameOf = (side: Side) => `${side.device}/${side.stream}/${side.seq}`;

interface Move {
  way: string;
  other: string | null;
  n: number | string;
}

/** Which of the scans is wrong. */
function WhichFact({ facts, item, value, set, error }: { facts: Side[]; item: string | null; value: string | null; set: (value: string) => void; error: string | null }) {
  const { t } = useTranslation();
  return (
    <Radio.Group label={t("settle.whichFact")} withAsterisk value={value} onChange={set} error={error}>
      <Stack gap={0} mt="xs">
        {facts.map((side) => (
          <Radio.Card key={nameOf(side)} value={nameOf(side)} className="rr-choice">
            <Group wrap="nowrap" align="flex-start"><Radio.Indicator mt={4} /><Said side={side} item={item} /></Group>
          </Radio.Card>
        ))}
      </Stack>
    </Radio.Group>
  );
}

/** What happened to the goods that nobody scanned: one end is where it does not fit. */
function WhatHappened({ account, item, value, set, tried }: { account: string; item: string | null; value: Move; set: (move: Move) => void; tried: boolean }) {
  const { t } = useTranslation();
  const accountText = useAccountText();
  const sites = useSites().data?.sites ?? [];
  const places = sites.map((site) => `place:${site.id}`);
  const here = accountText(account);
  const others = [...places, ...(value.way === "out" ? GONE : CAME)].filter((each) => each !== account);
  return (
    <Stack>
      <Radio.Group label={t("settle.whatHappened")} value={value.way} onChange={(way) => set({ ...value, way, other: null })}>
        <Stack gap="xs" mt="xs">
          <Radio size="md" value="in" label={t("settle.cameHere", { place: here })} />
          <Radio size="md" value="out" label={t("settle.wentAway", { place: here })} />
        </Stack>
      </Radio.Group>
      <Select size="md" searchable withAsterisk label={value.way === "out" ? t("settle.whereTo") : t("settle.whereFrom")} value={value.other}
        error={tried && !value.other ? t("goods.choose") : null}
        data={others.map((each) => ({ value: each, label: accountText(each) }))} onChange={(other) => set({ ...value, other })} />
      <Group align="end" gap="xs">
        <NumberInput size="md" withAsterisk label={t("common.quantity")} min={1} max={1_000_000_000} allowDecimal={false} allowNegative={false} hideControls inputMode="numeric"
          value={value.n} onChange={(n) => set({ ...value, n })} error={tried && !value.n ? t("goods.choose") : null} />
        {typeof value.n === "number" && <div className="rr-unitnext"><Quantity item={item} n={value.n} /></div>}
      </Group>
    </Stack>
  );
}

export function Settle({ found, decision, onClose, onDone }: { found: DiscrepancyWhole; decision: Decision; onClose: () => void; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const row = found.discrepancy;
  const facts = found.sides.filter((side) => side.seq !== null);
  const [reason, setReason] = useState("");
  const [fact, setFact] = useState<string | null>(facts.length === 1 ? nameOf(facts[0]!) : null);
  const [move, setMove] = useState<Move>({ way: (row.quantity ?? 0) < 0 ? "in" : "out", other: null, n: row.quantity ? Math.abs(row.quantity) : "" });
  const [tried, setTried] = useState(false);
  const settle = useMutation({
    mutationFn: (sent: Deciding) => discrepancies.settle(row.key, sent),
    onSuccess: () => {
      onDone();
      const touched = ["discrepancies", "stock", "summary", ...(decision === "recount" ? ["discrepancy"] : [])];
      void client.invalidateQueries({ predicate: (each) => touched.includes(String(each.queryKey[0])) });
    },
  });
  const helps: Partial<Record<Decision, string>> = {
    accept: t("settle.acceptHelp"),
    undo: t("settle.undoHelp"),
    correct: t("settle.correctHelp"),
    recount: t("settle.recountHelp"),
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!reason.trim()) return;
    const sent: Deciding = { decision, reason: reason.trim() };
    if (decision === "undo") {
      const side = facts.find((each) => nameOf(each) === fact);
      if (!side) return;
      sent.fact = { device: side.device!, stream: side.stream!, seq: side.seq! };
    }
    if (decision === "correct") {
      if (!move.other || typeof move.n !== "number" || move.n < 1) return;
      const [from, to] = move.way === "out" ? [row.account!, move.other] : [move.other, row.account!];
      sent.move = { from, to, n: move.n };
    }
    settle.mutate(sent);
  };
  return (
    <Dialog title={word(t, "settleAs", decision)} size="lg" onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <Stack>
          <p className="rr-note" style={{ margin: 0 }}>{helps[decision]}</p>
          {decision === "undo" && <WhichFact facts={facts} item={row.item} value={fact} set={setFact} error={tried && !fact ? t("goods.choose") : null} />}
          {decision === "correct" && row.account && <WhatHappened account={row.account} item={row.item} value={move} set={setMove} tried={tried} />}
          <Textarea size="md" label={t("goods.reason")} withAsterisk autosize minRows={2} maxLength={500} value={reason} description={t("settle.reasonHelp")}
            error={tried && !reason.trim() ? t("goods.reasonNeeded") : null} onChange={(event) => setReason(event.currentTarget.value)} />
          <Refused error={settle.error} />
          <Group justify="space-between">
            <Button size="md" variant="default" onClick={onClose}>{t("ask.back")}</Button>
            <Button size="md" type="submit" loading={settle.isPending}>{word(t, "settleAs", decision)}</Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
