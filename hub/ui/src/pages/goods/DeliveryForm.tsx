/** Say what will come, or say it anew: where, whose, when, which goods and handling units. */
import { ActionIcon, Button, Group, NumberInput, Stack, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useParams } from "wouter";

import { deliveries, type Announced, type DeliveryWhole } from "../../calls/deliveries";
import { GoodsField, isChecked } from "../../parts/GoodsField";
import { Icon } from "../../parts/icons";
import { Page } from "../../parts/Page";
import { OwnerSelect, SiteSelect } from "../../parts/Pickers";
import { Refused } from "../../parts/Refused";
import { Loaded } from "../../parts/States";
import { useUser } from "../../session";

const MOST = 1_000_000_000;
interface LineDraft {
  key: number;
  item: string | null;
  lot: string;
  n: number | string;
}
let made = 0;
const blank = (): LineDraft => ({ key: made++, item: null, lot: "", n: "" });

/** The SSCCs of a text, one a line or apart by spaces, as scanned or bare; what is none comes back in `wrong`. */
function unitsOf(text: string): { units: string[]; wrong: string[] } {
  const units: string[] = [];
  const wrong: string[] = [];
  for (const word of text.split(/[\s,;]+/).filter(Boolean)) {
    const digits = word.replace(/^\][A-Za-z]\d/, "").replace(/[()]/g, "");
    const sscc = digits.length === 20 && digits.startsWith("00") ? digits.slice(2) : digits;
    if (sscc.length === 18 && isChecked(sscc)) units.push(sscc);
    else wrong.push(word.slice(0, 30));
  }
  return { units: [...new Set(units)], wrong };
}

function LineFields({ line, at, set, remove }: { line: LineDraft; at: number; set: (line: LineDraft) => void; remove: (() => void) | null }) {
  const { t } = useTranslation();
  return (
    <div className="rr-lineform" role="group" aria-label={t("delivery.lineN", { n: at })}>
      <GoodsField label={t("common.item")} item={line.item} onItem={(item, lot) => set({ ...line, item, lot: lot ?? line.lot })} />
      <TextInput size="md" label={t("common.lot")} placeholder={t("delivery.anyLot")} maxLength={100} spellCheck={false} value={line.lot}
        onChange={(event) => set({ ...line, lot: event.currentTarget.value })} />
      <NumberInput size="md" label={t("common.quantity")} min={1} max={MOST} allowDecimal={false} allowNegative={false} hideControls inputMode="numeric"
        value={line.n} onChange={(n) => set({ ...line, n })} />
      <ActionIcon size={42} variant="default" disabled={!remove} aria-label={t("delivery.removeLine", { n: at })} title={t("delivery.removeLine", { n: at })}
        onClick={() => remove?.()}><Icon name="close" /></ActionIcon>
    </div>
  );
}

