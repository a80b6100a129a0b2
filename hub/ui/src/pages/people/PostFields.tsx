/** What somebody, or a program, is here for: role, organisation, site. */
import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Role } from "../../api";
import type { Post } from "../../calls/people";
import { word } from "../../i18n";
import { OwnerSelect, SiteSelect } from "../../parts/Pickers";

export const ROLES: readonly Role[] = ["admin", "supervisor", "operator", "clerk", "staff", "courier", "helpline", "engineer", "auditor"];
const AT_A_SITE: readonly Role[] = ["operator", "clerk"];
/** The fields at which a form with these shows what is wrong. */
export const POST_FIELDS = ["role", "organisation", "site"] as const;

export function PostFields({ post, faults, set }: { post: Post; faults: Record<string, string>; set: (change: Partial<Post>) => void }) {
  const { t } = useTranslation();
  return (
    <>
      <Select size="md" label={t("people.role")} description={word(t, "roleHelp", post.role)} allowDeselect={false} value={post.role} error={faults.role}
        data={ROLES.map((role) => ({ value: role, label: word(t, "role", role) }))}
        onChange={(role) => set({ role: (role ?? "auditor") as Role, ...(AT_A_SITE.includes(role as Role) ? {} : { site: null }), ...(role === "staff" ? {} : { organisation: null }) })} />
      {post.role === "staff" && (
        <OwnerSelect size="md" required withAsterisk={false} value={post.organisation} error={faults.organisation} onChange={(organisation) => set({ organisation })} />
      )}
      {AT_A_SITE.includes(post.role) && (
        <SiteSelect size="md" clearable placeholder={t("people.everywhere")} value={post.site} error={faults.site} onChange={(site) => set({ site })} />
      )}
    </>
  );
}
