/** From an empty hub to the first scan: what has to be there, in order, and what is there already. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useMay, type Deed } from "../../access";
import { catalogue } from "../../calls/catalogue";
import { people } from "../../calls/people";
import { devicesQuery } from "../../first";
import { useFormat } from "../../format";
import { useOwners, useSites } from "../../parts/Account";
import { Dialog } from "../../parts/Dialog";
import { Icon, type IconName } from "../../parts/icons";
import { Page, Tag } from "../../parts/Page";
import { useUser } from "../../session";
import { AddDevice } from "../AddDevice";
import { ItemForm } from "../catalogue/ItemForm";
import { OrganisationForm } from "../catalogue/OrganisationForm";
import { SiteForm } from "../catalogue/SiteForm";
import { Invite } from "../people/Invite";

type Name = "organisations" | "sites" | "items" | "people" | "devices";
interface Step {
  name: Name;
  icon: IconName;
  deed: Deed;
  /** How many there are; null: not known yet, or not for this role. */
  count: number | null;
  href: string;
  form: (done: () => void) => ReactNode;
}

function useSteps(): Step[] {
  const { t } = useTranslation();
  const may = useMay();
  const owners = useOwners();
  const sites = useSites();
  const items = useQuery({ queryKey: ["items"], queryFn: catalogue.items });
  const devices = useQuery({ ...devicesQuery, enabled: may("GET /devices") });
  const user = useUser();
  const others = useQuery({ queryKey: ["people", "setup"], queryFn: () => people.list({}), enabled: may("GET /users") });
  return [
    { name: "organisations", icon: "user", deed: "PUT /organisations", count: owners.data?.organisations.length ?? null, href: "/catalogue/organisations",
      form: (done) => <Dialog title={t("setup.organisationsAdd")} onClose={done}><OrganisationForm old={null} taken={(owners.data?.organisations ?? []).map((each) => each.id)} onDone={done} /></Dialog> },
    { name: "sites", icon: "warehouse", deed: "PUT /sites", count: sites.data?.sites.length ?? null, href: "/catalogue/sites",
      form: (done) => <Dialog title={t("setup.sitesAdd")} onClose={done}><SiteForm old={null} taken={(sites.data?.sites ?? []).map((each) => each.id)} onDone={done} /></Dialog> },
    { name: "items", icon: "stock", deed: "PUT /items", count: items.data?.items.length ?? null, href: "/catalogue",
      form: (done) => <Dialog title={t("setup.itemsAdd")} onClose={done}><ItemForm old={null} taken={(items.data?.items ?? []).map((each) => each.gtin)} onDone={done} /></Dialog> },
    { name: "people", icon: "phone", deed: "POST /users", count: others.data ? others.data.rows.filter((each) => each.name !== user.name).length : null, href: "/people",
      form: (done) => <Invite onClose={done} /> },
    { name: "devices", icon: "devices", deed: "POST /devices", count: devices.data?.devices.length ?? null, href: "/devices",
      form: (done) => <AddDevice opened devices={devices.data} onClose={done} /> },
  ];
}

function StepCard({ step, at, first }: { step: Step; at: number; first: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const [open, setOpen] = useState(false);
  const done = step.count !== null && step.count > 0;
  return (
    <li className="rr-card rr-pad rr-step" data-done={done || undefined} data-next={first || undefined} aria-current={first ? "step" : undefined}>
      <span className="rr-step-mark" aria-hidden="true">{done ? <Icon name="check" size={22} /> : at}</span>
      <div>
        <h2>{t(`setup.${step.name}`)} {done && <Tag tone="ok">{t("setup.there", { n: format.number(step.count ?? 0) })}</Tag>}</h2>
        <p className="rr-dim">{t(`setup.${step.name}Help`)}</p>
        <div className="rr-deeds">
          {may(step.deed) && <Button size="md" variant={first ? "filled" : "default"} leftSection={<Icon name="plus" size={18} />} onClick={() => setOpen(true)}>{t(`setup.${step.name}Add`)}</Button>}
          {done && <Button size="md" variant="subtle" component={Link} href={step.href}>{t("setup.see")}</Button>}
        </div>
      </div>
      {open && step.form(() => setOpen(false))}
    </li>
  );
}

export default function Setup() {
  const { t } = useTranslation();
  const steps = useSteps();
  const next = steps.findIndex((step) => step.count === 0);
  const known = steps.every((step) => step.count !== null);
  const may = useMay();
  return (
    <Page title={t("setup.title")} lead={t("setup.lead")} actions={may("POST /imports") && (
      <Button size="md" variant="default" component={Link} href="/import" leftSection={<Icon name="importing" size={18} />}>{t("setup.import")}</Button>
    )}>
      {known && next < 0 && (
        <div className="rr-card rr-calm" role="status">
          <Icon name="check" size={28} />
          <div><div className="rr-strong">{t("setup.ready")}</div><div className="rr-dim">{t("setup.readyHelp")}</div></div>
        </div>
      )}
      <ol className="rr-steps">{steps.map((step, at) => <StepCard key={step.name} step={step} at={at + 1} first={known && at === next} />)}</ol>
    </Page>
  );
}
