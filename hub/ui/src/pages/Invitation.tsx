/** An invitation: the code to type, the QR code to scan, how long they are good, and whether the device has joined. */
import { Alert, Button, CopyButton, Group, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { useTranslation } from "react-i18next";

import { api, ApiError, type Invitation as Made } from "../api";
import { useNow } from "../clock";
import { useFormat } from "../format";
import { Icon } from "../parts/icons";
import { Tag } from "../parts/Page";
import { Message } from "../parts/States";

type Stage = "waiting" | "joined" | "over" | "withdrawn";

/** "59:07", "1:00:00". */
function countdown(ms: number): string {
  const all = Math.max(0, Math.ceil(ms / 1_000));
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes, seconds] = [Math.floor(all / 3_600), Math.floor(all / 60) % 60, all % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** What became of it; the live feed has the question asked again whenever something about devices changes. */
function useStage(made: Made, now: number): Stage {
  const state = useQuery({
    queryKey: ["devices", made.device, "invitation", made.expires_at],
    queryFn: () => api.invitation(made.device),
  });
  if (state.error instanceof ApiError && state.error.status === 404) return "withdrawn";
  if (state.data && Date.parse(state.data.expires_at) !== Date.parse(made.expires_at)) return "withdrawn";
  if (state.data?.used_at) return "joined";
  return now >= Date.parse(made.expires_at) ? "over" : "waiting";
}

function Copy({ value, label }: { value: string; label: string }) {
  const { t } = useTranslation();
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Button size="compact-sm" variant="default" aria-label={label} leftSection={<Icon name={copied ? "check" : "copy"} size={16} />} onClick={copy}>
          {copied ? t("common.copied") : t("common.copy")}
        </Button>
      )}
    </CopyButton>
  );
}

function Ways({ made }: { made: Made }) {
  const { t } = useTranslation();
  const groups = made.code.split("-");
  const [code, command] = [useId(), useId()];
  return (
    <div className="rr-invite">
      <figure className="rr-qr">
        <img src={"data:image/svg+xml," + encodeURIComponent(made.qr_svg)} alt={t("invite.qrAlt", { device: made.device })} />
        <figcaption className="rr-small rr-dim">{t("invite.scan")} <code className="rr-mono rr-line">relay-edge join --scanner auto</code></figcaption>
      </figure>
      <Stack gap="lg">
        <section aria-labelledby={code}>
          <Group justify="space-between" mb={6}><h3 id={code} className="rr-small rr-strong">{t("invite.code")}</h3><Copy value={made.code} label={t("invite.copyCode")} /></Group>
          <div className="rr-code" lang="en">
            {groups.map((group, at) => <span key={at}>{group}{at < groups.length - 1 && <span className="rr-dim">-</span>}</span>)}
          </div>
        </section>
        <section aria-labelledby={command}>
          <Group justify="space-between" mb={6}>
            <h3 id={command} className="rr-small rr-strong">{t("invite.command")}</h3><Copy value={made.command} label={t("invite.copyCommand")} />
          </Group>
          <code className="rr-command">{made.command}</code>
        </section>
      </Stack>
    </div>
  );
}

export function Invitation({ made, onAgain, again, onDone }: { made: Made; onAgain: () => void; again: boolean; onDone: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const stage = useStage(made, now);
  const left = Date.parse(made.expires_at) - now;
  return (
    <Stack>
      <div className="rr-presence">
        <div role="status">
          {stage === "waiting" && <Tag tone="note" dot="hollow">{t("invite.waiting")}</Tag>}
          {stage === "joined" && <Message icon="check" title={t("invite.joined", { device: made.device })}><p>{t("invite.joinedHelp")}</p></Message>}
          {stage === "over" && <Message icon="clock" title={t("invite.over")}><p>{t("invite.overHelp")}</p></Message>}
          {stage === "withdrawn" && <Message icon="clock" title={t("invite.withdrawn")}><p>{t("invite.withdrawnHelp")}</p></Message>}
        </div>
        {stage === "waiting" && (
          <div className="rr-small">
            <span role="timer" aria-live="off" className="rr-strong" style={left < 60_000 ? { color: "var(--rr-warn)" } : undefined}>{t("invite.left", { time: countdown(left) })}</span>
            <span className="rr-dim"> · {t("invite.until", { time: format.time(made.expires_at) })}</span>
          </div>
        )}
      </div>
      {stage === "waiting" && made.replaces && (
        <Alert color="yellow" variant="light" icon={<Icon name="alert" />}>{t("invite.replaces", { device: made.device })}</Alert>
      )}
      {stage === "waiting" && <Ways made={made} />}
      <Group justify="flex-end" gap="sm">
        {stage !== "joined" && <Button variant="default" loading={again} onClick={onAgain}>{t("invite.again")}</Button>}
        <Button onClick={onDone}>{t("common.close")}</Button>
      </Group>
    </Stack>
  );
}
