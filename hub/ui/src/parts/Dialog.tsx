/** Dialogs: the frame that all share (the whole screen on a phone), and the question before something that hurts. */
import { Button, Group, Modal, Stack } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Refused } from "./Refused";

export function Dialog({ title, size = "lg", onClose, children }: { title: string; size?: string; onClose: () => void; children: ReactNode }) {
  const { t } = useTranslation();
  const small = useMediaQuery("(max-width: 40em)");
  return (
    <Modal opened onClose={onClose} size={size} fullScreen={small} closeButtonProps={{ "aria-label": t("common.close"), size: "lg" }} title={<strong>{title}</strong>}>
      {children}
    </Modal>
  );
}

/** What will happen, in sentences, and two large buttons; the harmless one has the focus. */
export function Sure({ question, facts, action, danger = true, pending, error, onSure, onBack, children }: {
  question: string;
  facts: string[];
  action: string;
  danger?: boolean;
  pending: boolean;
  error: Error | null;
  onSure: () => void;
  onBack: () => void;
  children?: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <Stack role="group" aria-label={question}>
      <div className="rr-strong">{question}</div>
      {facts.length > 0 && <ul className="rr-facts">{facts.map((fact) => <li key={fact}>{fact}</li>)}</ul>}
      {children}
      <Refused error={error} />
      <Group justify="space-between">
        <Button size="md" variant="default" onClick={onBack} data-autofocus autoFocus>{t("ask.back")}</Button>
        <Button size="md" color={danger ? "red.9" : undefined} loading={pending} onClick={onSure}>{action}</Button>
      </Group>
    </Stack>
  );
}
