/** By what a device is let in and until when; administrators give it a new code here, or throw it out. */
import { Alert, Button, Group, Modal, Stack } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, type Device } from "../api";
import { useNow } from "../clock";
import { useFormat } from "../format";
import { Icon } from "../parts/icons";
import { Tag } from "../parts/Page";
import { Message } from "../parts/States";
import { Invitation } from "./Invitation";

/** Devices renew their certificate when a third of its year is left: one that ends this soon could not for months. */
const SOON_DAYS = 30;
const DAY_MS = 86_400_000;

function daysLeft(device: Device, now: number): number | null {
  return device.certificate_until === null ? null : (Date.parse(device.certificate_until) - now) / DAY_MS;
}

/** How long it is let in: quiet while there is time, amber when it ends soon, red when it is over. */
export function Access({ device }: { device: Device }) {
  const { t } = useTranslation();
  const format = useFormat();
  const left = daysLeft(device, useNow());
  if (left === null || device.certificate_until === null) {
    return device.access === "password" && <span className="rr-small rr-dim">{t("access.password")}</span>;
  }
  const day = format.date(device.certificate_until.slice(0, 10));
  if (left <= 0) return <Tag tone="bad" title={t("access.overHelp")}>{t("access.over", { date: day })}</Tag>;
  if (left < SOON_DAYS) return <Tag tone="warn" title={t("access.soonHelp")}>{t("access.soon", { date: day })}</Tag>;
  return <span className="rr-small rr-dim rr-nowrap">{t("access.until", { date: day })}</span>;
}

function State({ device, listening, onInvite, inviting, onRevoke }: {
  device: Device;
  listening: boolean;
  onInvite: () => void;
  inviting: boolean;
  onRevoke: () => void;
}) {
  const { t } = useTranslation();
  const left = daysLeft(device, useNow());
  const help = left === null ? null : left <= 0 ? t("access.overHelp") : left < SOON_DAYS ? t("access.soonHelp") : t("access.renewHelp");
  return (
    <Stack>
      <div><Access device={device} /></div>
      {help && <div className="rr-small rr-dim">{help}</div>}
      <div className="rr-small rr-dim">{listening ? t("access.newCodeHelp") : t("access.notListening")}</div>
      <Group justify="space-between">
        <Button variant="light" color="red" onClick={onRevoke}>{t("access.revoke")}</Button>
        {listening && <Button variant="default" loading={inviting} onClick={onInvite}>{t("access.newCode")}</Button>}
      </Group>
    </Stack>
  );
}

function Sure({ device, listening, onSure, revoking, onBack }: {
  device: string;
  listening: boolean;
  onSure: () => void;
  revoking: boolean;
  onBack: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Stack role="group" aria-label={t("access.sure", { device })}>
      <div className="rr-strong">{t("access.sure", { device })}</div>
      <ul className="rr-facts">
        <li>{t("access.sureCut")}</li>
        <li>{t("access.sureKept")}</li>
        <li>{listening ? t("access.sureBack") : t("access.sureBackPassword")}</li>
      </ul>
      <Group justify="space-between">
        <Button variant="default" onClick={onBack} data-autofocus autoFocus>{t("access.back")}</Button>
        <Button color="red.9" loading={revoking} onClick={onSure}>{t("access.revoke")}</Button>
      </Group>
    </Stack>
  );
}

/** Closed by `onClose`; who opens it for another device gives it another key. */
export function DeviceAccess({ device, listening, onClose }: { device: Device; listening: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const renewed = () => void client.invalidateQueries({ queryKey: ["devices"] });
  const invite = useMutation({ mutationFn: () => api.invite(device.name, null) });
  const revoke = useMutation({ mutationFn: () => api.revoke(device.name), onSuccess: renewed });
  const error = invite.error ?? revoke.error;
  const step = () => {
    if (revoke.data) {
      return (
        <Stack>
          <div role="status"><Message icon="check" title={t("access.revoked", { device: device.name })}><p>{revoke.data.hint || t("access.revokedHelp")}</p></Message></div>
          <Group justify="flex-end"><Button onClick={onClose} autoFocus>{t("common.close")}</Button></Group>
        </Stack>
      );
    }
    if (invite.data) return <Invitation made={invite.data} onAgain={() => invite.mutate()} again={invite.isPending} onDone={onClose} />;
    if (asking) return <Sure device={device.name} listening={listening} onSure={() => revoke.mutate()} revoking={revoke.isPending} onBack={() => setAsking(false)} />;
    return <State device={device} listening={listening} onInvite={() => invite.mutate()} inviting={invite.isPending} onRevoke={() => setAsking(true)} />;
  };
  return (
    <Modal opened onClose={onClose} size={invite.data ? "xl" : "md"} closeButtonProps={{ "aria-label": t("common.close") }}
      title={<strong>{t("access.title", { device: device.name })}</strong>}>
      <Stack>
        {error && <Alert color="red" variant="light" role="alert" icon={<Icon name="alert" />}>{error.message}</Alert>}
        {step()}
      </Stack>
    </Modal>
  );
}
