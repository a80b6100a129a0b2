// Handhelds of this terminal: pair one with a code to scan, see which there are, shut one out.

import { useEffect, useRef, useState } from "preact/hooks";
import { useDesk } from "../context.ts";
import type { Words } from "../messages.ts";
import { Dialog } from "./Dialog.tsx";

interface Paired {
  id: string;
  name: string;
  paired_at: number;
  seen_at: number | null;
  here: boolean;
}

interface Invitation {
  url: string;
  /** The same at this device's other addresses. */
  others: string[];
  svg: string;
  until: number;
  fingerprint: string;
}

async function ask<T>(method: string, path: string): Promise<T> {
  const answer = await fetch(path, { method, headers: { accept: "application/json" } });
  const body: unknown = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw Object.assign(new Error(path), { detail: (body as { detail?: Words } | null)?.detail });
  return body as T;
}

export function Handhelds({ now, clock }: { now: number; clock(at: number): string }) {
  const { desk, say } = useDesk();
  const [paired, setPaired] = useState<Paired[] | null>(null);
  const [invited, setInvited] = useState<Invitation | null>(null);
  const [ending, setEnding] = useState<Paired | null>(null);
  const [fault, setFault] = useState("");
  const tried = async (does: () => Promise<void>) => {
    try {
      await does();
      setFault("");
    } catch (error) {
      const detail = (error as { detail?: Words }).detail;
      setFault(detail?.en ? say.pick(detail) : say.t("failed"));
    }
  };
  const look = () => tried(async () => setPaired(await ask<Paired[]>("GET", "/pairings")));
  useEffect(() => {
    void look();
    const timer = setInterval(() => void look(), 3000);
    return () => clearInterval(timer);
  }, []);
  const end = (each: Paired) =>
    tried(async () => {
      setEnding(null);
      await ask("DELETE", `/pairings/${encodeURIComponent(each.id)}`);
      await look();
    });
  return (
    <Dialog title={say.t("handhelds")} close={() => desk.show("")}>
      {fault !== "" && <p class="banner bad" role="alert">{fault}</p>}
      <button type="button" class="good" onClick={() => tried(async () => setInvited(await ask("POST", "/pairings")))}>
        {say.t("pair")}
      </button>
      {invited && <Invited invited={invited} left={(invited.until - now - desk.screen.ahead) / 1000} />}
      {paired?.length === 0 && <p class="dim">{say.t("handhelds-none")}</p>}
      <ul class="paired">
        {paired?.map((each) => (
          <li key={each.id}>
            <p>
              <strong>{each.name}</strong>
              <span class="dim">{say.t("pair-name", { when: clock(each.paired_at), seen: each.seen_at ? clock(each.seen_at) : "–" })}</span>
            </p>
            {ending?.id === each.id ? (
              <div class="undoing">
                <p>{say.t("pair-end-ask", { name: each.name })}</p>
                <button type="button" class="bad" onClick={() => void end(each)}>{say.t("pair-end")}</button>
                <button type="button" onClick={() => setEnding(null)}>{say.t("cancel")}</button>
              </div>
            ) : (
              <button type="button" onClick={() => setEnding(each)}>{say.t("pair-end")}</button>
            )}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function Invited({ invited, left }: { invited: Invitation; left: number }) {
  const { say } = useDesk();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const drawn = new DOMParser().parseFromString(invited.svg, "image/svg+xml").documentElement;
    if (drawn.nodeName !== "svg") return;
    const size = `0 0 ${drawn.getAttribute("width")} ${drawn.getAttribute("height")}`;
    if (!drawn.hasAttribute("viewBox")) drawn.setAttribute("viewBox", size);
    box.current?.replaceChildren(document.importNode(drawn, true));
  }, [invited.svg]);
  if (left <= 0) return <p class="banner warn">{say.t("pair-over")}</p>;
  return (
    <div class="invited">
      <p>{say.t("pair-what", { left: say.age(left) })}</p>
      <div class="qr" ref={box} role="img" aria-label={invited.url} />
      {[invited.url, ...(invited.others ?? [])].map((url) => <p class="label" key={url}>{url}</p>)}
      <p class="dim">{say.t("pair-print")} <span class="label">{invited.fingerprint}</span></p>
    </div>
  );
}
