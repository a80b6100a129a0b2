/** Adding a device: a name and a kind, then its configuration with the password, shown this once. */
import { Alert, Button, Code, CopyButton, Group, Modal, SegmentedControl, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { api, ApiError, type NewDevice } from "../api";
import { Icon } from "../parts/icons";

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

export function AddDevice({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [kind, setKind] = useState("scanner");
  const [saved, setSaved] = useState(false);
  const create = useMutation({
    mutationFn: () => api.addDevice(name, kind),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["devices"] }),
  });
  const done = () => {
    onClose();
    create.reset();
    setName("");
    setSaved(false);
  };
  const close = () => {
    if (create.data && !saved && !window.confirm(t("devices.sureClose"))) return;
    done();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (NAME.test(name)) create.mutate();
  };
  const error = create.error;
  const taken = error instanceof ApiError && error.status === 409;
  return (
    <Modal opened={opened} onClose={close} size="lg" closeButtonProps={{ "aria-label": t("common.close") }}
      title={<strong>{create.data ? t("devices.created", { name: create.data.name }) : t("devices.add")}</strong>}>
      {create.data ? <Ready device={create.data} onDone={done} onSaved={() => setSaved(true)} /> : (
        <form onSubmit={submit}>
          <Stack>
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
                create.reset();
              }} />
            {error && !taken && <Alert color="red" variant="light" role="alert">{error.message}</Alert>}
            <Group justify="flex-end"><Button type="submit" loading={create.isPending} disabled={!NAME.test(name)}>{t("devices.create")}</Button></Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
