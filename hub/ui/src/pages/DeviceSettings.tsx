/** Where a device stands, and what the hub wishes it to be set to. What is left empty stays as the device's own file has it. */
import { Button, Group, NumberInput, Select, Stack, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../access";
import { api, type Configuration, type Device } from "../api";
import { word } from "../i18n";
import { Dialog } from "../parts/Dialog";
import { OwnerSelect, SiteSelect } from "../parts/Pickers";
import { Refused } from "../parts/Refused";
import { Loaded } from "../parts/States";

type Table = Record<string, string | number | boolean>;
type Settings = Record<string, Table | Table[]>;
const LEVELS = ["debug", "info", "warning", "error"];
const CONFIRM = ["ack", "echo", "none"];
/** What a scanner can be set to do: the actions of wire/actions.py, in the order of the work. */
const ACTIONS = [
  "receive", "put-away", "move", "pick", "pack", "unpack", "load", "unload", "depart", "arrive", "hand-over", "refuse", "attempt",
  "return", "quarantine", "release", "expire", "dispose", "damage", "lose", "find", "sight",
];
const MOST_PORTS = 8;
const MOST_RATE_HZ = 10;

const tableOf = (settings: Settings, name: string): Table => {
  const found = settings[name];
  return found === undefined || Array.isArray(found) ? {} : found;
};
const rowsOf = (settings: Settings, name: string): Table[] => {
  const found = settings[name];
  return Array.isArray(found) ? found : [];
};

/** Without what is empty: a key that is not there stays as the device has it. */
function filled(settings: Settings): Settings {
  const of = (table: Table) => Object.fromEntries(Object.entries(table).filter(([, value]) => value !== ""));
  const all = Object.entries(settings).map(([name, value]): [string, Table | Table[]] =>
    [name, Array.isArray(value) ? value.map(of).filter((row) => Object.keys(row).some((key) => key !== "port")) : of(value)]);
  return Object.fromEntries(all.filter(([, value]) => Object.keys(value).length > 0));
}

function Scanner({ said, onSay, onDrop }: { said: Table; onSay: (said: Table) => void; onDrop: () => void }) {
  const { t } = useTranslation();
  const text = (key: string) => String(said[key] ?? "");
  const put = (key: string, value: string | null) => onSay({ ...said, [key]: value ?? "" });
  const field = (key: string, label: string, description: string, most: number) => (
    <TextInput size="md" label={label} description={description} spellCheck={false} autoCapitalize="off" maxLength={most} value={text(key)} onChange={(event) => put(key, event.currentTarget.value.trim())} />
  );
  return (
    <Stack gap="sm" role="group" aria-label={t("configure.scanner")} className="rr-card rr-pad">
      <div className="rr-two">
        {field("port", t("configure.port"), t("configure.portHelp"), 200)}
        <Select size="md" clearable searchable label={t("configure.do")} description={t("configure.doHelp")} value={text("do") || null}
          data={ACTIONS.map((value) => ({ value, label: word(t, "action", value) }))} onChange={(value) => put("do", value)} />
      </div>
      <div className="rr-two">
        {field("from", t("configure.from"), t("configure.accountHelp"), 100)}
        {field("to", t("configure.to"), t("configure.accountHelp"), 100)}
      </div>
      <div className="rr-two">
        <OwnerSelect size="md" clearable label={t("configure.owner")} description={t("configure.ownerHelp")} value={text("owner") || null} onChange={(value) => put("owner", value)} />
        <Select size="md" clearable label={t("configure.confirm")} description={t("configure.confirmHelp")} value={text("confirm") || null} data={CONFIRM} onChange={(value) => put("confirm", value)} />
      </div>
      {field("by", t("configure.by"), t("configure.byHelp"), 100)}
      <Group justify="flex-end"><Button size="md" variant="subtle" onClick={onDrop}>{t("configure.drop")}</Button></Group>
    </Stack>
  );
}

function Receiver({ said, onSay, onDrop }: { said: Table; onSay: (said: Table) => void; onDrop: () => void }) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm" role="group" aria-label={t("configure.gnss")} className="rr-card rr-pad">
      <div className="rr-two">
        <TextInput size="md" label={t("configure.port")} description={t("configure.gnssPortHelp")} spellCheck={false} autoCapitalize="off" maxLength={200} value={String(said.port ?? "")}
          onChange={(event) => onSay({ ...said, port: event.currentTarget.value.trim() })} />
        <NumberInput size="md" label={t("configure.rate")} description={t("configure.between", { min: 1, max: MOST_RATE_HZ })} allowDecimal={false} min={1} max={MOST_RATE_HZ} value={(said.rate_hz as number | undefined) ?? ""}
          onChange={(value) => onSay({ ...said, rate_hz: value })} />
      </div>
      <Group justify="flex-end"><Button size="md" variant="subtle" onClick={onDrop}>{t("configure.drop")}</Button></Group>
    </Stack>
  );
}

