/** Words that a list is searched for: sent a moment after the last key, and kept in the address. */
import { CloseButton, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { Icon } from "./icons";
import { useTyped } from "./Pickers";

export function SearchField({ value, set, label, help }: { value: string | null; set: (value: string | null) => void; label?: string; help?: string }) {
  const { t } = useTranslation();
  const [text, setText] = useTyped(value, set);
  return (
    <TextInput type="search" label={label ?? t("list.search")} placeholder={help ?? t("list.searchHelp")} title={help ?? t("list.searchHelp")} value={text} spellCheck={false} maxLength={100} className="rr-search"
      leftSection={<Icon name="search" size={18} />} rightSection={text && <CloseButton aria-label={t("common.clear")} onClick={() => { setText(""); set(null); }} />}
      onChange={(event) => setText(event.currentTarget.value)} onKeyDown={(event) => event.key === "Enter" && set(text.trim() || null)} />
  );
}
