/** Header, navigation and the room for a page. Below 768 px the navigation folds away behind a button. */
import { ActionIcon, AppShell, Burger, Group } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";

import { api, query } from "../api";
import { useMay } from "../access";
import { useNow } from "../clock";
import { summaryQuery } from "../first";
import { useFormat } from "../format";
import { word } from "../i18n";
import { useLink } from "../live";
import { address, menuOf } from "../menu";
import { useUser } from "../session";
import { Icon, Mark } from "./icons";
import { LinkBanner, LinkSign } from "./LinkBanner";
import { Tag, type Tone } from "./Page";
import { Preferences } from "./Preferences";
import { ScanField, useWedge } from "./ScanField";
import { Bell, useWatch } from "./Watch";

const userMenu = () => import("./UserMenu");
const UserMenu = lazy(userMenu);

function Navigation({ onGo }: { onGo: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const user = useUser();
  const may = useMay();
  const [path] = useLocation();
  const summary = useQuery({ ...summaryQuery, enabled: may("GET /summary") }).data;
  const watched = useWatch();
  const marks: Record<string, [number, Tone]> = {
    alerts: [watched.total, watched.open?.open["1"] ? "bad" : "warn"],
    quarantine: [summary?.quarantined ?? 0, "warn"],
    discrepancies: [summary?.discrepancies ?? 0, "bad"],
  };
  return (
    <>
      {menuOf(user.role).map(({ group, entries }) => (
        <div key={group} role="group" aria-labelledby={`menu-${group}`} className="rr-navgroup">
          <div id={`menu-${group}`} className="rr-navhead">{word(t, "navGroup", group)}</div>
          {entries.map(({ page, icon }) => {
            const [count, tone] = marks[page] ?? [0, "plain" as Tone];
            const here = path === address(page) || (page !== "overview" && path.startsWith(`${address(page)}/`));
            return (
              <Link key={page} href={address(page)} onClick={onGo} aria-current={here ? "page" : undefined}>
                <Icon name={icon} />
                {word(t, "nav", page)}
                {count > 0 && <Tag tone={tone}>{format.number(count)}</Tag>}
              </Link>
            );
          })}
        </div>
      ))}
    </>
  );
}

function Footer() {
  const format = useFormat();
  const { hub } = useLink();
  const region = useQuery({ queryKey: ["region"], queryFn: api.region, staleTime: 300_000 }).data;
  const now = useNow();
  return (
    <div className="rr-navfoot">
      {region?.name && <div className="rr-strong">{format.name(region)}</div>}
      <div>{format.time(now)}</div>
      {hub && <div title={hub.ledger}>{hub.version} · <span className="rr-mono">{hub.ledger.slice(0, 6)}</span></div>}
    </div>
  );
}

/** What opens and places menus is loaded when somebody reaches for it. */
function UserButton() {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState(false);
  const label = t("account.menu", { name: useUser().name });
  const button = (
    <ActionIcon variant="subtle" color="gray" c="inherit" size="lg" aria-label={label} title={label} aria-haspopup="menu"
      onPointerEnter={() => void userMenu().catch(() => undefined)} onClick={() => setWanted(true)}>
      <Icon name="user" />
    </ActionIcon>
  );
  return wanted ? <Suspense fallback={button}><UserMenu /></Suspense> : button;
}

export function Shell({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [opened, { toggle, close }] = useDisclosure(false);
  const [path, go] = useLocation();
  const may = useMay();
  const trace = (code: string) => {
    if (!may("GET /trace")) return;
    close();
    go("/trace" + query({ code }));
  };
  useWedge(trace);
  return (
    <AppShell
      header={{ height: 58 }}
      navbar={{ width: 232, breakpoint: "sm", collapsed: { mobile: !opened } }}
      padding={{ base: "md", md: "lg" }}
    >
      <a className="rr-skip" href="#content">{t("skip")}</a>
      <AppShell.Header className="rr-frame">
        <Group h="100%" px={{ base: 8, sm: "md" }} gap={8} wrap="nowrap" justify="space-between">
          <Group gap={6} wrap="nowrap">
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm"
              aria-label={opened ? t("nav.close") : t("nav.open")} aria-expanded={opened} />
            <Link href="/" className="rr-brand" aria-label={t("brand")}>
              <Mark size={30} />
              <span className="rr-brandname">{t("brand")}</span>
            </Link>
          </Group>
          {path !== "/trace" && may("GET /trace") && <ScanField onScan={trace} visibleFrom="md" w="min(380px, 34vw)" />}
          <Group gap={4} wrap="nowrap" className="rr-headtools">
            <LinkSign />
            {may("GET /trace") && (
              <ActionIcon component={Link} href="/trace" variant="subtle" color="gray" c="inherit" size="lg" hiddenFrom="md"
                aria-label={t("trace.title")} title={t("trace.title")}>
                <Icon name="scan" />
              </ActionIcon>
            )}
            <Bell />
            <Preferences />
            <UserButton />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className="rr-frame">
        <nav className="rr-nav" aria-label={t("nav.label")}>
          <Navigation onGo={close} />
          <Footer />
        </nav>
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} style={{ outline: "none" }}>
        <LinkBanner />
        {children}
      </AppShell.Main>
    </AppShell>
  );
}
