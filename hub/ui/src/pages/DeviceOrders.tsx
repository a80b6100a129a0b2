/** What was asked of one device, and what it said of it; administrators ask here. */
import { Alert, Button, Group, Modal, Stack, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../access";
import { api, type Asked, type Command, type CommandState, type Configuration, type WishState } from "../api";
import { Icon } from "../parts/icons";
import { Ago, Tag, type Tone } from "../parts/Page";
import { Loaded } from "../parts/States";

const LONGEST = 1000;
const TONES: Record<CommandState | WishState, Tone> = {
  waiting: "plain",
  delivered: "note",
  done: "ok",
  applied: "ok",
  failed: "bad",
  refused: "bad",
  expired: "warn",
  "rolled-back": "warn",
};

function useStates(): Record<CommandState | WishState, string> {
  const { t } = useTranslation();
  return {
    waiting: t("orders.waiting"),
    delivered: t("orders.delivered"),
    done: t("orders.done"),
    applied: t("orders.applied"),
    failed: t("orders.failed"),
    refused: t("orders.refused"),
    expired: t("orders.expired"),
    "rolled-back": t("orders.rolledBack"),
  };
}

function useNames(): (name: string) => string {
  const { t } = useTranslation();
  const known: Record<string, string> = {
    message: t("orders.message"),
    identify: t("orders.identify"),
    restart: t("orders.restart"),
    "report-health": t("orders.health"),
    "renew-certificate": t("orders.renew"),
  };
  return (name) => known[name] ?? name;
}

function Said({ state, overdue }: { state: CommandState | WishState; overdue?: boolean }) {
  const { t } = useTranslation();
  const states = useStates();
  return (
    <div className="rr-presence">
      <Tag tone={TONES[state]}>{states[state]}</Tag>
      {overdue && <Tag tone="warn" title={t("orders.overdueHelp")}>{t("orders.overdue")}</Tag>}
    </div>
  );
}

function One({ command }: { command: Command }) {
  const name = useNames();
  return (
    <li style={{ display: "flex", gap: 12, justifyContent: "space-between", alignItems: "start", padding: "8px 0" }}>
      <div style={{ minWidth: 0, overflowWrap: "anywhere" }}>
        <div><span className="rr-strong">{name(command.name)}</span>{command.args.text && <> · {command.args.text}</>}</div>
        <div className="rr-small rr-dim">{command.issued_by} · <Ago at={command.issued_at} /></div>
        {command.detail && <div className="rr-small">{command.detail}</div>}
      </div>
      <Said state={command.state} overdue={command.overdue} />
    </li>
  );
}

function Wish({ wish }: { wish: Configuration }) {
  const { t } = useTranslation();
  if (wish.version === null || wish.state === null) return <div className="rr-small rr-dim">{t("orders.noWish")}</div>;
  return (
    <div>
      <Group justify="space-between">
        <span>{t("orders.version", { n: wish.version })}</span>
        <Said state={wish.state} />
      </Group>
      <div className="rr-small rr-dim">{wish.issued_by} · <Ago at={wish.issued_at} /></div>
      {wish.detail && <div className="rr-small" style={{ overflowWrap: "anywhere" }}>{wish.detail}</div>}
    </div>
  );
}

function Ask({ device }: { device: string }) {
  const { t } = useTranslation();
  const name = useNames();
  const client = useQueryClient();
  const [text, setText] = useState("");
  const ask = useMutation({
    mutationFn: (asked: Asked) => api.command(device, asked),
    onSuccess: (_, asked) => {
      if (asked.name === "message") setText("");
      void client.invalidateQueries({ queryKey: ["commands", device] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim()) ask.mutate({ name: "message", args: { text: text.trim() } });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Textarea label={t("orders.text")} description={t("orders.textHelp")} autosize minRows={2} maxRows={6} maxLength={LONGEST} value={text}
          onChange={(event) => setText(event.currentTarget.value)} />
        {ask.error && <Alert color="red" variant="light" role="alert">{ask.error.message}</Alert>}
        <Group justify="space-between">
          <Group gap="sm">
            <Button variant="default" loading={ask.isPending} onClick={() => ask.mutate({ name: "identify", args: {} })}>{name("identify")}</Button>
            <Button variant="default" loading={ask.isPending}
              onClick={() => window.confirm(t("orders.sureRestart", { device })) && ask.mutate({ name: "restart", args: {} })}>
              {name("restart")}
            </Button>
          </Group>
          <Button type="submit" loading={ask.isPending} disabled={!text.trim()} leftSection={<Icon name="arrow" size={18} />}>{t("orders.send")}</Button>
        </Group>
      </Stack>
    </form>
  );
}

export function Orders({ name }: { name: string }) {
  const { t } = useTranslation();
  const may = useMay();
  const commands = useQuery({ queryKey: ["commands", name], queryFn: () => api.commands(name) });
  const wish = useQuery({ queryKey: ["configuration", name], queryFn: () => api.configuration(name) });
  return (
      <Stack>
        {may("POST /devices/{name}/commands") && <Ask device={name} />}
        <section aria-label={t("orders.configuration")}>
          <h2 className="rr-small rr-strong">{t("orders.configuration")}</h2>
          <Loaded query={wish}>{(data) => <Wish wish={data} />}</Loaded>
        </section>
        <section aria-label={t("orders.list")}>
          <h2 className="rr-small rr-strong">{t("orders.list")}</h2>
          <Loaded query={commands}>
            {(data) => data.rows.length === 0 ? <div className="rr-small rr-dim">{t("orders.empty")}</div> : (
              <ul style={{ listStyle: "none", margin: 0, padding: 0 }}>{data.rows.map((row) => <One key={row.id} command={row} />)}</ul>
            )}
          </Loaded>
        </section>
      </Stack>
  );
}

export function DeviceOrders({ device, onClose }: { device: string | null; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened={device !== null} onClose={onClose} size="lg" closeButtonProps={{ "aria-label": t("common.close") }}
      title={<strong>{t("orders.title", { device: device ?? "" })}</strong>}>
      {device !== null && <Orders name={device} />}
    </Modal>
  );
}
