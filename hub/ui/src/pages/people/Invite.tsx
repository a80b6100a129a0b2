/** Inviting somebody; then the link, shown this once, as text and as a QR code. */
import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { people, type OneTimeLink, type Post } from "../../calls/people";
import { useFormat } from "../../format";
import { Dialog } from "../../parts/Dialog";
import { Once, Secret } from "../../parts/Once";
import { faultsOf, Refused } from "../../parts/Refused";
import { POST_FIELDS, PostFields } from "./PostFields";

export function LinkOnce({ link, onDone }: { link: OneTimeLink; onDone: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const until = format.dateTime(link.expires_at);
  return (
    <Once qr={link.qr_svg} qrAlt={t("people.linkQr", { name: link.name })} onDone={onDone}
      steps={[t("people.linkHand", { name: link.name }), t("people.linkUse", { until }), t("people.linkSign")]}>
      <Secret label={t("people.link")} value={window.location.origin + link.path} />
    </Once>
  );
}

export function Invite({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [shown, setShown] = useState("");
  const [post, setPost] = useState<Post>({ role: "operator", organisation: null, site: null });
  const invite = useMutation({
    mutationFn: () => people.invite({ name: name.trim(), shown: shown.trim(), ...post }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["people"] }),
  });
  const faults = faultsOf(invite.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invite.mutate();
  };
  return (
    <Dialog title={invite.data ? t("people.invited", { name: invite.data.user.name }) : t("people.invite")} onClose={onClose}>
      {invite.data ? <LinkOnce link={invite.data.link} onDone={onClose} /> : (
        <form onSubmit={submit}>
          <Stack>
            <TextInput size="md" label={t("people.name")} description={t("people.nameHelp")} required withAsterisk={false} data-autofocus maxLength={100} spellCheck={false}
              autoCapitalize="off" autoComplete="off" value={name} error={faults.name} onChange={(event) => setName(event.currentTarget.value)} />
            <TextInput size="md" label={t("people.shown")} description={t("people.shownHelp")} maxLength={200} value={shown} error={faults.shown}
              onChange={(event) => setShown(event.currentTarget.value)} />
            <PostFields post={post} faults={faults} set={(change) => setPost({ ...post, ...change })} />
            <Refused error={invite.error} shown={["name", "shown", ...POST_FIELDS]} />
            <Group justify="flex-end">
              <Button size="md" type="submit" loading={invite.isPending} disabled={!name.trim() || (post.role === "staff" && !post.organisation)}>{t("people.makeLink")}</Button>
            </Group>
          </Stack>
        </form>
      )}
    </Dialog>
  );
}
