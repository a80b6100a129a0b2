/**
 * Set a password by a one-time link; by the link of an empty hub, become its first administrator. The code stands in
 * the fragment of the address, which no server ever sees.
 */
import { Alert, Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { api, ApiError } from "../api";
import { Mark } from "../parts/icons";
import { Preferences } from "../parts/Preferences";

/** What the codes of an empty hub begin with. */
const FIRST = "first-";

export function Welcome() {
  const { t } = useTranslation();
  const [code] = useState(() => window.location.hash.slice(1));
  const first = code.startsWith(FIRST);
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  useEffect(() => {
    document.title = `${t("welcome.title")} · ${t("brand")}`;
  }, [t]);
  const welcome = useMutation({
    mutationFn: () => (first ? api.begin(code, name.trim(), password) : api.welcome(code, password)),
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
  const unfit = error instanceof ApiError && error.code === "refused" ? t("welcome.nameWrong") : t("welcome.weak");
  const known = status === 403 ? t(first ? "welcome.firstBad" : "welcome.bad") : status === 422 ? unfit : status === 429 ? t("signIn.many") : status === 0 ? t("signIn.unreachable") : null;
  const differ = again !== "" && password !== again;
  return (
    <div className="rr-signin">
      <div className="rr-signin-prefs"><Preferences /></div>
      <main className="rr-card rr-signin-card">
        <div className="rr-brand"><Mark size={44} /><div><div>{t("brand")}</div><div className="rr-small rr-dim rr-tagline">{t("tagline")}</div></div></div>
        <h1>{t(first ? "welcome.firstTitle" : "welcome.title")}</h1>
        {welcome.data ? (
          <>
            <Alert color="green" variant="light" mb="md" role="status">{t("welcome.done", { name: welcome.data.name })}</Alert>
            <Button component="a" href={first ? "/setup" : "/"} size="md" fullWidth>{t("signIn.submit")}</Button>
          </>
        ) : (
          <form onSubmit={submit}>
            <p className="rr-dim">{t(first ? "welcome.firstLead" : "welcome.lead")}</p>
            {first && (
              <TextInput label={t("signIn.user")} description={t("people.nameHelp")} size="md" mb="md" name="username" autoComplete="username" required withAsterisk={false} autoFocus
                autoCapitalize="off" spellCheck={false} maxLength={100} value={name} onChange={(event) => setName(event.currentTarget.value)} />
            )}
            <PasswordInput label={t("signIn.password")} size="md" name="password" autoComplete="new-password" required withAsterisk={false} autoFocus={!first}
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
