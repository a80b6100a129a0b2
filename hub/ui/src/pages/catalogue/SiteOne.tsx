/** One site: what was said of it, its bins, and what there is to do with it. */
import { Button, Group, NumberInput, Select, Stack, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useMay } from "../../access";
import { query } from "../../api";
import { BIN_KINDS, catalogue, type BinInput, type BinWhole, type SiteWhole } from "../../calls/catalogue";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { useOwnerName } from "../../parts/Account";
import { Dialog, Sure } from "../../parts/Dialog";
import { Icon } from "../../parts/icons";
import { Page } from "../../parts/Page";
import { OwnerSelect } from "../../parts/Pickers";
import { faultsOf, Refused } from "../../parts/Refused";
import { Empty, Loaded, NotFound } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { SiteForm } from "./SiteForm";
import { inputOf } from "./Sites";

const CODE = /^[^\s/]{1,40}$/;
const NEW_BIN: BinInput = { code: "", kind: "shelf", owner: null, pallets: null, volume_dm3: null };

function BinForm({ site, old, taken, onDone }: { site: string; old: BinInput | null; taken: string[]; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [said, setSaid] = useState<BinInput>(old ?? NEW_BIN);
  const set = (change: Partial<BinInput>) => setSaid({ ...said, ...change });
  const save = useMutation({
    mutationFn: () => catalogue.putBin(site, said),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["bins", site] });
      onDone();
    },
  });
  const clash = !old && taken.includes(said.code);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!clash) save.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput size="md" label={t("catalogue.binCode")} description={t("catalogue.binCodeHelp")} required withAsterisk={false} data-autofocus disabled={old !== null} spellCheck={false} autoCapitalize="off" maxLength={40}
          value={said.code} error={said.code && !CODE.test(said.code) ? t("catalogue.binCodeWrong") : clash ? t("catalogue.idTaken") : undefined} onChange={(event) => set({ code: event.currentTarget.value })} />
        <div className="rr-two">
          <Select size="md" label={t("common.kind")} allowDeselect={false} value={said.kind ?? "shelf"} data={BIN_KINDS.map((kind) => ({ value: kind, label: word(t, "binKind", kind) }))} onChange={(kind) => set({ kind: (kind ?? "shelf") as BinInput["kind"] })} />
          <NumberInput size="md" label={t("catalogue.pallets")} min={0} max={1_000_000} allowDecimal={false} value={said.pallets ?? ""} onChange={(value) => set({ pallets: value === "" ? null : Number(value) })} />
        </div>
        <OwnerSelect size="md" clearable label={t("catalogue.binOwner")} description={t("catalogue.binOwnerHelp")} value={said.owner ?? null} error={faultsOf(save.error)["bins/0/owner"]} onChange={(owner) => set({ owner })} />
        <Refused error={save.error} />
        <Group justify="flex-end"><Button size="md" type="submit" loading={save.isPending} disabled={!CODE.test(said.code) || clash}>{t("catalogue.save")}</Button></Group>
      </Stack>
    </form>
  );
}

