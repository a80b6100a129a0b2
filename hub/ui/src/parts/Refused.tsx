/** What the hub refused: its faults at their fields, and the rest in a box. */
import { Alert } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { ApiError } from "../api";
import { word } from "../i18n";
import { Icon } from "./icons";

/** The faults of an error by the field that they belong to: `name` for `body.name`. */
export function faultsOf(error: unknown): Record<string, string> {
  const found: Record<string, string> = {};
  if (!(error instanceof ApiError)) return found;
  for (const fault of error.faults) {
    const field = fault.pointer?.replace(/^#\/?/, "") || fault.field.replace(/^body\./, "");
    found[field] ??= `${fault.message}. ${fault.remedy}`;
  }
  return found;
}

/** `shown`: the fields at which the form itself shows what is wrong. */
export function Refused({ error, shown = [] }: { error: unknown; shown?: readonly string[] }) {
  const { t } = useTranslation();
  if (!error) return null;
  if (!(error instanceof ApiError)) return <Alert color="red" variant="light" role="alert" icon={<Icon name="alert" />}>{String(error)}</Alert>;
  const faults = faultsOf(error);
  const others = Object.entries(faults).filter(([field]) => !shown.includes(field));
  const allShown = error.faults.length > 0 && others.length === 0;
  const title = word(t, "problem", error.code, t("refused.title"));
  return (
    <Alert color="red" variant="light" role="alert" icon={<Icon name="alert" />} title={title}>
      {error.status === 0 ? t("state.unreachable") : allShown ? t("refused.fields") : error.faults.length > 0
        ? <ul className="rr-facts" lang="en">{others.map(([field, said]) => <li key={field}><strong>{field}</strong>: {said}</li>)}</ul>
        : <div lang="en">{error.message}</div>}
      {error.hint && !error.hint.includes("/api/") && !error.faults.length && <div lang="en">{error.hint}</div>}
    </Alert>
  );
}
