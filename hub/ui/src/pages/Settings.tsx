/** How this hub is set up: what is changed here, and what stands in its hub.toml. */
import { Button, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useMay } from "../access";
import { catalogue, type Settings as Shown } from "../calls/catalogue";
import { useFormat } from "../format";
import { Icon } from "../parts/icons";
import { Page, Tag } from "../parts/Page";
import { faultsOf, Refused } from "../parts/Refused";
import { Loaded } from "../parts/States";

function Prefix({ now }: { now: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const may = useMay();
  const [prefix, setPrefix] = useState(now);
  const save = useMutation({
    mutationFn: () => catalogue.putPrefix(prefix.trim()),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["settings"] }),
  });
  const writes = may("PUT /numbering");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={submit} className="rr-card rr-pad">
      <h2 className="rr-section" style={{ marginTop: 0 }}>{t("settings.numbering")}</h2>
      <p className="rr-dim">{t("settings.numberingHelp")}</p>
      <div className="rr-filters" style={{ alignItems: "end" }}>
        <TextInput size="md" label={t("settings.prefix")} inputMode="numeric" maxLength={12} spellCheck={false} disabled={!writes} value={prefix}
          error={faultsOf(save.error).company_prefix} onChange={(event) => setPrefix(event.currentTarget.value)} />
        {writes && <Button size="md" type="submit" loading={save.isPending} disabled={prefix.trim() === now || !prefix.trim()}>{t("catalogue.save")}</Button>}
      </div>
      <Refused error={save.error} shown={["company_prefix"]} />
      {save.isSuccess && prefix.trim() === now && <p role="status"><Tag tone="ok">{t("settings.saved")}</Tag></p>}
    </form>
  );
}

function Told({ shown }: { shown: Shown }) {
  const { t } = useTranslation();
  const format = useFormat();
  const rows: [string, React.ReactNode, string][] = [
    [t("settings.listening"), <Tag tone={shown.listening ? "ok" : "plain"}>{t(shown.listening ? "settings.listeningOn" : "settings.listeningOff")}</Tag>, "relay-hub up --listen"],
    [t("settings.notices"), shown.notices ? <Tag tone="ok">{shown.notices}</Tag> : <Tag tone="warn">{t("settings.noticesOff")}</Tag>, "[notices] url"],
    [t("settings.keep"), t("settings.keepDays", { n: format.number(shown.keep_days) }), "[privacy] keep_days"],
    [t("settings.publicUrl"), shown.public_url ? <span className="rr-any">{shown.public_url}</span> : <Tag tone="plain">{t("settings.publicUrlOff")}</Tag>, "[http] public_url"],
    [t("settings.version"), <span className="rr-mono">{shown.version}</span>, ""],
    [t("settings.ledger"), <span className="rr-mono">{shown.ledger}</span>, ""],
  ];
  return (
    <div className="rr-card rr-pad">
      <h2 className="rr-section" style={{ marginTop: 0 }}>{t("settings.told")}</h2>
      <p className="rr-dim">{t("settings.toldHelp")}</p>
      <dl className="rr-pairs">
        {rows.map(([name, value, where]) => <div key={name}><dt>{name}</dt><dd>{value}{where && <div className="rr-small rr-dim"><code className="rr-mono">{where}</code></div>}</dd></div>)}
      </dl>
    </div>
  );
}

export default function Settings() {
  const { t } = useTranslation();
  const may = useMay();
  const shown = useQuery({ queryKey: ["settings"], queryFn: catalogue.settings });
  return (
    <Page title={t("settings.title")} lead={t("settings.lead")} asOf={shown.dataUpdatedAt} actions={
      <>
        {may("PUT /organisations") && <Button size="md" variant="default" component={Link} href="/setup" leftSection={<Icon name="check" size={18} />}>{t("setup.title")}</Button>}
        {may("GET /rates") && <Button size="md" variant="default" component={Link} href="/incidents/rates">{t("rates.title")}</Button>}
      </>
    }>
      <Loaded query={shown} rows={6}>{(found) => <Told shown={found} />}</Loaded>
      {shown.data && <Prefix now={shown.data.company_prefix} />}
      <p className="rr-small"><a href="/third-party-notices.md" target="_blank" rel="noreferrer">{t("settings.thirdParty")}</a></p>
    </Page>
  );
}
