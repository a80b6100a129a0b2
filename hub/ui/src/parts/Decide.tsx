/** A decision about a request, a consignment or a parcel: what it means, what has to be said for it, and two buttons. */
import { Button, Checkbox, Group, NumberInput, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";

import { relief, TOUCHED, WAYS, type Kind, type RequestLine, type Way } from "../calls/relief";
import { useFormat } from "../format";
import { word } from "../i18n";
import { Dialog, Sure } from "./Dialog";
import { useGoods, SiteSelect } from "./Pickers";
import { Loaded } from "./States";

type Field = "reason" | "why" | "route" | "journey" | "from" | "home" | "lines" | "parcels";
/** What is asked for each; `why`: a reason that has to be given. A decision that is not named here has no button. */
const ASKS: Record<Kind, Record<string, Field[]>> = {
  request: { submit: [], approve: ["reason"], allocate: ["from"], reroute: ["route", "reason"], split: ["lines"], refuse: ["why"], cancel: ["reason"] },
  consignment: { close: ["reason"], reroute: ["route", "journey", "reason"], split: ["parcels"], return: ["home", "reason"], cancel: ["reason"], lose: ["why"] },
  parcel: { reroute: ["route", "reason"], return: ["reason"], lose: ["why"] },
};
const HURTS = new Set(["refuse", "cancel", "lose"]);
const STEPS = new Set(["submit", "approve", "allocate", "close"]);
const NOT_LEFT = new Set(["planned", "packed"]);

/** What is decided about, as far as the fields begin with it. */
export interface Subject {
  kind: Kind;
  id: string;
  way: Way;
  site: string | null;
  vehicle?: string | null;
  due?: string | null;
  lines?: RequestLine[];
}
interface Said {
  reason: string;
  way: Way;
  site: string | null;
  from: string | null;
  home: string | null;
  vehicle: string;
  due: string;
  lines: Record<number, string | number>;
  parcels: string[];
}

function body(kind: Kind, fields: Field[], said: Said): object {
  const has = (field: Field) => fields.includes(field);
  const site = kind === "request" ? "site" : kind === "parcel" ? "station" : "to_site";
  return {
    ...((has("reason") || has("why")) && { reason: said.reason.trim() }),
    ...(has("route") && { way: said.way, [site]: said.site }),
    ...(has("journey") && { vehicle: said.vehicle.trim() || null, due: said.due || null }),
    ...(has("from") && { site: said.from }),
    ...(has("home") && { to_site: said.home }),
    ...(has("lines") && { lines: Object.entries(said.lines).flatMap(([line, n]) => (Number(n) > 0 ? [{ line: Number(line), n: Number(n) }] : [])) }),
    ...(has("parcels") && { parcels: said.parcels }),
  };
}

function lacks(fields: Field[], said: Said): boolean {
  return (fields.includes("why") && !said.reason.trim()) || (fields.includes("route") && said.way === "station" && !said.site)
    || (fields.includes("lines") && !Object.values(said.lines).some((n) => Number(n) > 0)) || (fields.includes("parcels") && said.parcels.length === 0);
}

function Lines({ lines, said, set }: { lines: RequestLine[]; said: Said; set: (change: Partial<Said>) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const goods = useGoods();
  return lines.map((line) => (
    <NumberInput key={line.line} size="md" min={0} max={line.n - line.kept} allowDecimal={false} label={goods(line.item).name} disabled={line.kept >= line.n}
      description={t("relief.splitOf", { n: format.number(line.n - line.kept), unit: goods(line.item).unit })}
      value={said.lines[line.line] ?? 0} onChange={(n) => set({ lines: { ...said.lines, [line.line]: n } })} />
  ));
}

function Parcels({ consignment, said, set }: { consignment: string; said: Said; set: (change: Partial<Said>) => void }) {
  const { t } = useTranslation();
  const found = useQuery({ queryKey: ["parcels", { consignment }], queryFn: () => relief.parcels({ consignment }) });
  return (
    <Loaded query={found} rows={3}>
      {(page) => (
        <Checkbox.Group label={t("relief.splitParcels")} value={said.parcels} onChange={(parcels) => set({ parcels })}>
          <Stack gap="sm" mt="xs">
            {page.rows.filter((row) => NOT_LEFT.has(row.state)).map((row) => (
              <Checkbox key={row.id} value={row.id} size="md" label={<><span className="rr-mono rr-strong">{row.id}</span> <bdi>{row.shown}</bdi></>} />
            ))}
          </Stack>
        </Checkbox.Group>
      )}
    </Loaded>
  );
}

function Fields({ subject, fields, said, set }: { subject: Subject; fields: Field[]; said: Said; set: (change: Partial<Said>) => void }) {
  const { t } = useTranslation();
  const has = (field: Field) => fields.includes(field);
  const ways = subject.kind === "request" ? WAYS : WAYS.filter((way) => (way === "direct") === (subject.way === "direct"));
  return (
    <Stack>
      {has("route") && (
        <div className="rr-two">
          <Select size="md" label={t("desk.way")} allowDeselect={false} value={said.way} data={ways.map((way) => ({ value: way, label: word(t, "way", way) }))}
            onChange={(way) => set({ way: (way ?? said.way) as Way, site: way === "station" ? said.site : null })} />
          {said.way === "station" && <SiteSelect size="md" label={t("desk.station")} value={said.site} onChange={(site) => set({ site })} />}
        </div>
      )}
      {has("journey") && (
        <div className="rr-two">
          <TextInput size="md" label={t("relief.vehicle")} maxLength={40} value={said.vehicle} onChange={(event) => set({ vehicle: event.currentTarget.value })} />
          <TextInput size="md" type="date" label={t("relief.due")} value={said.due} onChange={(event) => set({ due: event.currentTarget.value })} />
        </div>
      )}
      {has("from") && <SiteSelect size="md" clearable label={t("relief.takeFrom")} placeholder={t("relief.anySite")} value={said.from} onChange={(from) => set({ from })} />}
      {has("home") && <SiteSelect size="md" clearable label={t("relief.backTo")} placeholder={t("relief.whereItCameFrom")} value={said.home} onChange={(home) => set({ home })} />}
      {has("lines") && <Lines lines={subject.lines ?? []} said={said} set={set} />}
      {has("parcels") && <Parcels consignment={subject.id} said={said} set={set} />}
      {(has("reason") || has("why")) && (
        <Textarea size="md" label={t("goods.reason")} withAsterisk={has("why")} autosize minRows={2} maxLength={500} value={said.reason}
          description={t("relief.noPersons")} onChange={(event) => set({ reason: event.currentTarget.value })} />
      )}
    </Stack>
  );
}

function Ask({ subject, event, onClose }: { subject: Subject; event: string; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [, go] = useLocation();
  const fields = ASKS[subject.kind][event] ?? [];
  const name = `${subject.kind}-${event}`;
  const [said, setSaid] = useState<Said>({ reason: "", way: subject.way, site: subject.site, from: null, home: null, vehicle: subject.vehicle ?? "", due: subject.due ?? "", lines: {}, parcels: [] });
  const decide = useMutation({
    mutationFn: () => relief.decide(subject.kind, subject.id, event, body(subject.kind, fields, said)),
    onSuccess: (done) => {
      void client.invalidateQueries({ predicate: ({ queryKey }) => TOUCHED.includes(String(queryKey[0])) });
      onClose();
      if (done.id && done.id !== subject.id) go(`/${subject.kind}s/${done.id}`);
    },
  });
  return (
    <Dialog title={word(t, "deed", name)} onClose={onClose}>
      <Sure question={word(t, "deedSure", name)} facts={[word(t, "deedFact", name)]} action={word(t, "deed", name)} danger={HURTS.has(event)} pending={decide.isPending} error={decide.error}
        onBack={onClose} onSure={() => !lacks(fields, said) && decide.mutate()}>
        <Fields subject={subject} fields={fields} said={said} set={(change) => setSaid({ ...said, ...change })} />
        {lacks(fields, said) && <div className="rr-small rr-dim">{fields.includes("why") ? t("goods.reasonNeeded") : t("goods.choose")}</div>}
      </Sure>
    </Dialog>
  );
}

/** A button for each decision that the hub says may be made now; what takes it a step further stands out. */
export function Decisions({ subject, may, children }: { subject: Subject; may: string[]; children?: React.ReactNode }) {
  const { t } = useTranslation();
  const [event, setEvent] = useState<string | null>(null);
  const offered = Object.keys(ASKS[subject.kind]).filter((each) => may.includes(each));
  if (offered.length === 0 && !children) return null;
  return (
    <Group gap="sm" className="rr-noprint rr-deeds" role="group" aria-label={t("common.actions")}>
      {children}
      {offered.map((each) => (
        <Button key={each} size="md" onClick={() => setEvent(each)} color={HURTS.has(each) ? "red" : undefined} variant={HURTS.has(each) ? "light" : STEPS.has(each) ? "filled" : "default"}>
          {word(t, "deed", `${subject.kind}-${each}`)}
        </Button>
      ))}
      {event && <Ask subject={subject} event={event} onClose={() => setEvent(null)} />}
    </Group>
  );
}
