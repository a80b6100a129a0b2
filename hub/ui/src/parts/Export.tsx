/** A list as a file, with what its filters show; or the page on paper. */
import { Button, Menu } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { useMay, type Deed } from "../access";
import { file, query } from "../api";
import { save } from "../saving";
import { Dialog } from "./Dialog";
import { Icon } from "./icons";
import { Refused } from "./Refused";

/** Of 100,000 rows an XLSX takes the hub half a minute, and others may be before us. */
const PATIENCE_MS = 180_000;
type Kind = "xlsx" | "csv";
type Filter = Record<string, string | number | null | undefined>;
type Listed<Path> = Path extends `GET /exports/${infer List}.csv` ? List : never;

/** The lists that can be had as files. */
export type List = Listed<Deed>;

/** `filter`: as the list itself is asked, without its cursor; a string is taken as it is. */
export function Export({ list, filter = {} }: { list: List; filter?: Filter | string }) {
  const { t } = useTranslation();
  const allowed = useMay()(`GET /exports/${list}.csv` as Deed);
  const fetched = useMutation({
    mutationFn: (kind: Kind) => {
      const wanted = typeof filter === "string" ? filter : query({ ...filter, cursor: null, limit: null });
      return file("GET", `/exports/${list}.${kind}${wanted}`, undefined, PATIENCE_MS);
    },
    onSuccess: (content, kind) => save(content, `${list}-${new Date().toISOString().slice(0, 10)}.${kind}`),
  });
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button size="md" variant="default" className="rr-noprint" aria-busy={fetched.isPending} loading={fetched.isPending} leftSection={<Icon name="save" size={18} />}>{t("list.export")}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          {allowed && <Menu.Label>{t("list.whole")}</Menu.Label>}
          {allowed && <Menu.Item onClick={() => fetched.mutate("xlsx")}>{t("list.xlsx")}</Menu.Item>}
          {allowed && <Menu.Item onClick={() => fetched.mutate("csv")}>{t("list.csv")}</Menu.Item>}
          <Menu.Item leftSection={<Icon name="print" size={18} />} onClick={() => print()}>{t("list.print")}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {fetched.isPending && <span className="rr-sr" role="status">{t("list.preparing")}</span>}
      {fetched.error && <Dialog title={t("list.failed")} size="md" onClose={fetched.reset}><Refused error={fetched.error} /></Dialog>}
    </>
  );
}
