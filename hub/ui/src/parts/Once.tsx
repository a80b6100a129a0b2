/** A secret that is shown this once: as text to copy, if given also as a QR code, and what to do with it. */
import { Alert, Button, CopyButton, Group, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Icon } from "./icons";

export function Secret({ label, value }: { label: string; value: string }) {
  const { t } = useTranslation();
  return (
    <section aria-label={label}>
      <Group justify="space-between" mb={6}>
        <span className="rr-small rr-strong">{label}</span>
        <CopyButton value={value}>
          {({ copied, copy }) => (
            <Button size="sm" variant="default" aria-label={t("once.copy", { what: label })} leftSection={<Icon name={copied ? "check" : "copy"} size={16} />} onClick={copy}>
              {copied ? t("common.copied") : t("common.copy")}
            </Button>
          )}
        </CopyButton>
      </Group>
      <code className="rr-command" lang="en">{value}</code>
    </section>
  );
}

export function Once({ steps, qr, qrAlt, children, onDone }: {
  steps: string[];
  qr?: string;
  qrAlt?: string;
  children: ReactNode;
  onDone: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Stack>
      <Alert color="yellow" variant="light" icon={<Icon name="alert" />}>{t("once.warning")}</Alert>
      <ol className="rr-facts">{steps.map((step) => <li key={step}>{step}</li>)}</ol>
      <div className={qr ? "rr-invite" : undefined}>
        {qr && <figure className="rr-qr"><img src={"data:image/svg+xml," + encodeURIComponent(qr)} alt={qrAlt} /></figure>}
        <Stack gap="lg">{children}</Stack>
      </div>
      <Group justify="flex-end"><Button size="md" onClick={onDone}>{t("once.done")}</Button></Group>
    </Stack>
  );
}