function Form({ old }: { old: DeliveryWhole | null }) {
  const { t } = useTranslation();
  const user = useUser();
  const client = useQueryClient();
  const [, go] = useLocation();
  const [id, setId] = useState("");
  const [site, setSite] = useState(old?.site ?? null);
  const [owner, setOwner] = useState(old?.owner ?? user.organisation);
  const [expected, setExpected] = useState(old?.expected ?? "");
  const [lines, setLines] = useState<LineDraft[]>(() => old?.lines.map((line) => ({ key: made++, item: line.item, lot: line.lot ?? "", n: line.n })) ?? [blank()]);
  const [units, setUnits] = useState(old?.units.join("\n") ?? "");
  const [note, setNote] = useState(old?.note ?? "");
  const [tried, setTried] = useState(false);
  const { units: ssccs, wrong } = unitsOf(units);
  const used = lines.filter((line) => line.item !== null || line.lot !== "" || line.n !== "");
  const halfDone = used.some((line) => line.item === null || typeof line.n !== "number" || line.n < 1);
  const empty = used.length === 0 && ssccs.length === 0;
  const send = useMutation({
    mutationFn: (sent: Announced) => (old ? deliveries.change(old.id, sent) : deliveries.announce(sent)),
    onSuccess: (delivery) => {
      client.setQueryData(["delivery", delivery.id], delivery);
      void client.invalidateQueries({ queryKey: ["deliveries"] });
      go(`/deliveries/${delivery.id}`);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!site || !owner || !expected || halfDone || empty || wrong.length > 0) return;
    const sent = used.map((line) => ({ item: line.item!, lot: line.lot.trim() || null, n: Number(line.n) }));
    send.mutate({ ...(id.trim() && !old ? { id: id.trim() } : {}), owner, site, expected, lines: sent, units: ssccs, note: note.trim() });
  };
  const set = (line: LineDraft) => setLines((all) => all.map((each) => (each.key === line.key ? line : each)));
  return (
    <form onSubmit={submit} noValidate className="rr-card rr-pad">
      <Stack gap="lg">
        <div className="rr-filters">
          <SiteSelect size="md" withAsterisk value={site} onChange={setSite} error={tried && !site ? t("goods.choose") : null} />
          {user.role !== "staff" && (
            <OwnerSelect size="md" label={t("common.owner")} withAsterisk value={owner} onChange={setOwner} error={tried && !owner ? t("goods.choose") : null} />
          )}
          <TextInput size="md" type="date" label={t("delivery.expected")} withAsterisk value={expected} error={tried && !expected ? t("goods.choose") : null}
            onChange={(event) => setExpected(event.currentTarget.value)} />
          {!old && (
            <TextInput size="md" label={t("delivery.number")} placeholder={t("delivery.numberHelp")} value={id} maxLength={40} spellCheck={false}
              error={id && !/^[A-Za-z0-9-]*$/.test(id.trim()) ? t("delivery.numberWrong") : null} onChange={(event) => setId(event.currentTarget.value)} />
          )}
        </div>
        <section aria-label={t("delivery.lines")}>
          <h2 className="rr-section">{t("delivery.lines")}</h2>
          <Stack gap="sm">
            {lines.map((line, index) => (
              <LineFields key={line.key} line={line} at={index + 1} set={set}
                remove={lines.length > 1 ? () => setLines((all) => all.filter((each) => each.key !== line.key)) : null} />
            ))}
            {tried && halfDone && <div className="rr-bad" role="alert">{t("delivery.halfDone")}</div>}
            <div><Button variant="default" size="md" leftSection={<Icon name="plus" size={18} />} onClick={() => setLines((all) => [...all, blank()])}>{t("delivery.addLine")}</Button></div>
          </Stack>
        </section>
        <Textarea size="md" label={t("delivery.units")} description={t("delivery.unitsHelp")} autosize minRows={2} maxRows={10} spellCheck={false} value={units}
          error={wrong.length > 0 ? t("delivery.unitsWrong", { codes: wrong.slice(0, 3).join(", ") }) : null} onChange={(event) => setUnits(event.currentTarget.value)} />
        <Textarea size="md" label={t("delivery.note")} autosize minRows={1} maxLength={500} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
        {tried && empty && <div className="rr-bad" role="alert">{t("delivery.emptyForm")}</div>}
        <Refused error={send.error} />
        <Group justify="space-between">
          <Button size="md" variant="default" component={Link} href={old ? `/deliveries/${old.id}` : "/deliveries"}>{t("ask.back")}</Button>
          <Button size="md" type="submit" loading={send.isPending}>{old ? t("delivery.save") : t("delivery.announce")}</Button>
        </Group>
      </Stack>
    </form>
  );
}

export default function DeliveryForm() {
  const { t } = useTranslation();
  const { id } = useParams<{ id?: string }>();
  const found = useQuery({ queryKey: ["delivery", id], queryFn: () => deliveries.one(id!), enabled: id !== undefined });
  if (id === undefined) return <Page title={t("delivery.announceTitle")} lead={t("delivery.announceLead")}><Form old={null} /></Page>;
  return <Page title={t("delivery.changeTitle", { id })} lead={t("delivery.changeLead")}><Loaded query={found}>{(delivery) => <Form key={delivery.id} old={delivery} />}</Loaded></Page>;
}
