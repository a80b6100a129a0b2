/** Who is signed in, and the way out. Open at once: it is loaded because somebody wants it. */
import { ActionIcon, Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { word } from "../i18n";
import { useSignOut, useUser } from "../session";
import { Icon } from "./icons";

export default function UserMenu() {
  const { t } = useTranslation();
  const user = useUser();
  const signOut = useSignOut();
  const label = t("account.menu", { name: user.name });
  return (
    <Menu position="bottom-end" width={200} defaultOpened>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" c="inherit" size="lg" aria-label={label} title={label}>
          <Icon name="user" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {user.name} · {word(t, "role", user.role)}
        </Menu.Label>
        <Menu.Item leftSection={<Icon name="out" size={18} />} onClick={() => void signOut()}>
          {t("account.signOut")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
