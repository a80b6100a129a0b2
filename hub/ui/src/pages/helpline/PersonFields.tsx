/** Who somebody is: the fields of a recipient. */
import { Chip, Group, SegmentedControl, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { GROUPS, type Group as Kind, type Personal } from "../../calls/helpline";
import { word } from "../../i18n";

export const PERSON_FIELDS = ["name", "phone", "address", "note", "language", "groups"];
export const NOBODY: Personal = { name: "", phone: "", address: "", language: "zh", note: "", groups: [] };

export function GroupChips({ groups, onChange }: { groups: Kind[]; onChange: (groups: Kind[]) => void }) {
  const { t } = useTranslation();
  return (
    <div role="group" aria-label={t("desk.groups")}>
      <Text size="sm" fw={500} mb={6}>{t("desk.groups")}</Text>
      <Chip.Group multiple value={groups} onChange={(chosen) => onChange(chosen as Kind[])}>
        <Group gap={8}>{GROUPS.map((group) => <Chip key={group} size="md" value={group}>{word(t, "group", group)}</Chip>)}</Group>
      </Chip.Group>
    </div>
  );
}

export function PersonFields({ who, faults, set }: { who: Personal; faults: Record<string, string>; set: (change: Partial<Personal>) => void }) {
  const { t } = useTranslation();
  return (
    <Stack>
      <div className="rr-two">
        <TextInput size="md" label={t("desk.name")} required withAsterisk={false} data-autofocus maxLength={100} spellCheck={false} autoComplete="off"
          value={who.name} error={faults.name} onChange={(event) => set({ name: event.currentTarget.value })} />
        <TextInput size="md" label={t("desk.phone")} description={t("desk.phoneHelp")} inputMode="tel" maxLength={40} autoComplete="off"
          value={who.phone} error={faults.phone} onChange={(event) => set({ phone: event.currentTarget.value })} />
      </div>
      <TextInput size="md" label={t("desk.address")} maxLength={300} autoComplete="off" value={who.address} error={faults.address}
        onChange={(event) => set({ address: event.currentTarget.value })} />
      <GroupChips groups={who.groups} onChange={(groups) => set({ groups })} />
      <div role="group" aria-label={t("desk.language")}>
        <Text size="sm" fw={500} mb={6}>{t("desk.language")}</Text>
        <SegmentedControl size="md" value={who.language} onChange={(language) => set({ language: language as Personal["language"] })}
          data={[{ value: "zh", label: t("desk.chinese") }, { value: "en", label: t("desk.english") }]} />
      </div>
      <Textarea size="md" label={t("desk.personNote")} maxLength={1000} autosize minRows={1} value={who.note} error={faults.note}
        onChange={(event) => set({ note: event.currentTarget.value })} />
    </Stack>
  );
}
