/** Printing: labels for places, trade items and goods without a barcode, and command cards, as PDF or for a label printer. */
import { Button, Checkbox, NumberInput, SegmentedControl, Select, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { MOST_LABELS, printing, type Form, type Label, type Paper } from "../calls/printing";
import { useFormat } from "../format";
import { word } from "../i18n";
import { Icon } from "../parts/icons";
import { Page } from "../parts/Page";
import { SiteSelect, useFilters } from "../parts/Pickers";
import { Refused } from "../parts/Refused";
import { Empty, Loaded } from "../parts/States";
import { save } from "../saving";
import { NOTHING, PrintItem, useItemLabel } from "./PrintItem";

const KINDS = ["place", "item", "goods", "cards"] as const;
type Kind = (typeof KINDS)[number];
const LABELS = ["100x50", "70x40", "50x25", "100x150"];
const SHEETS = ["210x297", "148x210"];
const DPIS = ["203", "300", "600"];
const MOST_COPIES = 100;

function paperOf(size: string, dpi: string): Paper {
  const [width, height] = size.split("x").map(Number);
  return { width_mm: width ?? 100, height_mm: height ?? 50, dpi: Number(dpi) };
}

/** Choosing out of what there is: narrowed by a text, and all of it at once. */
function Choose({ all, chosen, set }: { all: Label[]; chosen: Set<string>; set: (chosen: Set<string>) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [text, setText] = useState("");
  const found = all.filter((each) => `${each.code} ${each.title}`.toLowerCase().includes(text.trim().toLowerCase()));
  const shown = found.slice(0, MOST_LABELS);
  const toggle = (code: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(code);
    else next.delete(code);
    set(next);
  };
  return (
    <div className="rr-pad">
      <div className="rr-filters" style={{ alignItems: "end" }}>
        <TextInput size="md" label={t("print.search")} value={text} onChange={(event) => setText(event.currentTarget.value)} />
        <div className="rr-deeds">
          <Button size="md" variant="default" onClick={() => set(new Set([...chosen, ...shown.map((each) => each.code)]))}>{t("print.all", { n: format.number(shown.length) })}</Button>
          <Button size="md" variant="default" disabled={chosen.size === 0} onClick={() => set(new Set())}>{t("print.none")}</Button>
        </div>
      </div>
      <div className="rr-choices" role="group" aria-label={t("print.which")}>
        {shown.map((each) => <Checkbox key={each.code} size="md" checked={chosen.has(each.code)} label={<span className="rr-any">{each.title}</span>} onChange={(event) => toggle(each.code, event.currentTarget.checked)} />)}
      </div>
      {found.length > shown.length && <div className="rr-small rr-dim">{t("print.first", { n: format.number(shown.length), all: format.number(found.length) })}</div>}
    </div>
  );
}

function useLabels(kind: Kind, site: string | null) {
  const format = useFormat();
  const bins = useQuery({ queryKey: ["bins", site], queryFn: () => printing.bins(site ?? ""), enabled: kind === "place" && site !== null });
  const goods = useQuery({ queryKey: ["goods-codes"], queryFn: printing.goods, enabled: kind === "goods" });
  const labels: Label[] = kind === "place" ? (bins.data?.bins ?? []).map((bin) => ({ code: `${site}/${bin.code}`, title: bin.code.toUpperCase() }))
    : (goods.data?.codes ?? []).map((each) => ({ code: each.code, title: format.name(each) || each.code }));
  const query: UseQueryResult<unknown> = kind === "place" ? bins : goods;
  return { query, labels };
}

export default function Print() {
  const { t } = useTranslation();
  const format = useFormat();
  const { values, set } = useFilters(["kind", "site", "size", "dpi", "format"] as const);
  const kind: Kind = KINDS.find((each) => each === values.kind) ?? "place";
  const sizes = kind === "cards" ? SHEETS : LABELS;
  const size = values.size && sizes.includes(values.size) ? values.size : sizes[0]!;
  const form: Form = values.format === "zpl" ? "zpl" : "pdf";
  const dpi = values.dpi && DPIS.includes(values.dpi) ? values.dpi : form === "zpl" ? "203" : "300";
  const [chosen, setChosen] = useState<Set<string>>(new Set());
  const [copies, setCopies] = useState<string | number>(1);
  const [tasks, setTasks] = useState("");
  const { query, labels } = useLabels(kind, values.site);
  const [item, setItem] = useState(NOTHING);
  const itemLabel = useItemLabel(item);
  const wanted = kind === "item" ? (itemLabel ? [itemLabel] : []) : labels.filter((each) => chosen.has(each.code));
  const paper = paperOf(size, dpi);
  const print = useMutation({
    mutationFn: () => kind === "cards"
      ? printing.cards(tasks.split("\n").map((task) => task.trim()).filter(Boolean), paper, form)
      : printing.labels(kind, wanted, paper, Number(copies), form, kind === "item" && item.square),
    onSuccess: (drawn) => save(drawn, `${kind === "cards" ? "command-cards" : `${kind}-labels`}.${form}`),
  });
  const change = (name: "kind" | "site", value: string | null) => {
    setChosen(new Set());
    print.reset();
    set(name, value);
  };
  const amount = wanted.length * Number(copies);
  const sized = (each: string) => t("print.mm", { width: each.split("x")[0], height: each.split("x")[1] });
  return (
    <Page title={t("print.title")} lead={t("print.lead")}>
      <SegmentedControl size="md" fullWidth aria-label={t("print.what")} value={kind} onChange={(value) => change("kind", value)} data={KINDS.map((value) => ({ value, label: word(t, "labelKind", value) }))} />
      <div className="rr-card">
        {kind === "place" && <div className="rr-pad"><SiteSelect size="md" value={values.site} onChange={(value) => change("site", value)} /></div>}
        {kind === "cards" ? (
          <div className="rr-pad">
            <p style={{ marginTop: 0 }}>{t("print.cardsHelp")}</p>
            <Textarea size="md" label={t("print.tasks")} description={t("print.tasksHelp")} autosize minRows={2} value={tasks} onChange={(event) => setTasks(event.currentTarget.value)} />
          </div>
        ) : kind === "item" ? <PrintItem said={item} onSay={setItem} />
        : kind === "place" && !values.site ? <Empty icon="warehouse" title={t("print.chooseSite")} help={t("print.chooseSiteHelp")} /> : (
          <Loaded query={query}>
            {() => labels.length === 0 ? <Empty icon="print" title={t("print.empty")} help={kind === "place" ? t("print.noPlaces") : t("print.noGoods")} />
              : <Choose key={kind + values.site} all={labels} chosen={chosen} set={setChosen} />}
          </Loaded>
        )}
      </div>
      <div className="rr-card rr-pad rr-filters">
        <Select size="md" label={t("print.size")} allowDeselect={false} value={size} data={sizes.map((value) => ({ value, label: sized(value) }))} onChange={(value) => set("size", value)} />
        <Select size="md" label={t("print.form")} allowDeselect={false} value={form} data={[{ value: "pdf", label: t("print.pdf") }, { value: "zpl", label: t("print.zpl") }]} onChange={(value) => set("format", value)} />
        <Select size="md" label={t("print.dpi")} allowDeselect={false} value={dpi} data={DPIS} onChange={(value) => set("dpi", value)} />
        {kind !== "cards" && <NumberInput size="md" label={t("print.copies")} min={1} max={MOST_COPIES} allowDecimal={false} value={copies} onChange={setCopies} />}
      </div>
      <Refused error={print.error} />
      <div className="rr-deeds" style={{ alignItems: "center", justifyContent: "flex-end" }}>
        <span role="status">{kind === "cards" ? t("print.sheets", { size: sized(size) }) : wanted.length > MOST_LABELS ? t("print.tooMany", { n: format.number(MOST_LABELS) }) : t("print.amount", { n: format.number(amount), size: sized(size) })}</span>
        <Button size="md" leftSection={<Icon name="print" size={18} />} loading={print.isPending} disabled={kind !== "cards" && (amount < 1 || wanted.length > MOST_LABELS || Number(copies) > MOST_COPIES)} onClick={() => print.mutate()}>{t("print.draw")}</Button>
      </div>
    </Page>
  );
}
