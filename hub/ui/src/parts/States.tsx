/** The four states that every part of a page can be in besides showing its data. */
import { Button, Skeleton } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { ApiError } from "../api";
import { word } from "../i18n";
import { Page } from "./Page";
import { Icon, type IconName } from "./icons";

export function Message({ icon, title, children }: { icon: IconName; title: string; children?: ReactNode }) {
  return (
    <div className="rr-state">
      <Icon name={icon} size={36} />
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export function Empty({ icon, title, help, children }: { icon: IconName; title: string; help: string; children?: ReactNode }) {
  return (
    <Message icon={icon} title={title}>
      <p>{help}</p>
      {children}
    </Message>
  );
}

export function Loading({ rows = 5 }: { rows?: number }) {
  const { t } = useTranslation();
  return (
    <div className="rr-pad" role="status" aria-label={t("state.loading")}>
      {Array.from({ length: rows }, (_, index) => (
        <Skeleton key={index} height={18} radius="sm" my={12} width={`${96 - ((index * 13) % 40)}%`} />
      ))}
    </div>
  );
}

export function Failure({ error, retry }: { error: unknown; retry: () => void }) {
  const { t } = useTranslation();
  if (error instanceof ApiError && error.status === 403) {
    return <Empty icon="quarantine" title={t("state.forbiddenTitle")} help={t("state.forbidden")} />;
  }
  const away = error instanceof ApiError && error.status === 0;
  const said = error instanceof Error ? error.message : String(error);
  return (
    <div role="alert">
      <Message icon={away ? "unlink" : "alert"} title={error instanceof ApiError && !away ? word(t, "problem", error.code, t("state.errorTitle")) : t("state.errorTitle")}>
        <p>{away ? t("state.unreachable") : <span lang="en">{said}</span>}</p>
        {error instanceof ApiError && error.hint && <p lang="en">{error.hint}</p>}
        <Button variant="default" onClick={retry}>{t("state.retry")}</Button>
      </Message>
    </div>
  );
}

/** Shows what a query has: also old data while the hub is away, for old and marked is better than gone. */
export function Loaded<T>({ query, rows, children }: {
  query: UseQueryResult<T>;
  rows?: number;
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) return <Failure error={query.error} retry={() => void query.refetch()} />;
  return <Loading rows={rows} />;
}

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Page title={t("state.notFoundTitle")} lead={t("state.notFound")}>
      <div><Button component={Link} href="/" variant="default">{t("state.home")}</Button></div>
    </Page>
  );
}
