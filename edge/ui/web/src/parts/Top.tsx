// The line above all: which terminal this is, who is at it, and whether what was scanned has reached the hub.

import { useDesk } from "../context.ts";

export function Top() {
  const { desk, say } = useDesk();
  const { hello, state, link } = desk.screen;
  const up = link === "up" && state !== null;
  return (
    <header class="top">
      <h1>
        {hello ? say.pick(hello.site_name) || hello.site || hello.device : say.t("title")}
        {hello && <small>{hello.screen ? hello.device : hello.terminal}</small>}
      </h1>
      {up && (
        <p class={`pill hub-${state.hub}`} data-hub={state.hub}>
          <span class="dot" aria-hidden="true" />
          <strong>{say.t(`hub-${state.hub}`)}</strong>
          {state.hub === "offline" && (
            <span>{state.heard_s === null ? say.t("never-heard") : say.t("heard-ago", { age: say.age(state.heard_s) })}</span>
          )}
        </p>
      )}
      {up && (
        <p class={`pill ${state.pending > 0 ? "pending" : ""}`} data-pending={state.pending} title={say.t("pending-safe")}>
          {state.pending > 0 ? say.t("pending", { n: state.pending, age: say.age(state.oldest_s) }) : say.t("all-sent")}
        </p>
      )}
      {up && state.printing > 0 && <p class="pill">{say.t("printing", { n: state.printing })}</p>}
      {up && (state.person !== null || hello?.may.includes("sign-on")) && (
        <p class="pill" data-person={state.person ?? ""}>
          {state.person ?? say.t("nobody")}
          {state.person !== null && (
            <button type="button" class="quiet" onClick={() => desk.press("RR:OFF")}>{say.t("sign-off")}</button>
          )}
        </p>
      )}
      <button type="button" class="menu" aria-haspopup="dialog" onClick={() => desk.show("menu")}>{say.t("menu")}</button>
    </header>
  );
}
