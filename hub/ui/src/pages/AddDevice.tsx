/**
 * Adding a device: a name and a kind; then a code to join by, or, where the hub lets in nobody from other machines,
 * its configuration with the password, shown this once.
 */
import { Alert, Button, Code, CopyButton, Group, Modal, SegmentedControl, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { api, ApiError, type Devices, type NewDevice } from "../api";
import { Icon } from "../parts/icons";
import { Invitation } from "./Invitation";

const NAME = /^[a-z0-9-]{1,40}$/;

function save(device: NewDevice): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([device.config], { type: "application/toml" }));
  link.download = "edge.toml";
  link.click();
  URL.revokeObjectURL(link.href);
}

function Ready({ device, onDone, onSaved }: { device: NewDevice; onDone: () => void; onSaved: () => void }) {
  const { t } = useTranslation();
  return (
    <Stack>
      <Alert color="yellow" variant="light" icon={<Icon name="alert" />}>{t("devices.once")}</Alert>
      <div className="rr-small">{t("devices.steps")}</div>
      <Code block aria-label={t("devices.configLabel")} tabIndex={0} style={{ maxHeight: 320, overflow: "auto" }}>{device.config}</Code>
      <Group justify="space-between">
        <Group gap="sm">
          <CopyButton value={device.config}>
            {({ copied, copy }) => (
              <Button variant="default" leftSection={<Icon name={copied ? "check" : "copy"} size={18} />}
                onClick={() => {
                  copy();
                  onSaved();
                }}>
                {copied ? t("common.copied") : t("common.copy")}
              </Button>
            )}
          </CopyButton>
          <Button variant="default" leftSection={<Icon name="save" size={18} />}
            onClick={() => {
              save(device);
              onSaved();
            }}>
            {t("devices.download")}
          </Button>
        </Group>
        <Button onClick={onDone}>{t("devices.done")}</Button>
      </Group>
    </Stack>
  );
}

/** Asks for kind and name. `known` says that the name is taken: no fault for an invitation, which then replaces. */
function Ask({ listening, known, taken, error, pending, onName, onAsk }: {
  listening: boolean;
  known: (name: string) => boolean;
  taken: boolean;
  error: Error | null;
  pending: boolean;
  onName: () => void;
  onAsk: (name: string, kind: string) => void;
}) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [kind, setKind] = useState("scanner");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (NAME.test(name)) onAsk(name, kind);
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {!listening && <Alert variant="light" icon={<Icon name="link" />}>{t("invite.notListening")} <code className="rr-mono">relay-hub up --listen</code></Alert>}
        <SegmentedControl aria-label={t("common.kind")} fullWidth value={kind} onChange={setKind} data={[
          { value: "scanner", label: t("devices.scannerKind") },
          { value: "terminal", label: t("devices.terminalKind") },
          { value: "vehicle", label: t("devices.vehicleKind") },
        ]} />
        <TextInput label={t("devices.name")} description={t("devices.nameHelp")} value={name} required withAsterisk={false} data-autofocus
          spellCheck={false} autoCapitalize="off" autoComplete="off" maxLength={40}
          error={name !== "" && !NAME.test(name) ? t("devices.nameWrong") : taken ? t("devices.nameTaken") : undefined}
          onChange={(event) => {
            setName(event.currentTarget.value);
            onName();
          }} />
        {listening && known(name) && <Alert color="yellow" variant="light" role="status" icon={<Icon name="alert" />}>{t("invite.replaces", { device: name })}</Alert>}
        {error && !taken && <Alert color="red" variant="light" role="alert">{error.message}</Alert>}
        <Group justify="flex-end">
          <Button type="submit" loading={pending} disabled={!NAME.test(name)}>{listening ? t("invite.make") : t("devices.create")}</Button>
        </Group>
      </Stack>
    </form>
  );
}

export function AddDevice({ opened, devices, onClose }: { opened: boolean; devices: Devices | undefined; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [saved, setSaved] = useState(false);
  const create = useMutation({
    mutationFn: ({ name, kind }: { name: string; kind: string }) => api.addDevice(name, kind),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["devices"] }),
  });
  const invite = useMutation({ mutationFn: ({ name, kind }: { name: string; kind: string }) => api.invite(name, kind) });
  const listening = !!devices?.listening;
  const forget = () => {
    create.reset();
    invite.reset();
  };
  const done = () => {
    onClose();
    forget();
    setSaved(false);
  };
  const close = () => {
    if (create.data && !saved && !window.confirm(t("devices.sureClose"))) return;
    done();
  };
  const error = create.error ?? invite.error;
  const title = invite.data ? t("invite.title", { device: invite.data.device }) : create.data ? t("devices.created", { name: create.data.name }) : t("devices.add");
  const step = () => {
    if (invite.data) {
      const { device, kind } = invite.data;
      return <Invitation made={invite.data} onAgain={() => invite.mutate({ name: device, kind })} again={invite.isPending} onDone={done} />;
    }
    if (create.data) return <Ready device={create.data} onDone={done} onSaved={() => setSaved(true)} />;
    return (
      <Ask listening={listening} known={(name) => !!devices?.devices.some((each) => each.name === name)}
        taken={!listening && error instanceof ApiError && error.status === 409} error={error} pending={create.isPending || invite.isPending} onName={forget}
        onAsk={(name, kind) => (listening ? invite : create).mutate({ name, kind })} />
    );
  };
  return (
    <Modal opened={opened} onClose={close} size={invite.data ? "xl" : "lg"} closeButtonProps={{ "aria-label": t("common.close") }} title={<strong>{title}</strong>}>
      {step()}
    </Modal>
  );
}