function Form({ device, wish, onDone }: { device: string; wish: Configuration; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [said, setSaid] = useState(() => wish.settings as Settings);
  const save = useMutation({
    mutationFn: () => api.wish(device, filled(said)),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["configuration", device] });
      onDone();
    },
  });
  const put = (name: string, key: string, value: string | number | null) => setSaid({ ...said, [name]: { ...tableOf(said, name), [key]: value ?? "" } });
  const number = (name: string, key: string, label: string, min: number, max: number) => (
    <NumberInput size="md" label={label} description={t("configure.between", { min, max })} allowDecimal={false} min={min} max={max} value={(tableOf(said, name)[key] as number | undefined) ?? ""}
      onChange={(value) => put(name, key, value)} />
  );
  const ports = (name: "scanner" | "gnss", Row: typeof Scanner, add: string) => {
    const rows = rowsOf(said, name);
    return (
      <>
        {rows.map((row, at) => (
          <Row key={at} said={row} onSay={(changed) => setSaid({ ...said, [name]: rows.map((each, n) => (n === at ? changed : each)) })}
            onDrop={() => setSaid({ ...said, [name]: rows.filter((_, n) => n !== at) })} />
        ))}
        {rows.length < MOST_PORTS && <div><Button size="md" variant="default" onClick={() => setSaid({ ...said, [name]: [...rows, {}] })}>{add}</Button></div>}
      </>
    );
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={submit} aria-label={t("configure.settings")}>
      <Stack>
        <p className="rr-dim">{t("configure.help")}</p>
        {ports("scanner", Scanner, t("configure.addScanner"))}
        {ports("gnss", Receiver, t("configure.addGnss"))}
        <div className="rr-two">
          {number("outbox", "keep_days", t("configure.keepDays"), 1, 3650)}
          {number("outbox", "limit_mib", t("configure.limitMib"), 16, 1_048_576)}
        </div>
        <Select size="md" clearable label={t("configure.level")} value={String(tableOf(said, "log").level ?? "") || null} data={LEVELS} onChange={(value) => put("log", "level", value)} />
        <div className="rr-two">
          <TextInput size="md" label={t("configure.host")} description={t("configure.hostHelp")} spellCheck={false} autoCapitalize="off" maxLength={253} value={String(tableOf(said, "hub").host ?? "")}
            onChange={(event) => put("hub", "host", event.currentTarget.value.trim())} />
          {number("hub", "port", t("configure.hubPort"), 1, 65_535)}
        </div>
        <Refused error={save.error} />
        <Group justify="flex-end"><Button size="md" type="submit" loading={save.isPending}>{t("configure.wish")}</Button></Group>
      </Stack>
    </form>
  );
}

function Place({ device }: { device: Device }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [site, setSite] = useState(device.site);
  const save = useMutation({
    mutationFn: () => api.place(device.name, site),
    onSuccess: () => client.invalidateQueries({ queryKey: ["devices"] }),
  });
  return (
    <Stack gap="sm">
      <SiteSelect size="md" clearable label={t("configure.stands")} description={t("configure.standsHelp")} value={site} onChange={setSite} />
      <Refused error={save.error} />
      <Group justify="flex-end"><Button size="md" variant="default" loading={save.isPending} disabled={site === device.site} onClick={() => save.mutate()}>{t("configure.place")}</Button></Group>
    </Stack>
  );
}

export function DeviceSettings({ device, onClose }: { device: Device; onClose: () => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const wishes = may("PUT /devices/{name}/configuration");
  const wish = useQuery({ queryKey: ["configuration", device.name], queryFn: () => api.configuration(device.name), enabled: wishes });
  return (
    <Dialog title={t("configure.title", { device: device.name })} onClose={onClose}>
      <Stack>
        {may("PUT /devices/{name}/site") && <Place device={device} />}
        {wishes && <Loaded query={wish} rows={4}>{(data) => <Form device={device.name} wish={data} onDone={onClose} />}</Loaded>}
      </Stack>
    </Dialog>
  );
}
