/** Sign in; shown in place of any page, so that the address survives it. */
import { Alert, Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { api, ApiError } from "../api";
import { Mark } from "../parts/icons";
import { Preferences } from "../parts/Preferences";

export function SignIn() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  useEffect(() => {
    document.title = `${t("signIn.title")} · ${t("brand")}`;
  }, [t]);
  const signIn = useMutation({
    mutationFn: () => api.signIn(user.trim(), password),
    onSuccess: (answer) => {
      setPassword("");
      client.removeQueries({ queryKey: ["session-ended"] });
      client.setQueryData(["session"], answer.user);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate();
  };
  const empty = useQuery({ queryKey: ["first-run"], queryFn: api.firstRun, refetchInterval: false, retry: false }).data?.open === true;
  const ended = client.getQueryData(["session-ended"]) === true;
  const error = signIn.error;
  const status = error instanceof ApiError ? error.status : null;
  const known = status === 401 ? t("signIn.wrong") : status === 429 ? t("signIn.many") : status === 0 ? t("signIn.unreachable") : null;
  return (
    <div className="rr-signin">
      <div className="rr-signin-prefs"><Preferences /></div>
      <main className="rr-card rr-signin-card">
        <div className="rr-brand"><Mark size={44} /><div><div>{t("brand")}</div><div className="rr-small rr-dim rr-tagline">{t("tagline")}</div></div></div>
        <h1>{t("signIn.title")}</h1>
        <p className="rr-dim">{t("signIn.lead")}</p>
        {empty && <Alert color="yellow" variant="light" mb="md" role="status" title={t("welcome.emptyTitle")}>{t("welcome.empty")}</Alert>}
        {ended && !error && <Alert color="yellow" variant="light" mb="md" role="status">{t("signIn.expired")}</Alert>}
        <form onSubmit={submit}>
          <TextInput label={t("signIn.user")} size="md" name="username" autoComplete="username" required withAsterisk={false} autoFocus
            autoCapitalize="off" spellCheck={false} value={user} onChange={(event) => setUser(event.currentTarget.value)} />
          <PasswordInput label={t("signIn.password")} size="md" mt="md" name="password" autoComplete="current-password" required withAsterisk={false}
            value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
          {error && <Alert color="red" variant="light" mt="md" role="alert">{known ?? error.message}</Alert>}
          <Button type="submit" size="md" fullWidth mt="lg" loading={signIn.isPending}>{t("signIn.submit")}</Button>
        </form>
        <p className="rr-small rr-dim">{t("signIn.help")}</p>
      </main>
    </div>
  );
}