function Bins({ site }: { site: SiteWhole }) {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const client = useQueryClient();
  const ownerName = useOwnerName();
  const [editing, setEditing] = useState<{ old: BinWhole | null } | null>(null);
  const [leaving, setLeaving] = useState<string | null>(null);
  const list = useQuery({ queryKey: ["bins", site.id], queryFn: () => catalogue.bins(site.id) });
  const remove = useMutation({
    mutationFn: (code: string) => catalogue.removeBin(site.id, code),
    onSuccess: async () => {
      setLeaving(null);
      await client.invalidateQueries({ queryKey: ["bins", site.id] });
    },
  });
  const writes = may("PUT /sites/{site}/bins");
  const columns: Column<BinWhole>[] = [
    { key: "code", title: t("catalogue.binCode"), lead: true, cell: (row) => <Link href={"/stock" + query({ account: `place:${site.id}/${row.code}` })} className="rr-strong rr-mono">{row.code}</Link> },
    { key: "kind", title: t("common.kind"), cell: (row) => word(t, "binKind", row.kind) },
    { key: "owner", title: t("catalogue.binOwner"), empty: (row) => !row.owner, cell: (row) => row.owner && ownerName(row.owner) },
    { key: "pallets", title: t("catalogue.pallets"), num: true, empty: (row) => row.pallets === null, cell: (row) => row.pallets !== null && format.number(row.pallets) },
    ...(writes ? [{ key: "do", title: "", cell: (row: BinWhole) => (
      <div className="rr-deeds">
        <Button variant="default" aria-label={t("catalogue.changeOne", { name: row.code })} onClick={() => setEditing({ old: row })}>{t("catalogue.change")}</Button>
        <Button variant="light" color="red" aria-label={t("catalogue.removeBin", { code: row.code })} onClick={() => setLeaving(row.code)}>{t("catalogue.remove")}</Button>
      </div>
    ) }] : []),
  ];
  return (
    <section aria-labelledby="bins">
      <Group justify="space-between" mb="sm">
        <h2 className="rr-section" id="bins" style={{ margin: 0 }}>{t("catalogue.bins")}</h2>
        <Group gap="sm" className="rr-noprint">
          <Button variant="default" component={Link} href={"/print" + query({ kind: "place", site: site.id })} leftSection={<Icon name="print" size={18} />}>{t("catalogue.printBins")}</Button>
          {writes && <Button leftSection={<Icon name="plus" size={18} />} onClick={() => setEditing({ old: null })}>{t("catalogue.addBin")}</Button>}
        </Group>
      </Group>
      <div className="rr-card">
        <Loaded query={list}>
          {({ bins }) => bins.length === 0 ? <Empty icon="stock" title={t("catalogue.noBins")} help={t("catalogue.noBinsHelp")} />
            : <Table label={t("catalogue.bins")} columns={columns} rows={bins} rowKey={(row) => row.code} />}
        </Loaded>
      </div>
      {editing && (
        <Dialog title={editing.old ? t("catalogue.change") : t("catalogue.addBin")} onClose={() => setEditing(null)}>
          <BinForm site={site.id} old={editing.old} taken={(list.data?.bins ?? []).map((bin) => bin.code)} onDone={() => setEditing(null)} />
        </Dialog>
      )}
      {leaving !== null && (
        <Dialog title={t("catalogue.removeBin", { code: leaving })} size="md" onClose={() => setLeaving(null)}>
          <Sure question={t("catalogue.removeBinSure", { code: leaving })} facts={[t("catalogue.removeBinFact")]} action={t("catalogue.remove")} pending={remove.isPending} error={remove.error}
            onSure={() => remove.mutate(leaving)} onBack={() => setLeaving(null)} />
        </Dialog>
      )}
    </section>
  );
}

export default function SiteOne({ id }: { id: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const ownerName = useOwnerName();
  const [changing, setChanging] = useState(false);
  const list = useQuery({ queryKey: ["sites"], queryFn: catalogue.sites });
  const site = list.data?.sites.find((each) => each.id === id);
  if (list.data && !site) return <NotFound />;
  const said: [string, string][] = !site ? [] : [
    [t("common.kind"), word(t, "siteKind", site.kind)],
    [t("catalogue.where"), `${site.lat.toFixed(5)}, ${site.lon.toFixed(5)}`],
    [t("catalogue.zone"), site.zone],
    [t("catalogue.hours"), site.hours || t("catalogue.noHours")],
    [t("nav.stock"), t("map.units", { n: format.number(site.stock) })],
    [t("catalogue.warn_days"), format.number(site.warn_days)],
    ...(site.kind === "station" ? [[t("catalogue.keep_days"), format.number(site.keep_days)], [t("catalogue.remind_days"), format.number(site.remind_days)], [t("catalogue.mark"), String(site.mark ?? t("common.none"))]] as [string, string][] : []),
    ...(site.rule_owner ? [[t("catalogue.ruleOwner"), ownerName(site.rule_owner)]] as [string, string][] : []),
  ];
  return (
    <Page title={site ? format.name(site) ?? id : id} asOf={list.dataUpdatedAt} actions={site && (
      <>
        <Button size="md" variant="default" component={Link} href={"/map" + query({ site: id })} leftSection={<Icon name="map" size={18} />}>{t("nav.map")}</Button>
        <Button size="md" variant="default" component={Link} href={"/stock" + query({ site: id })} leftSection={<Icon name="stock" size={18} />}>{t("nav.stock")}</Button>
        {may("PUT /sites") && <Button size="md" onClick={() => setChanging(true)}>{t("catalogue.change")}</Button>}
      </>
    )}>
      <div><Link href="/catalogue/sites"><Icon name="left" size={16} style={{ verticalAlign: "-3px" }} /> {t("catalogue.sites")}</Link></div>
      <Loaded query={list}>
        {() => site && (
          <>
            <div className="rr-card rr-pad"><dl className="rr-pairs">{said.map(([name, value]) => <div key={name}><dt>{name}</dt><dd className="rr-any">{value}</dd></div>)}</dl></div>
            {may("GET /sites/{site}/bins") && <Bins site={site} />}
          </>
        )}
      </Loaded>
      {site && changing && <Dialog title={t("catalogue.change")} onClose={() => setChanging(false)}><SiteForm old={inputOf(site)} taken={[]} onDone={() => setChanging(false)} /></Dialog>}
    </Page>
  );
}
