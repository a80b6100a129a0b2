/** One person: what they are here for, and what an administrator can do for them; a supervisor gives badges. */
import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../access";
import { people, type Person, type Post } from "../../calls/people";
import { Dialog, Sure } from "../../parts/Dialog";
import { faultsOf, Refused } from "../../parts/Refused";
import { useUser } from "../../session";
import { Badge } from "./Badge";
import { givesBadges } from "./badges";
import { LinkOnce } from "./Invite";
import { POST_FIELDS, PostFields } from "./PostFields";

type Step = "post" | "badge" | "noBadge" | "shutOut" | "letIn";

function Change({ person, onSaved }: { person: Person; onSaved: (person: Person) => void }) {
  const { t } = useTranslation();
  const [post, setPost] = useState<Post>({ role: person.role, organisation: person.organisation, site: person.site });
  const [shown, setShown] = useState(person.shown);
  const change = useMutation({ mutationFn: () => people.change(person.name, { ...post, shown: shown.trim() }), onSuccess: onSaved });
  const other = post.role !== person.role || post.organisation !== person.organisation || post.site !== person.site;
  const faults = faultsOf(change.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput size="md" label={t("people.shown")} maxLength={200} value={shown} error={faults.shown} onChange={(event) => setShown(event.currentTarget.value)} />
        <PostFields post={post} faults={faults} set={(part) => setPost({ ...post, ...part })} />
        <Refused error={change.error} shown={["shown", ...POST_FIELDS]} />
        {other && <div className="rr-small rr-dim" role="status">{t("people.changeHelp")}</div>}
        <Group justify="flex-end">
          {change.isSuccess && !other && shown.trim() === person.shown && <span role="status" className="rr-small">{t("people.saved")}</span>}
          <Button size="md" type="submit" loading={change.isPending} disabled={(!other && shown.trim() === person.shown) || (post.role === "staff" && !post.organisation)}>{t("people.save")}</Button>
        </Group>
      </Stack>
    </form>
  );
}

export function OnePerson({ person, onClose }: { person: Person; onClose: () => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const badges = givesBadges(useUser(), person);
  const client = useQueryClient();
  const [step, setStep] = useState<Step>("post");
  const renew = () => void client.invalidateQueries({ queryKey: ["people"] });
  const back = () => setStep("post");
  const done = () => {
    renew();
    back();
  };
  const link = useMutation({ mutationFn: () => people.link(person.name) });
  const noBadge = useMutation({ mutationFn: () => people.noBadge(person.name), onSuccess: done });
  const active = useMutation({ mutationFn: (to: boolean) => people.change(person.name, { active: to }), onSuccess: done });
  const name = person.name;
  const body = () => {
    if (link.data) return <LinkOnce link={link.data} onDone={() => link.reset()} />;
    if (step === "badge") return <Badge person={person} onDone={done} />;
    if (step === "noBadge") {
      return <Sure question={t("people.noBadgeSure", { name })} facts={[t("people.noBadgeFact")]} action={t("people.noBadge")} pending={noBadge.isPending} error={noBadge.error}
        onSure={() => noBadge.mutate()} onBack={back} />;
    }
    if (step === "shutOut") {
      return <Sure question={t("people.shutOutSure", { name })} facts={[t("people.shutOutNow"), t("people.shutOutBadge"), t("people.shutOutOffers"), t("people.shutOutKept")]} action={t("people.shutOut")}
        pending={active.isPending} error={active.error} onSure={() => active.mutate(false)} onBack={back} />;
    }
    if (step === "letIn") {
      return <Sure question={t("people.letInSure", { name })} facts={[t("people.letInFact")]} action={t("people.letIn")} danger={false} pending={active.isPending} error={active.error}
        onSure={() => active.mutate(true)} onBack={back} />;
    }
    return (
      <Stack>
        {may("PATCH /users/{name}") && <>
          <Change key={`${person.role}/${person.organisation}/${person.site}/${person.shown}`} person={person} onSaved={renew} />
          <hr className="rr-rule" />
        </>}
        <Refused error={link.error} />
        <div className="rr-deeds">
          {person.active && may("POST /users/{name}/link") && <Button size="md" variant="default" loading={link.isPending} onClick={() => link.mutate()}>{person.signs_in ? t("people.reset") : t("people.linkAgain")}</Button>}
          {person.active && badges && <Button size="md" variant="default" onClick={() => setStep("badge")}>{person.badge ? t("people.badgeNew") : t("people.badgeGive")}</Button>}
          {person.badge && badges && <Button size="md" variant="default" onClick={() => setStep("noBadge")}>{t("people.noBadge")}</Button>}
          {may("PATCH /users/{name}") && (person.active
            ? <Button size="md" variant="light" color="red" onClick={() => setStep("shutOut")}>{t("people.shutOut")}</Button>
            : <Button size="md" onClick={() => setStep("letIn")}>{t("people.letIn")}</Button>)}
        </div>
      </Stack>
    );
  };
  return <Dialog title={person.shown || name} onClose={onClose}>{body()}</Dialog>;
}
