/** Paging by cursor: the cursor stands in the address, so a page can be sent to someone and Back works. */
import { Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { Icon } from "./icons";

export function Pager({ cursor, next, onCursor }: {
  cursor: string | null;
  next: string | null;
  onCursor: (cursor: string | null) => void;
}) {
  const { t } = useTranslation();
  if (!cursor && !next) return null;
  return (
    <Group component="nav" aria-label={t("common.pageLabel")} justify="flex-end" gap="sm" className="rr-noprint">
      <Button variant="default" disabled={!cursor} onClick={() => onCursor(null)}>{t("common.first")}</Button>
      <Button variant="default" disabled={!cursor} onClick={() => history.back()} leftSection={<Icon name="left" size={16} />}>
        {t("common.previous")}
      </Button>
      <Button variant="default" disabled={!next} onClick={() => onCursor(next)} rightSection={<Icon name="right" size={16} />}>
        {t("common.next")}
      </Button>
    </Group>
  );
}
