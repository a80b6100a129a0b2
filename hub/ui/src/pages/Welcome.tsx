/** Set a password by a one-time link. Its code stands in the fragment of the address, which no server ever sees. */
import { Alert, Button, PasswordInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { api, ApiError } from "../api";
import { Mark } from "../parts/icons";
import { Preferences } from "../parts/Preferences";

export function Welcome() {
  const { t } = useTranslation();
  const [code] = useState(() => window.location.hash.slice(1));
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  useEffect(() => {
    document.title = `${t("welcome.title")} · ${t("brand")}`;
  }, [t]);
  const welcome = useMutation({
    mutationFn: () => api.welcome(code, password),
    onSuccess: () => {
      setPassword("");
      setAgain("");
      window.history.replaceState(null, "", "/welcome"); // the code is used up: it need not stay in the history
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (password === again) welcome.mutate();
  };
  const error = welcome.error;
  const status = error instanceof ApiError ? error.status : null;
  const known = status === 403 ? t("welcome.bad") : status === 422 ? t("welcome.weak") : status === 429 ? t("signIn.many") : status === 0 ? t("signIn.unreachable") : null;
  const differ = again !== "" && password !== again;
  return (
    <div className="rr-signin">
      <div className="rr-signin-prefs"><Preferences /></div>
      <main className="rr-card rr-signin-card">
        <div className="rr-brand"><Mark size={44} /><div><div>{t("brand")}</div><div className="rr-small rr-dim rr-tagline">{t("tagline")}</div></div></div>
        <h1>{t("welcome.title")}</h1>
        {welcome.data ? (
          <>
            <Alert color="green" variant="light" mb="md" role="status">{t("welcome.done", { name: welcome.data.name })}</Alert>
            <Button component="a" href="/" size="md" fullWidth>{t("signIn.submit")}</Button>
          </>
        ) : (
          <form onSubmit={submit}>
            <p className="rr-dim">{t("welcome.lead")}</p>
            <PasswordInput label={t("signIn.password")} size="md" name="password" autoComplete="new-password" required withAsterisk={false} autoFocus
              minLength={10} value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
            <PasswordInput label={t("welcome.again")} size="md" mt="md" name="again" autoComplete="new-password" required withAsterisk={false}
              error={differ ? t("welcome.differ") : null} value={again} onChange={(event) => setAgain(event.currentTarget.value)} />
            {error && <Alert color="red" variant="light" mt="md" role="alert">{known ?? error.message}</Alert>}
            <Button type="submit" size="md" fullWidth mt="lg" disabled={differ} loading={welcome.isPending}>{t("welcome.submit")}</Button>
          </form>
        )}
      </main>
    </div>
  );
}
